"""The confusion matrix of tumour and background, and every voxel score that comes from it."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from app.evaluation.threshold_curve import ThresholdCurve
from app.study import threshold_level


@dataclass(frozen=True)
class Confusion:
    """Counts of voxels. Each score is 0 to 1, and NaN where it is undefined."""

    true_positives: int
    false_positives: int
    false_negatives: int
    true_negatives: int

    @classmethod
    def from_masks(cls, prediction: NDArray[np.bool_], reference: NDArray[np.bool_]) -> Self:
        """Of two masks of one shape. Raises ValueError when the shapes differ."""
        if prediction.shape != reference.shape:
            raise ValueError(
                "Prediction and reference have one shape. "
                f"Received: prediction {prediction.shape}, reference {reference.shape}"
            )
        both, predicted, positives = (int(np.count_nonzero(m)) for m in (prediction & reference, prediction, reference))
        return cls(both, predicted - both, positives - both, reference.size - predicted - positives + both)

    @classmethod
    def at(cls, curve: ThresholdCurve, threshold: float) -> Self:
        """The counts of a curve at one threshold. Raises ValueError outside [0, 1]."""
        level = threshold_level(threshold)
        both, predicted = int(curve.true_positives[level]), int(curve.predicted[level])
        voxels = int(curve.predicted[0])
        return cls(both, predicted - both, curve.positives - both, voxels - predicted - curve.positives + both)

    def __add__(self, other: "Confusion") -> "Confusion":
        return Confusion(
            self.true_positives + other.true_positives,
            self.false_positives + other.false_positives,
            self.false_negatives + other.false_negatives,
            self.true_negatives + other.true_negatives,
        )

    @property
    def positives(self) -> int:
        """Voxels in the reference."""
        return self.true_positives + self.false_negatives

    @property
    def negatives(self) -> int:
        """Voxels outside the reference."""
        return self.true_negatives + self.false_positives

    @property
    def recall(self) -> float:
        """TP / (TP + FN); NaN without a voxel in the reference."""
        return ratio(self.true_positives, self.positives)

    @property
    def precision(self) -> float:
        """TP / (TP + FP); NaN when no voxel was called tumour."""
        return ratio(self.true_positives, self.true_positives + self.false_positives)

    @property
    def specificity(self) -> float:
        """TN / (TN + FP); NaN when the reference fills the volume."""
        return ratio(self.true_negatives, self.negatives)

    @property
    def accuracy(self) -> float:
        """(TP + TN) / all; NaN without voxels. High wherever tumour is rare, whatever was found."""
        return ratio(self.true_positives + self.true_negatives, self.positives + self.negatives)

    @property
    def dice(self) -> float:
        """2 TP / (2 TP + FP + FN), which is F1; NaN without a voxel in the reference, never 1."""
        if not self.positives:
            return math.nan
        return ratio(2 * self.true_positives, 2 * self.true_positives + self.false_positives + self.false_negatives)

    @property
    def iou(self) -> float:
        """TP / (TP + FP + FN) (Jaccard 1912); NaN without a voxel in the reference, never 1."""
        return ratio(self.true_positives, self.positives + self.false_positives) if self.positives else math.nan

    @property
    def inverse(self) -> "Confusion":
        """The same voxels with background as what is looked for."""
        return Confusion(self.true_negatives, self.false_negatives, self.false_positives, self.true_positives)


def ratio(part: float, whole: float) -> float:
    """`part / whole`; NaN where the whole is 0."""
    return part / whole if whole else math.nan
