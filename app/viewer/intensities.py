"""Intensities as one byte a voxel: fine inside the window that a sequence is shown in at first, coarse outside it."""

import numpy as np
from numpy.typing import NDArray

Box = tuple[slice, slice, slice]

WINDOW_PERCENTILES = (1.0, 99.5)
"""Of the voxels inside the head: what is drawn black, and what is drawn white."""
HEAD_SHARE = 0.05
"""A voxel is inside the head when it lies this far up from the lowest intensity to the 99.9th percentile."""
KNOTS = (0, 16, 239, 255)
"""Codes of the lowest intensity, of the window's two ends, and of the highest: 223 steps lie inside the window."""
SAMPLED = 2_000_000
"""Percentiles of larger volumes are those of every second, third … voxel along each axis."""


def head_floor(image: NDArray[np.float32]) -> float:
    """The intensity above which a voxel counts as head."""
    lowest = float(image.min())
    return lowest + HEAD_SHARE * (float(np.percentile(_sample(image), 99.9)) - lowest)


def window_of(image: NDArray[np.float32], floor: float) -> tuple[float, float]:
    """The intensities drawn black and white: the 1st and 99.5th percentile inside the head, which lies above `floor`.

    Bias fields and vessels stay outside the window, so that tissue gets the whole range. Where the two coincide (a
    drawing of two values) the window is the image's whole range.
    """
    sample = _sample(image)
    head = sample[sample > floor]
    low, high = np.percentile(head, WINDOW_PERCENTILES) if head.size else (0.0, 0.0)
    return (float(low), float(high)) if low < high else (float(image.min()), float(image.max()))


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


def _sample(image: NDArray[np.float32]) -> NDArray[np.float32]:
    step = int(np.ceil((image.size / SAMPLED) ** (1 / 3)))
    return image[::step, ::step, ::step]
