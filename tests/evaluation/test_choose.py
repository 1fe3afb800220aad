import numpy as np
import pytest

from app.evaluation.choose import choose_threshold
from app.evaluation.threshold_curve import ThresholdCurve


def curve_of(tumour: list[int], others: list[int]) -> ThresholdCurve:
    """Of voxels with these levels, inside and outside the reference."""
    levels = np.array([[[*tumour, *others]]], np.uint8)
    reference = np.array([[[True] * len(tumour) + [False] * len(others)]])
    return ThresholdCurve.from_levels(levels, reference)


def test_the_smallest_threshold_that_keeps_the_floor():
    curve = curve_of([40, 80, 120, 200], [10, 20, 30, 100])
    # precision above 0: 4/8, from 11 on 4/7, from 21 on 4/6, from 31 on 4/5
    assert choose_threshold(curve, 0.75, 0.5) == 0.005
    assert choose_threshold(curve, 0.75, 0.55) == 0.055
    assert choose_threshold(curve, 0.75, 0.8) == 0.155


def test_the_target_goes_before_the_floor():
    curve = curve_of([40, 80, 120, 200], [100] * 4)
    # precision 4/8 to level 40, 3/7 to 80, 2/6 to 100, then 1: but there recall is 2/4
    assert choose_threshold(curve, 0.5, 0.9) == 0.505
    assert choose_threshold(curve, 0.75, 0.9) == 0.4
    assert choose_threshold(curve, 1.0, 0.9) == 0.2


def test_a_floor_that_no_threshold_keeps():
    assert choose_threshold(curve_of([60], [200]), 1.0, 0.9) == 0.3


def test_the_usual_target_is_95_percent_and_the_usual_floor_70():
    assert choose_threshold(curve_of([2, *[80] * 19], [10] * 9)) == 0.055
    assert choose_threshold(curve_of([2, *[80] * 18], [10] * 9)) == 0.01
    assert choose_threshold(curve_of([2, *[80] * 18], [10] * 8)) == 0.005


def test_threshold_zero_is_not_a_choice():
    with pytest.raises(ValueError, match=r"recall_target=0.95, recall at the lowest threshold 0.500"):
        choose_threshold(curve_of([0, 90], []))


def test_a_curve_without_tumour_is_refused():
    with pytest.raises(ValueError, match="No threshold"):
        choose_threshold(curve_of([], [90, 20]))
