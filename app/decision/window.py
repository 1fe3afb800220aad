"""The window that a sequence is first shown in, and where its head begins."""

import numpy as np
from numpy.typing import NDArray

WINDOW_PERCENTILES = (1.0, 99.5)
"""Of the voxels inside the head: what is drawn black, and what is drawn white."""
HEAD_SHARE = 0.05
"""A voxel is inside the head when it lies this far up from the lowest intensity to the 99.9th percentile."""
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


def _sample(image: NDArray[np.float32]) -> NDArray[np.float32]:
    step = int(np.ceil((image.size / SAMPLED) ** (1 / 3)))
    return image[::step, ::step, ::step]
