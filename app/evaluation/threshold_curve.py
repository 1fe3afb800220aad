"""Recall, precision and Dice at all 201 thresholds of a probability, from counts made in one pass.

Levels are floor(probability * 200), so the counts of "level >= k" are exactly those of "probability >= k / 200".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from app.study import LEVELS, threshold_level


@dataclass(frozen=True)
class Scores:
    """Voxel scores at one threshold, 0 to 1; NaN where one is undefined."""

    recall: float
    """Of the voxels in the reference, the share that was found. NaN without a voxel in the reference."""
    precision: float
    """Of the voxels that were called tumour, the share in the reference. NaN when none was."""
    dice: float
    """2 TP / (predicted + positives) (Dice, Ecology 1945). NaN without a voxel in the reference."""


@dataclass(frozen=True, eq=False)
class ThresholdCurve:
    """The counts behind every threshold k / 200 for k = 0 to 200, of one study or pooled over several.

    Raises ValueError when the counts are not 201 each.
    """

    true_positives: NDArray[np.int64]
    """`(201,)`, voxels with level >= k inside the reference."""
    predicted: NDArray[np.int64]
    """`(201,)`, all voxels with level >= k."""
    positives: int
    """Voxels in the reference."""

    def __post_init__(self) -> None:
        shapes = (self.true_positives.shape, self.predicted.shape)
        if shapes != ((LEVELS + 1,), (LEVELS + 1,)):
            raise ValueError(f"A threshold curve has {LEVELS + 1} counts of each kind. Received: shapes={shapes}")

    @classmethod
    def from_levels(cls, levels: NDArray[np.uint8], reference: NDArray[np.bool_]) -> Self:
        """The curve of one study.

        Args: as for `level_histograms`.
        """
        inside, total = level_histograms(levels, reference)
        return cls(inside.sum(axis=0), total.sum(axis=0), int(inside[:, 0].sum()))

    @classmethod
    def from_dict(cls, counts: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`. Raises KeyError for a missing entry, ValueError for a wrong number of counts."""
        return cls(
            np.asarray(counts["true_positives"], np.int64),
            np.asarray(counts["predicted"], np.int64),
            int(counts["positives"]),
        )

    def to_dict(self) -> dict[str, Any]:
        """The counts as plain integers, for JSON."""
        return {
            "true_positives": self.true_positives.tolist(),
            "predicted": self.predicted.tolist(),
            "positives": self.positives,
        }

    def __add__(self, other: "ThresholdCurve") -> "ThresholdCurve":
        """The curve of both pooled: every voxel weighs the same, whichever study it is from."""
        return ThresholdCurve(
            self.true_positives + other.true_positives,
            self.predicted + other.predicted,
            self.positives + other.positives,
        )

    @property
    def recall(self) -> NDArray[np.float64]:
        """`(201,)`, TP / (TP + FN); NaN throughout without a voxel in the reference."""
        return _ratio(self.true_positives, np.full_like(self.predicted, self.positives))

    @property
    def precision(self) -> NDArray[np.float64]:
        """`(201,)`, TP / (TP + FP); NaN at thresholds that no voxel reaches."""
        return _ratio(self.true_positives, self.predicted)

    @property
    def dice(self) -> NDArray[np.float64]:
        """`(201,)`, 2 TP / (2 TP + FP + FN); NaN throughout without a voxel in the reference, never 1."""
        dice = _ratio(2 * self.true_positives, self.predicted + self.positives)
        return dice if self.positives else np.full_like(dice, np.nan)

    def at(self, threshold: float) -> Scores:
        """The scores at one threshold. Raises ValueError outside [0, 1]."""
        k = threshold_level(threshold)
        return Scores(float(self.recall[k]), float(self.precision[k]), float(self.dice[k]))


def level_histograms(
    levels: NDArray[np.uint8], reference: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Counts for each slice and threshold, cumulative from the top.

    Args:
        levels: `(z, y, x)`, 0 to 200.
        reference: `(z, y, x)`, True in the tumour.

    Returns:
        inside, total: `(z, 201)` each. `inside[s, k]` are the voxels of slice s with level >= k inside the reference,
        `total[s, k]` all its voxels with level >= k. So `inside[s, 0]` is the size of the reference in slice s.

    Raises:
        ValueError: the shapes differ, or a level is above 200.
    """
    if levels.shape != reference.shape:
        raise ValueError(
            f"Levels and reference have one shape. Received: levels {levels.shape}, reference {reference.shape}"
        )
    if levels.size and (highest := int(levels.max())) > LEVELS:
        raise ValueError(f"Levels go from 0 to {LEVELS}. Received: a level of {highest}")
    total = [np.bincount(plane.ravel(), minlength=LEVELS + 1) for plane in levels]
    inside = [np.bincount(plane[inner], minlength=LEVELS + 1) for plane, inner in zip(levels, reference, strict=True)]
    return _from_the_top(inside), _from_the_top(total)


def _from_the_top(histograms: list[NDArray[np.intp]]) -> NDArray[np.int64]:
    counts = np.array(histograms, np.int64).reshape(-1, LEVELS + 1)
    return np.ascontiguousarray(counts[:, ::-1].cumsum(axis=1)[:, ::-1])


def _ratio(part: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    ratio = np.full(part.shape, np.nan)
    np.divide(part, whole, out=ratio, where=whole > 0)
    return ratio
