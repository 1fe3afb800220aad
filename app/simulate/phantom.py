"""A simulated study from a seed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from app.simulate.acquisition import acquire
from app.simulate.anatomy import Grid, build_head, individual_position
from app.simulate.atlas import Atlas, load_atlas
from app.simulate.composition import compose
from app.simulate.fields import Volume
from app.simulate.growth import ENHANCING, NECROTIC, OEDEMA, grow
from app.simulate.protocol import draw_protocol, draw_tissues
from app.simulate.tumour import TumourPlan, mass_effect, plan_tumours
from app.study import Sequence

Voxel = TypeVar("Voxel", bound=np.generic)

FILE_SHAPE_MM = (155, 240, 240)
"""The grid of BraTS, `(z, y, x)`."""
BOX_SHAPE_MM = (155, 196, 164)
"""The part of it that holds every head; all else is 0."""
BOX_CORNER_MM = (0, 30, 38)
"""Where the box starts in the file's grid."""
BOX_ORIGIN_MM = (66.0, 80.0, 81.5)
"""Where the MNI origin of a head lies in the box. The lowest slices of a large head are cut off, as in BraTS."""
HEALTHY_PART = 1 / 8
"""The part of the seeds that give a head without tumour when nothing is asked for."""
SECOND_PART = 0.15
"""The part of the heads with a tumour that have two."""


@dataclass(frozen=True, eq=False)
class Phantom:
    """A simulated head with exact labels; arrays are `(z, y, x)` in LPS on the grid of BraTS."""

    seed: int
    images: Mapping[Sequence, NDArray[np.int16]]
    """Skull-stripped: 0 outside the brain, at least 1 inside."""
    labels: NDArray[np.uint8]
    """0, 1 necrotic core, 2 oedema, 4 enhancing."""
    spacing: float
    """Edge of the cubic voxels in mm."""


def _grid(spacing: float) -> Grid:
    z, y, x = (round(length / spacing) for length in BOX_SHAPE_MM)
    a, b, c = (length / spacing for length in BOX_ORIGIN_MM)
    return Grid((z, y, x), spacing, (a, b, c))


def _merge(tumours: list[NDArray[np.uint8]], grid: Grid) -> NDArray[np.uint8]:
    """Several tumours in one mask: enhancing tumour over core over oedema."""
    merged = np.zeros(grid.shape, dtype=np.uint8)
    for value in (OEDEMA, NECROTIC, ENHANCING):
        for labels in tumours:
            merged[labels == value] = value
    return merged


def _draw_plans(
    rng: np.random.Generator, grid: Grid, atlas: Atlas, position: NDArray[np.float32], healthy: bool | None
) -> list[TumourPlan]:
    without, second = rng.uniform(size=2)
    if healthy or (healthy is None and without < HEALTHY_PART):
        return []
    return plan_tumours(rng, grid, atlas, position, 2 if second < SECOND_PART else 1)


@dataclass(frozen=True, eq=False)
class Inside:
    """What a head is made of, before anybody scans it; arrays are `(z, y, x)` on `grid`."""

    grid: Grid
    brain: NDArray[np.bool_]
    parts: Mapping[str, Volume]
    """Fraction of each tissue."""
    labels: NDArray[np.uint8]


def inside_of(
    seed: int,
    *,
    healthy: bool | None = None,
    spacing: float = 1.0,
    grown: tuple[float, ...] = (),
    new: TumourPlan | None = None,
) -> Inside:
    """The head of a seed with its tumours, by default as `simulate` scans it.

    Args:
        seed: of the head.
        healthy: as for `simulate`.
        spacing: edge of the voxels in mm.
        grown: by which factor each tumour's volume has changed, in the order of planning; 0 for one that has gone, and
            1 for those that are not named. Shape and surroundings stay those of the seed.
        new: a further tumour that nobody planned, which pushes nothing aside.
    """
    grid, atlas = _grid(spacing), load_atlas()
    anatomy, growth, matter = (np.random.default_rng([seed, stage]) for stage in range(3))
    position = individual_position(anatomy, grid, atlas)
    plans = _draw_plans(growth, grid, atlas, position, healthy)
    for plan in plans:
        position = mass_effect(grid, atlas, position, plan)
    head = build_head(anatomy, grid, atlas, position)
    factors = (*grown, *(1.0,) * len(plans))[: len(plans)]
    tumours = [grow(growth, head, grid, replace(plan, grown=f)) for plan, f in zip(plans, factors, strict=True)]
    there = [labels for labels, factor in zip(tumours, factors, strict=True) if factor > 0]
    if new is not None:
        there.append(grow(np.random.default_rng([seed, 4]), head, grid, new))
    labels = _merge(there, grid)
    return Inside(grid, head.brain, compose(matter, head, grid, labels), labels)


def simulate(seed: int, *, healthy: bool | None = None, spacing: float = 1.0, maximum: int | None = None) -> Phantom:
    """The head of a seed. The same seed and arguments give the same voxels.

    `healthy` decides whether there is a tumour; None leaves it to the seed (one head in eight has none). `spacing` in
    mm is 1 for studies like those of BraTS; 2 is quicker and coarser. `maximum` is the greatest intensity of every
    sequence; None leaves it to the seed.
    """
    inside, scanner = inside_of(seed, healthy=healthy, spacing=spacing), np.random.default_rng([seed, 3])
    tissues = draw_tissues(scanner)
    images = {}
    for sequence, scan in draw_protocol(scanner).items():
        scaled = scan if maximum is None else replace(scan, maximum=maximum)
        images[sequence] = _place(acquire(scanner, scaled, tissues, inside.parts, inside.brain, inside.grid), spacing)
    return Phantom(seed, images, _place(inside.labels, spacing), spacing)


def _place(volume: NDArray[Voxel], spacing: float) -> NDArray[Voxel]:
    """The computed box inside the file's grid."""
    shape = tuple(round(length / spacing) for length in FILE_SHAPE_MM)
    corner = (round(length / spacing) for length in BOX_CORNER_MM)
    placed = np.zeros(shape, dtype=volume.dtype)
    placed[tuple(slice(c, c + n) for c, n in zip(corner, volume.shape, strict=True))] = volume
    return placed
