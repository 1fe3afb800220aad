"""Scores over patients at one threshold: pooled over voxels, and how single patients fared."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np

from app.evaluation.threshold_curve import Scores, ThresholdCurve


@dataclass(frozen=True)
class Spread:
    """One score over the patients for whom it is defined; NaN throughout when there is none."""

    median: float
    mean: float
    worst: float
    patients: int
    """Patients for whom the score is defined."""


@dataclass(frozen=True)
class CohortScores:
    """The scores of several patients at one threshold."""

    threshold: float
    patients: int
    empty_references: int
    """Patients without a voxel in the reference: they have no recall and no Dice, and are left out of those spreads.
    What was falsely found in them lowers the pooled precision, and is a precision of 0 in its spread."""
    pooled: Scores
    """Over all voxels of all patients together."""
    recall: Spread
    precision: Spread
    dice: Spread


def pool(curves: Iterable[ThresholdCurve]) -> ThresholdCurve:
    """The curve of all voxels together, so that a large tumour weighs more than a small one.

    Raises TypeError when there is no curve.
    """
    return reduce(add, curves)


def cohort_scores(curves: Sequence[ThresholdCurve], threshold: float) -> CohortScores:
    """Scores at one threshold from one curve a patient.

    Args:
        curves: at least one.
        threshold: 0 to 1.

    Raises:
        TypeError: there is no curve.
        ValueError: the threshold is outside [0, 1].
    """
    each = [curve.at(threshold) for curve in curves]
    return CohortScores(
        threshold=threshold,
        patients=len(each),
        empty_references=sum(curve.positives == 0 for curve in curves),
        pooled=pool(curves).at(threshold),
        recall=_spread(scores.recall for scores in each),
        precision=_spread(scores.precision for scores in each),
        dice=_spread(scores.dice for scores in each),
    )


def _spread(values: Iterable[float]) -> Spread:
    defined = [value for value in values if not math.isnan(value)]
    if not defined:
        return Spread(math.nan, math.nan, math.nan, 0)
    return Spread(float(np.median(defined)), float(np.mean(defined)), min(defined), len(defined))
