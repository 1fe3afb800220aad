"""What each voxel is made of: tissue fractions, with the small structures that make a head look like one."""

import numpy as np
from numpy.typing import NDArray

from app.simulate.anatomy import Grid, Head, logistic
from app.simulate.fields import Volume
from app.simulate.growth import ENHANCING, NECROTIC, OEDEMA, inward_distance

Place = tuple[float, float, float]
"""`(z, y, x)` in mm from the MNI origin, LPS."""

STRAIGHT_SINUS: tuple[Place, Place] = ((8.0, 36.0, 0.0), (-4.0, 74.0, 0.0))
"""From the vein of Galen to the confluence of sinuses."""

PLEXUS_PLACES: tuple[Place, Place] = ((9.0, 40.0, -23.0), (9.0, 40.0, 23.0))
"""The glomera of the choroid plexus in the atria."""


def _replace(parts: dict[str, Volume], name: str, fraction: Volume) -> None:
    """Let a tissue take a fraction of each voxel from what was there."""
    for part in parts.values():
        part *= 1 - fraction
    parts[name] = parts[name] + fraction if name in parts else fraction


def _distance_to_segment(position: NDArray[np.float32], start: Place, end: Place) -> Volume:
    """Distance in mm from each voxel's place in the atlas to a straight segment."""
    a, b = np.array(start, np.float32), np.array(end, np.float32)
    offset = position - a.reshape(3, 1, 1, 1)
    part = np.clip(np.tensordot(b - a, offset, axes=1) / np.square(b - a).sum(), 0, 1)
    offset -= part * (b - a).reshape(3, 1, 1, 1)
    return np.asarray(np.sqrt(np.square(offset).sum(axis=0)), dtype=np.float32)


def _vessels(rng: np.random.Generator, head: Head, grid: Grid) -> Volume:
    """Veins in the sulci (curves where two random fields are both zero), the great sinuses, falx and dura."""
    radius_mm = rng.uniform(0.6, 1.0)
    tubes = np.zeros(grid.shape, dtype=np.float32)
    for step in (6.0, 10.0):
        squares = np.square(grid.field(rng, step)) + np.square(grid.field(rng, step))
        tubes = np.maximum(tubes, np.exp(-squares * np.square(0.8 * step / radius_mm) / 2))
    tubes *= np.clip(3 * head.fluid, 0, 1) * (head.ventricles < 0.2)
    z, y, x = head.position
    midline = (head.depth < 24) & ((y > 10) | (z > 30))
    sinus = np.exp(-np.square(x / 3) - np.square(np.maximum(head.depth - 2, 0) / 3)) * midline
    straight = np.exp(-np.square(_distance_to_segment(head.position, *STRAIGHT_SINUS) / 2)) * (head.fluid > 0.3)
    falx = 0.4 * np.exp(-np.square(x / 0.8)) * midline * head.fluid
    dura = 0.3 * np.exp(-np.square(head.depth / 1.5)) * np.clip(grid.field(rng, 6.0), 0, 1)
    return np.asarray(np.clip(np.maximum.reduce([tubes, sinus, straight, falx, dura]), 0, 1), dtype=np.float32)


def _hyperintensities(rng: np.random.Generator, head: Head, grid: Grid) -> Volume:
    """Periventricular caps and a few punctate spots of white matter, as age brings them; not tumour, not labelled."""
    burden = float(np.clip(rng.normal(0.5, 0.5), 0, 2))
    caps = logistic(30 * (head.ventricles + 0.06 * grid.field(rng, 4.0) + 0.14 * burden - 0.42))
    spots = logistic(8 * (grid.field(rng, 2.2) - 3.9 + 0.5 * burden))
    return np.asarray(min(burden, 1) * 0.8 * head.white * np.maximum(caps, spots), dtype=np.float32)


def _plexus(rng: np.random.Generator, head: Head, grid: Grid) -> Volume:
    """Choroid plexus inside the lateral ventricles."""
    distance = np.full(grid.shape, np.inf, dtype=np.float32)
    for place in PLEXUS_PLACES:
        offset = head.position - np.array(place, dtype=np.float32).reshape(3, 1, 1, 1)
        distance = np.minimum(distance, np.sqrt(np.square(offset).sum(axis=0)))
    size = rng.uniform(2.5, 6.5)
    blob = logistic(1.5 * (size - distance) + 1.5 * grid.field(rng, 2.0))
    return np.asarray(0.8 * blob * head.fluid * (head.ventricles > 0.15), dtype=np.float32)


def compose(rng: np.random.Generator, head: Head, grid: Grid, labels: NDArray[np.uint8]) -> dict[str, Volume]:
    """Fractions of every tissue of `signal.TISSUES`, `(z, y, x)` float32; they sum to 1 in every voxel."""
    parts = {"white": head.white.copy(), "grey": head.grey, "fluid": head.fluid.copy()}
    _replace(parts, "hyperintensity", _hyperintensities(rng, head, grid))
    _replace(parts, "plexus", _plexus(rng, head, grid))
    _replace(parts, "vessel", _vessels(rng, head, grid))
    if labels.any():
        inward = inward_distance(labels > 0, grid.spacing)
        patches = grid.field(rng, 4.0)
        clumps = patches + 0.7 * grid.field(rng, 1.5)
        water = (0.95 - 0.55 * np.exp(-inward / 4)) * (1 - 0.3 * head.grey) + 0.05 * patches
        _replace(parts, "oedema", np.clip(water, 0.3, 1) * (labels == OEDEMA))
        core = (labels == NECROTIC) | (labels == ENHANCING)
        _replace(parts, "oedema", core.astype(np.float32))
        _replace(parts, "enhancing", np.clip(0.85 + 0.15 * clumps, 0.4, 1) * (labels == ENHANCING))
        fluidity = 0.8 if (labels == ENHANCING).any() else 0.3
        _replace(parts, "necrosis", np.clip(fluidity + 0.2 * clumps, 0, 1) * (labels == NECROTIC))
    return {name: part.astype(np.float32) for name, part in parts.items()}
