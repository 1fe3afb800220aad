"""From a study with a reference to the planes that training draws from."""

from dataclasses import replace

import numpy as np

from app.errors import DatasetError
from app.model.intensity import CLIP
from app.model.network_input import SIZE, NetworkInput, label_planes
from app.study import Sequence
from app.training.intensity_changes import QUANTA
from app.training.planes import Planes

ANY_TUMOUR = 4
"""Target for tumour whose class is not known; 0 to 3 are the network's classes."""
CLASS_OF_LABEL = {1: 1, 2: 2, 4: 3}
"""BraTS file label to network class."""


def make_planes(network_input: NetworkInput, *, classes_known: bool) -> Planes:
    """The head slices of a study with a reference, whole planes beyond the window too, quantised to a byte.

    Raises DatasetError when there is no reference, or no slice with head.
    """
    study, indices = network_input.study, network_input.head_slices
    if study.reference is None:
        raise DatasetError(f"{study.name} has no reference mask.")
    if not indices.size:
        raise DatasetError(f"{study.name} has no slice in which a head can be told from the background.")
    whole = replace(network_input, window=(slice(0, SIZE), slice(0, SIZE)))
    present = np.array([s in study.images for s in Sequence])
    images = np.round((whole.planes(indices)[..., present] - CLIP[0]) * QUANTA).astype(np.uint8, order="C")
    labels = label_planes(study.reference, network_input.geometry, indices)
    table = np.full(256, ANY_TUMOUR, np.uint8)
    table[0] = 0
    if classes_known:
        table[list(CLASS_OF_LABEL)] = list(CLASS_OF_LABEL.values())
    return Planes(images, table[labels], present, indices, study.spacing[0] if study.spacing else None)
