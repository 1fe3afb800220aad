"""A small picture of a slice, to tell one series from another."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 96
"""Pixels of the longer side, at most."""


def thumbnail(plane: NDArray[np.float32], aspect: float = 1.0) -> NDArray[np.uint8]:
    """A slice `(rows, columns)` in grey, of at most `SIDE` a side: its 1st percentile is black, its 99th white.

    `aspect` is the height of a pixel in widths. What is not finite is black.
    """
    finite = np.nan_to_num(plane, nan=0.0, posinf=0.0, neginf=0.0)
    low, high = np.percentile(finite, (1, 99))
    grey = (np.clip((finite - low) / max(high - low, 1e-6), 0, 1) * 255).astype(np.uint8)
    height, width = plane.shape[0] * aspect, float(plane.shape[1])
    shrink = min(1.0, SIDE / max(height, width))
    size = max(1, round(width * shrink)), max(1, round(height * shrink))
    return np.asarray(Image.fromarray(grey).resize(size, Image.Resampling.BOX))
