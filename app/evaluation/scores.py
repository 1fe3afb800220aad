"""Scores over patients, pooled over voxels."""

from collections.abc import Iterable
from functools import reduce
from operator import add

from app.evaluation.threshold_curve import ThresholdCurve


def pool(curves: Iterable[ThresholdCurve]) -> ThresholdCurve:
    """The curve of all voxels together, so that a large tumour weighs more than a small one.

    Raises TypeError when there is no curve.
    """
    return reduce(add, curves)
