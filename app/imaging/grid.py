"""The grid of a volume, and whether two are the same; compared in the canonical orientation, not in that of files."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from app.imaging.limits import size_text
from app.imaging.orientation import canonical_shape, canonical_spacing, to_lps_mm
from app.study import Source

TOLERANCE = 0.1
"""Share of a voxel's shortest side by which the corners of two grids may lie apart, as rounding in headers does."""
_STEPS = 60
EDGE = 1e-6
"""Voxels by which a position may be off from rounding and still count as inside."""


@dataclass(frozen=True, eq=False)
class Grid:
    """Where the voxels of a canonical volume lie."""

    shape: tuple[int, int, int]
    """Voxels along (z, y, x)."""
    to_mm: NDArray[np.float64]
    """`(4, 4)`: from a voxel (z, y, x, 1) to mm towards left, back and head."""

    @property
    def spacing(self) -> NDArray[np.float64]:
        """`(3,)`: mm along (z, y, x)."""
        lengths: NDArray[np.float64] = np.linalg.norm(self.to_mm[:3, :3], axis=0)
        return lengths

    @property
    def middle(self) -> NDArray[np.float64]:
        """`(3,)`: the middle of the box, in mm."""
        return (self.to_mm @ [*((n - 1) / 2 for n in self.shape), 1])[:3]


def grid_of(source: Source) -> Grid | None:
    """The grid of a volume; None for pictures, which have no place."""
    to_mm = to_lps_mm(source)
    return None if to_mm is None else Grid(canonical_shape(source), np.vstack([to_mm, [0, 0, 0, 1]]))


def distance(first: Grid, other: Grid) -> float:
    """Millimetres between the corners of two grids of one shape, 0 within the tolerance; infinite for two shapes."""
    if first.shape != other.shape:
        return float("inf")
    apart = float(np.linalg.norm(corners_of(first.shape) @ (first.to_mm - other.to_mm).T, axis=1).max())
    return apart if apart > TOLERANCE * min(first.spacing.min(), other.spacing.min()) else 0.0


def corners_of(shape: tuple[int, ...]) -> NDArray[np.float64]:
    """`(8, 4)`: the outermost voxels (z, y, x, 1) of a volume."""
    return np.array([(*corner, 1) for corner in product(*((0, n - 1) for n in shape))], np.float64)


def share_inside(target: Grid, other: Grid) -> float:
    """The share of the target's box, from 0 to 1, that lies in the box of another grid, in steps of 1/60 a side.

    A box reaches half a voxel beyond the middles of its outermost voxels.
    """
    steps = (np.arange(_STEPS) + 0.5) / _STEPS
    z, y, x = (steps * n - 0.5 for n in target.shape)
    points = np.stack([*np.meshgrid(z, y, x, indexing="ij"), np.ones((_STEPS,) * 3)], axis=-1)
    in_other = (points @ (np.linalg.inv(other.to_mm) @ target.to_mm).T)[..., :3]
    inside = (in_other >= -0.5 - EDGE) & (in_other <= np.array(other.shape) - 0.5 + EDGE)
    return float(inside.all(axis=-1).mean())


def describe(source: Source) -> str:
    """A grid as people write it, from the patient's side to side first: `256 x 256 x 22 voxels of 0.9 x 0.9 x 5 mm`."""
    if source.affine is None:
        return f"{size_text(source.shape)} pixels"
    sides = canonical_spacing(source.affine)[::-1]
    return f"{size_text(canonical_shape(source)[::-1])} voxels of {' x '.join(f'{side:.3g}' for side in sides)} mm"
