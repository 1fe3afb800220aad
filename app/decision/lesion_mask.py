"""The voxels of one lesion."""

import numpy as np
from numpy.typing import NDArray

from app.decision.measurements import Lesion
from app.decision.reading import Reading
from app.evaluation.components import find_components


def lesion_mask(reading: Reading, lesion: Lesion) -> NDArray[np.bool_]:
    """`(z, y, x)` on the study's grid: which voxels belong to one of the reading's lesions."""
    found = find_components(reading.result.mask(reading.threshold), reading.measurements.smallest)
    component = found.kept[lesion.number - 1]
    mask = np.zeros(reading.study.shape, bool)
    mask[component.box] = component.mask
    return mask
