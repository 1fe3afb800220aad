"""What is decided about a glioma before it grows, and how it pushes the brain aside."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.simulate.anatomy import Grid, sample
from app.simulate.atlas import Atlas

STRIDE = 4
"""Places for tumours are looked for in every fourth voxel."""


@dataclass(frozen=True)
class TumourPlan:
    """What is decided about a tumour before it grows."""

    centre: tuple[int, int, int]
    """`(z, y, x)` voxel of the grid."""
    core_ml: float
    """Volume of necrotic core and enhancing rim together."""
    oedema_ml: float
    rim_mm: float
    """Mean thickness of the enhancing rim; 0 where nothing enhances, infinite where nothing is necrotic."""
    push: float
    """Mass effect: displacement at the edge as a part of the pushing ball's radius, 0 to 0.55."""
    grown: float = 1.0
    """By which factor its volumes have changed since it was planned; what it pushes aside stays as it was planned."""

    @property
    def core_radius_mm(self) -> float:
        """Radius of a ball of the core's volume."""
        return _ball_radius_mm(self.core_ml)

    @property
    def pushing_radius_mm(self) -> float:
        """Radius of a ball of the volume that is new in the head: the core, and the water of the oedema."""
        return _ball_radius_mm(self.core_ml + 0.3 * self.oedema_ml)


def _ball_radius_mm(ml: float) -> float:
    return float((ml * 1000 * 3 / (4 * np.pi)) ** (1 / 3))


def plan_tumours(
    rng: np.random.Generator, grid: Grid, atlas: Atlas, position: NDArray[np.float32], count: int
) -> list[TumourPlan]:
    """Choose tumours in the white matter of the cerebrum, away from the surface; a second one is small.

    Volumes are log-uniform; of the tumours 15 % do not enhance, about 13 % and the smallest have no necrosis.
    """
    coarse = position[:, ::STRIDE, ::STRIDE, ::STRIDE]
    z, _, x = coarse
    cerebrum = (z > -8) | ((np.abs(x) > 28) & (z > -28))
    places = np.argwhere(cerebrum & (sample(atlas.white, coarse) > 0.6) & (sample(atlas.depth, coarse) > 10)) * STRIDE
    plans = []
    for largest_ml in (60.0, 6.0)[:count]:
        z0, y0, x0 = (int(value) for value in places[rng.integers(len(places))])
        core_ml = float(np.exp(rng.uniform(np.log(0.4), np.log(largest_ml))))
        oedema_ml = min(0.6 + core_ml * float(np.exp(rng.normal(0.6, 0.7))), 110.0)
        kind, rim_mm = rng.uniform(), float(rng.uniform(2.2, 5.5))
        if kind < 0.15:
            rim_mm = 0.0
        elif kind < 0.28 or core_ml < 0.8:
            rim_mm = np.inf
        plans.append(TumourPlan((z0, y0, x0), core_ml, oedema_ml, rim_mm, push=float(rng.uniform(0.15, 0.55))))
    return plans


def mass_effect(grid: Grid, atlas: Atlas, position: NDArray[np.float32], plan: TumourPlan) -> NDArray[np.float32]:
    """Push the tissue away from a tumour.

    Each voxel shows the place from which the growing tumour displaced it: `push` radii nearer to the centre at the
    edge of the pushing ball, less with distance (e-fold in 1.5 radii plus 12 mm), not at all at the skull.

    Returns `(3, z, y, x)`: places in the atlas in mm.
    """
    offset = grid.coordinates()
    offset -= ((np.array(plan.centre) - grid.origin) * grid.spacing).astype(np.float32).reshape(3, 1, 1, 1)
    radius = np.float32(plan.pushing_radius_mm)
    distance = np.sqrt(np.square(offset).sum(axis=0)) / radius
    fall = np.exp(-np.maximum(distance - 1, 0) * radius / (1.5 * radius + 12))
    held = 1 - np.exp(-np.square(sample(atlas.depth, position) / 10))
    part = np.float32(plan.push) * fall * held / np.maximum(distance, 1)
    return np.asarray(position - offset * part, dtype=np.float32)
