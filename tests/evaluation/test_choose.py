import numpy as np
import pytest

from app.evaluation.choose import choose_operating_point


def chosen(recall, precision):
    return choose_operating_point(np.array(recall), np.array(precision))


def test_the_highest_threshold_with_the_recall_aimed_at():
    assert chosen([1.0, 0.98, 0.96, 0.955, 0.90], [0.2, 0.72, 0.80, 0.85, 0.95]) == 2


def test_the_target_where_the_aim_would_cost_the_floor():
    assert chosen([1.0, 0.97, 0.955, 0.95, 0.90], [0.2, 0.65, 0.69, 0.70, 0.95]) == 3


def test_recall_goes_before_a_precision_just_below_the_floor():
    assert chosen([1.0, 0.97, 0.955, 0.95, 0.90], [0.2, 0.6, 0.64, 0.66, 0.95]) == 3


def test_recall_counts_twice_where_both_cannot_be_had():
    """F2 = 5 P R / (4 P + R): 0.714, 0.75, 0.769 and 0.645."""
    assert chosen([1.0, 0.9, 0.8, 0.6], [1 / 3, 0.45, 0.6667, 0.9]) == 2


def test_thresholds_at_which_nothing_is_found_are_no_choice():
    assert chosen([0.5, 0.0], [0.1, 0.0]) == 0


def test_without_tumour_there_is_no_choice():
    with pytest.raises(ValueError, match="no recall to choose by"):
        chosen([np.nan, np.nan], [0.0, 0.0])
