"""Intensities as one byte a voxel: fine inside the window that a sequence is shown in at first, coarse outside it.

The window is that of `app.decision.window`.
"""

import numpy as np
from numpy.typing import NDArray

Box = tuple[slice, slice, slice]

KNOTS = (0, 16, 239, 255)
"""Codes of the lowest intensity, of the window's two ends, and of the highest: 223 steps lie inside the window."""


def encode(
    image: NDArray[np.float32], box: Box, window: tuple[float, float]
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Codes 0 to 255 of the voxels in a box, and the `(256,)` intensities that the codes stand for.

    Between neighbouring `KNOTS` codes are even; a voxel's code is that of the nearest intensity.
    """
    low, high = window
    intensities = (min(float(image.min()), low), low, high, max(float(image.max()), high))
    values = np.interp(np.arange(256), KNOTS, intensities)
    voxels, codes = image[box], np.zeros(image[box].shape, np.float32)
    for start, stop, bottom, top in zip(KNOTS, KNOTS[1:], intensities, intensities[1:], strict=False):
        if top > bottom:  # the share of the way from knot to knot, added up
            codes += ((voxels - np.float32(bottom)) * np.float32((stop - start) / (top - bottom))).clip(0, stop - start)
        else:
            codes += (stop - start) * (voxels >= top)
    return (codes + np.float32(0.5)).astype(np.uint8), values
