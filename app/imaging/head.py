"""Where the head is in one volume, roughly, whatever else the scanner saw."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.filters import threshold_otsu

from app.imaging.grid import Grid
from app.imaging.resample import resample

BRIGHTEST = 99.0
"""Percentile from which on intensities count as one: fat or contrast agent would push the threshold up."""
SHARE = 0.5
"""Of the way from the background to Otsu's threshold, from which on a voxel belongs to the head: grey matter on T1 and
fluid on FLAIR are darker than the threshold between background and the rest."""


def head_of(volume: NDArray[np.float32]) -> NDArray[np.bool_]:
    """`(z, y, x)`: the largest part above the background, without its holes; empty where all voxels are alike."""
    darkest, brightest = float(volume.min()), float(np.percentile(volume, BRIGHTEST))
    if not darkest < brightest:
        brightest = float(volume.max())
    if not darkest < brightest:
        return np.zeros(volume.shape, bool)
    threshold = darkest + SHARE * (threshold_otsu(volume.clip(darkest, brightest)) - darkest)
    parts, count = ndimage.label(volume > threshold)
    if count > 1:
        parts = parts == np.bincount(parts.ravel())[1:].argmax() + 1
    filled = ndimage.binary_fill_holes(parts)
    return np.asarray([ndimage.binary_fill_holes(plane) for plane in filled], bool)


def middle_of(head: NDArray[np.bool_], grid: Grid) -> NDArray[np.float64]:
    """`(3,)`: the mean place of a head's voxels, in mm. The mask holds at least one."""
    middle: NDArray[np.float64] = (grid.to_mm @ [*np.argwhere(head).mean(axis=0), 1])[:3]
    return middle


def share_of_smaller(
    heads: Sequence[NDArray[np.bool_]], grids: Sequence[Grid], to_second: NDArray[np.float64]
) -> float:
    """The overlap of two heads as a share of the smaller one, 0 to 1.

    Args:
        heads: two masks `(z, y, x)`, each with at least one True voxel.
        grids: where each lies.
        to_second: `(4, 4)`, from mm of the first to mm of the second.
    """
    first, second = heads
    placed = Grid(grids[1].shape, np.linalg.inv(to_second) @ grids[1].to_mm)
    brought = resample(second.astype(np.uint8), placed, grids[0], labels=True) > 0
    voxels = [float(np.prod(grid.spacing)) for grid in grids]
    smaller = min(np.count_nonzero(first) * voxels[0], np.count_nonzero(second) * voxels[1])
    return min(1.0, np.count_nonzero(first & brought) * voxels[0] / smaller)
