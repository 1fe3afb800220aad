"""Lesions found, missed and falsely found, in the manner of the BraTS 2023 lesion-wise evaluation.

Source: the challenge's announcement (Synapse, syn51156910) and its code (github.com/rachitsaluja/BraTS-2023-Metrics),
with the parameters of its glioma track. As there:

- Reference voxels are of one lesion when they are connected (26 neighbours) after three dilations (18 neighbours).
- A predicted component (26 neighbours) belongs to every lesion whose dilation it touches. A lesion to which one belongs
  is found, otherwise missed; a component that belongs to none is a false alarm, whatever its size.
- Lesions of 50 voxels and fewer are ignored: neither found nor missed, and what belongs to them is no false alarm.
- A lesion's Dice is that between its own voxels and all components that belong to it; missed lesions and false alarms
  count as 0.

The challenge scores an empty pair 1; here it is NaN. Its voxels are of 1 mm; others are counted and grown as they are.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from app.evaluation.box import bounding_box
from app.evaluation.confusion import ratio

DILATIONS = 3
LARGEST_IGNORED = 50
"""Voxels of a reference lesion up to which it is ignored."""
_NEIGHBOURS_26 = ndimage.generate_binary_structure(3, 3)
_NEIGHBOURS_18 = ndimage.generate_binary_structure(3, 2)


@dataclass(frozen=True)
class LesionScores:
    """Counts of lesions, of one volume or added up over several."""

    found: int
    missed: int
    false_alarms: int
    dice_sum: float
    """Over the lesions that were found."""

    def __add__(self, other: "LesionScores") -> "LesionScores":
        return LesionScores(
            self.found + other.found,
            self.missed + other.missed,
            self.false_alarms + other.false_alarms,
            self.dice_sum + other.dice_sum,
        )

    @property
    def recall(self) -> float:
        """Of the lesions, the share that was found; NaN without a lesion."""
        return ratio(self.found, self.found + self.missed)

    @property
    def precision(self) -> float:
        """Found / (found + false alarms); NaN without either."""
        return ratio(self.found, self.found + self.false_alarms)

    @property
    def dice(self) -> float:
        """The mean over lesions and false alarms; NaN without either."""
        return ratio(self.dice_sum, self.found + self.missed + self.false_alarms)


def lesion_scores(prediction: NDArray[np.bool_], reference: NDArray[np.bool_]) -> LesionScores:
    """Compare two `(z, y, x)` masks lesion by lesion. Raises ValueError when the shapes differ."""
    if prediction.shape != reference.shape:
        raise ValueError(
            "Prediction and reference have one shape. "
            f"Received: prediction {prediction.shape}, reference {reference.shape}"
        )
    either = prediction | reference
    if not either.any():
        return LesionScores(0, 0, 0, 0.0)
    box = bounding_box(either, margin=DILATIONS)
    prediction, reference = prediction[box], reference[box]
    grown = ndimage.binary_dilation(reference, _NEIGHBOURS_18, iterations=DILATIONS)
    lesions, lesion_count = ndimage.label(grown, _NEIGHBOURS_26)
    components, component_count = ndimage.label(prediction, _NEIGHBOURS_26)

    shared = _pairs(lesions, components, lesion_count, component_count)
    overlap = _pairs(lesions[reference], components[reference], lesion_count, component_count)
    belongs = shared > 0
    size = np.bincount(lesions[reference], minlength=lesion_count + 1)[1:]
    predicted = belongs @ np.bincount(components.ravel(), minlength=component_count + 1)[1:]
    dice = 2 * overlap.sum(axis=1) / (size + predicted)
    counted, found = size > LARGEST_IGNORED, belongs.any(axis=1)
    return LesionScores(
        found=int(np.count_nonzero(counted & found)),
        missed=int(np.count_nonzero(counted & ~found)),
        false_alarms=int(np.count_nonzero(~belongs.any(axis=0))),
        dice_sum=math.fsum(dice[counted & found]),
    )


def _pairs(
    lesions: NDArray[np.integer], components: NDArray[np.integer], lesion_count: int, component_count: int
) -> NDArray[np.intp]:
    """`(lesions, components)`: the voxels that lie in both; background is left out."""
    width = component_count + 1
    both = np.bincount(lesions.ravel() * np.int64(width) + components.ravel(), minlength=(lesion_count + 1) * width)
    return both.reshape(lesion_count + 1, width)[1:, 1:]
