import numpy as np
import pytest

from app.evaluation.choose import choose_threshold
from app.evaluation.threshold_curve import ThresholdCurve


def curve_of(*tumour_levels: int) -> ThresholdCurve:
    levels = np.array([[tumour_levels]], np.uint8)
    return ThresholdCurve.from_levels(levels, np.ones_like(levels, bool))


def test_the_largest_threshold_that_reaches_the_target():
    curve = curve_of(10, 60, 120, 200)
    assert choose_threshold(curve, 0.75) == 0.3
    assert choose_threshold(curve, 0.76) == 0.05
    assert choose_threshold(curve, 0.5) == 0.6
    assert choose_threshold(curve, 0.25) == 1


def test_the_usual_target_is_95_percent_of_the_voxels():
    assert choose_threshold(curve_of(2, *[80] * 19)) == 0.4
    assert choose_threshold(curve_of(2, *[80] * 18)) == 0.01


def test_threshold_zero_is_not_a_choice():
    with pytest.raises(ValueError, match=r"recall_target=0.95, recall at the lowest threshold 0.500"):
        choose_threshold(curve_of(0, 90))


def test_a_curve_without_tumour_is_refused():
    levels = np.array([[[90, 20]]], np.uint8)
    with pytest.raises(ValueError, match="No threshold"):
        choose_threshold(ThresholdCurve.from_levels(levels, np.zeros_like(levels, bool)))
