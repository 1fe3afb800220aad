"""Voxels brought from one grid to another, as SimpleITK's ResampleImageFilter has them (Lowekamp 2013).

A box reaches half a voxel beyond the middles of its outermost voxels; in that margin the outermost values go on. Beyond
it lies background: 0 in a mask, and in an image the median of its eight corners, which lie in air; 0 would not do where
intensities were shifted so that 0 is a tissue.
"""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import affine_transform

from app.imaging.grid import EDGE, Grid, corners_of

_Scalar = TypeVar("_Scalar", np.float32, np.uint8)


def resample(volume: NDArray[_Scalar], source: Grid, target: Grid, *, labels: bool = False) -> NDArray[_Scalar]:
    """Bring finite voxels `(z, y, x)` from the grid `source` to the grid `target`.

    Between voxels is interpolated linearly, of labels the nearest voxel is taken. There is no smoothing where the
    target's voxels are the larger ones.

    Returns `(z, y, x)` of the target's shape and the volume's type.
    """
    to_source = np.linalg.inv(source.to_mm) @ target.to_mm
    moved = np.empty(target.shape, volume.dtype)
    affine_transform(volume, to_source, output=moved, order=0 if labels else 1, mode="nearest", prefilter=False)
    corners = volume[np.ix_(*[[0, -1]] * 3)]
    _fill_outside(moved, to_source, volume.shape, volume.dtype.type(0 if labels else np.median(corners)))
    return moved


def _fill_outside(
    moved: NDArray[_Scalar], to_source: NDArray[np.float64], shape: tuple[int, ...], background: _Scalar
) -> None:
    """Set the voxels of `moved` `(z, y, x)` to background that lie outside the box of a volume of `shape`."""
    lowest, highest = np.full(3, -0.5 - EDGE), np.array(shape) - 0.5 + EDGE
    corners = corners_of(moved.shape) @ to_source[:3].T
    if ((lowest <= corners) & (corners <= highest)).all():
        return
    rows, columns = (np.arange(n) for n in moved.shape[1:])
    for z, plane in enumerate(moved):
        outside = np.zeros(plane.shape, bool)
        for axis, (step_z, step_y, step_x, first) in enumerate(to_source[:3]):
            position = (first + step_z * z + step_y * rows)[:, None] + step_x * columns
            outside |= (position < lowest[axis]) | (position > highest[axis])
        plane[outside] = background
