"""How a network is served beyond one look at each slice: settings of the recipe that the card carries on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

ABSENT = -20.0
"""The logit of what the network has not looked at, and the least that any voxel gets."""
TOUCHING = np.ones((3, 3, 3), bool)
"""Voxels that share a face, an edge or a corner belong together."""
SLAB = 32
"""Rows that are smoothed at once, which bounds the memory."""


@dataclass(frozen=True)
class Serving:
    """What is done besides the network's own arithmetic."""

    smoothing_mm: float = 2.0
    """Standard deviation of the Gaussian that smooths logits from slice to slice; see `smooth_between_slices`."""
    smallest_island: int = 100
    """Voxels from which an island counts as tumour at the default threshold; see `cap_islands`. 0 for any."""


def smooth_between_slices(
    logits: NDArray[np.float16], spacing: tuple[float, float, float] | None, deviation_mm: float
) -> bool:
    """Smooth logits along z, in place: slices are judged one by one, and what only one of them sees is seldom there.

    Args:
        logits: `(z, y, x)`.
        spacing: in mm along (z, y, x). Unknown, or with slices further apart than twice the deviation, nothing is done.
        deviation_mm: of the Gaussian, which is cut off at three times this; 0 for none.

    Returns:
        Whether anything was done.
    """
    if spacing is None or deviation_mm < spacing[0] / 2:
        return False
    for start in range(0, logits.shape[1], SLAB):
        slab = logits[:, start : start + SLAB]
        if (slab > ABSENT).any():
            slab[:] = ndimage.gaussian_filter1d(
                slab.astype(np.float32), deviation_mm / spacing[0], axis=0, mode="nearest", truncate=3.0
            )
    return True


def cap_islands(levels: NDArray[np.uint8], level: int, smallest: int) -> None:
    """Lower small islands to just below a level, in place: they are gone there, and remain at lower thresholds.

    A single slice is left as it is.

    Args:
        levels: `(z, y, x)`.
        level: islands are connected voxels of this level or more, above 0.
        smallest: voxels; islands of fewer are lowered.
    """
    if smallest <= 1 or len(levels) == 1:
        return
    box = ndimage.find_objects((levels >= level).astype(np.uint8))
    if not box:
        return
    inside = levels[box[0]]
    islands, _ = ndimage.label(inside >= level, TOUCHING)
    small = np.bincount(islands.ravel()) < smallest
    small[0] = False
    inside[small[islands]] = level - 1
