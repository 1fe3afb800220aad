import numpy as np
import pytest

from app.evaluation.scores import pool
from app.evaluation.threshold_curve import ThresholdCurve


def patient(tp: int, fp: int, fn: int) -> ThresholdCurve:
    """A patient with these counts at threshold 0.5, plus one voxel that is rightly background."""
    levels = np.array([[[100] * (tp + fp) + [99] * (fn + 1)]], np.uint8)
    reference = np.array([[[1] * tp + [0] * fp + [1] * fn + [0]]], bool)
    return ThresholdCurve.from_levels(levels, reference)


def test_pooling_weighs_voxels() -> None:
    """Recall 0.9 and 0.5, precision 1 and 0.25, each over its own voxels."""
    scores = pool([patient(tp=9, fp=0, fn=1), patient(tp=1, fp=3, fn=1)]).at(0.5)
    assert scores.recall == pytest.approx(10 / 12)
    assert scores.precision == pytest.approx(10 / 13)
    assert scores.dice == pytest.approx(20 / 25)


def test_a_single_curve_is_itself() -> None:
    curve = patient(tp=3, fp=1, fn=2)
    assert pool(iter([curve])) is curve


def test_there_is_no_pool_of_nothing() -> None:
    with pytest.raises(TypeError):
        pool([])
