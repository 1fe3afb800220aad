"""The part of a volume in which there is something to measure."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage


def bounding_box(mask: NDArray[np.bool_], margin: int = 0) -> tuple[slice, ...]:
    """The smallest box around the True voxels, `margin` voxels wider on every side where the volume goes on.

    Raises ValueError for a mask without a True voxel.
    """
    boxes = ndimage.find_objects(mask.astype(np.uint8), max_label=1)
    if boxes[0] is None:
        raise ValueError("A box is drawn around something. Received: an empty mask")
    return tuple(slice(max(0, side.start - margin), side.stop + margin) for side in boxes[0])
