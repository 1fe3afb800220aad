"""How much of a map lies about a lesion, and how much would if the map were the same everywhere."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from app.evaluation.box import bounding_box
from app.evaluation.confusion import ratio

NEAR_MM = 10.0
"""What is about a lesion: itself, and all that is no further from it."""


@dataclass(frozen=True)
class MapShare:
    """Shares of the slices that hold some of the lesion, 0 to 1; NaN where undefined."""

    near: float
    """Of the map's sum, about the lesion."""
    by_chance: float
    """Of the head's voxels, about the lesion."""


def map_share(
    values: NDArray[np.uint8],
    lesion: NDArray[np.bool_],
    head: NDArray[np.bool_],
    spacing: tuple[float, float, float],
) -> MapShare:
    """Measure a map against its lesion.

    Args:
        values: `(z, y, x)`.
        lesion: `(z, y, x)`, with a True voxel.
        head: `(z, y, x)`.
        spacing: in mm along (z, y, x).

    Raises:
        ValueError: the lesion is empty.
    """
    box = bounding_box(lesion, int(np.ceil(NEAR_MM / min(spacing))))
    near = np.zeros(lesion.shape, bool)
    near[box] = ndimage.distance_transform_edt(~lesion[box], spacing) <= NEAR_MM
    slices = lesion.any(axis=(1, 2))
    near, values, head = near[slices], values[slices], head[slices]
    return MapShare(
        ratio(int(values[near].sum(dtype=np.int64)), int(values.sum(dtype=np.int64))),
        ratio(int(np.count_nonzero(near & head)), int(np.count_nonzero(head))),
    )
