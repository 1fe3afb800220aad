import math

import numpy as np
import pytest

from app.evaluation.scores import cohort_scores, pool
from app.evaluation.threshold_curve import ThresholdCurve


def patient(tp: int, fp: int, fn: int) -> ThresholdCurve:
    """A patient with these counts at threshold 0.5, plus one voxel that is rightly background."""
    levels = np.array([[[100] * (tp + fp) + [99] * (fn + 1)]], np.uint8)
    reference = np.array([[[1] * tp + [0] * fp + [1] * fn + [0]]], bool)
    return ThresholdCurve.from_levels(levels, reference)


LARGE = patient(tp=9, fp=0, fn=1)  # recall 0.9, precision 1, Dice 18 / 19
SMALL = patient(tp=1, fp=3, fn=1)  # recall 0.5, precision 0.25, Dice 2 / 6
MIDDLE = patient(tp=3, fp=1, fn=2)  # recall 0.6, precision 0.75, Dice 6 / 9
HEALTHY = patient(tp=0, fp=0, fn=0)
FALSE_ALARM = patient(tp=0, fp=4, fn=0)


def test_pooled_weighs_voxels_and_the_mean_weighs_patients():
    scores = cohort_scores([LARGE, SMALL], 0.5)
    assert scores.pooled.recall == pytest.approx(10 / 12)
    assert scores.recall.mean == pytest.approx((0.9 + 0.5) / 2)
    assert scores.pooled.precision == pytest.approx(10 / 13)
    assert scores.precision.mean == pytest.approx((1 + 0.25) / 2)
    assert scores.pooled.dice == pytest.approx(20 / 25)
    assert scores.dice.mean == pytest.approx((18 / 19 + 2 / 6) / 2)


def test_median_and_worst_patient():
    scores = cohort_scores([LARGE, SMALL, MIDDLE], 0.5)
    assert (scores.recall.median, scores.recall.worst) == (pytest.approx(0.6), pytest.approx(0.5))
    assert (scores.precision.median, scores.precision.worst) == (pytest.approx(0.75), pytest.approx(0.25))
    assert (scores.dice.median, scores.dice.worst) == (pytest.approx(2 / 3), pytest.approx(1 / 3))
    assert (scores.threshold, scores.patients, scores.empty_references) == (0.5, 3, 0)


def test_empty_references_are_counted_and_left_out_of_recall_and_dice():
    scores = cohort_scores([HEALTHY, MIDDLE, FALSE_ALARM], 0.5)
    assert (scores.patients, scores.empty_references) == (3, 2)
    assert (scores.recall.patients, scores.recall.mean) == (1, pytest.approx(0.6))
    assert (scores.dice.patients, scores.dice.worst) == (1, pytest.approx(2 / 3))


def test_a_false_alarm_in_a_healthy_head_lowers_precision():
    scores = cohort_scores([HEALTHY, MIDDLE, FALSE_ALARM], 0.5)
    assert scores.pooled.precision == pytest.approx(3 / 8)
    assert (scores.precision.patients, scores.precision.worst) == (2, 0)


def test_only_healthy_heads_have_no_scores():
    scores = cohort_scores([HEALTHY, HEALTHY], 0.5)
    assert (scores.empty_references, scores.dice.patients) == (2, 0)
    assert all(map(math.isnan, [scores.pooled.dice, scores.dice.median, scores.dice.mean, scores.dice.worst]))


def test_pool_adds_all_counts():
    assert pool([LARGE, SMALL, MIDDLE]).at(0.5).recall == pytest.approx(13 / 17)


def test_pool_needs_a_curve():
    with pytest.raises(TypeError):
        pool([])
