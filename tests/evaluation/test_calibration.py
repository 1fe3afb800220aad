import math

import numpy as np
import pytest

from app.evaluation.calibration import reliability
from app.evaluation.threshold_curve import ThresholdCurve

# Inside the head: 6 voxels of level 0, one of them tumour; 4 of level 50 (one tumour); 2 of level 190, 1 of level 200.
LEVELS_INSIDE = np.array([[[0] * 6 + [50] * 4 + [190] * 2 + [200]]], np.uint8)
TUMOUR_INSIDE = np.array([[[1] + [0] * 5 + [1] + [0] * 3 + [1] * 2 + [1]]], bool)


def of(curve: ThresholdCurve, head_voxels: int):
    return reliability(curve.true_positives, curve.predicted, curve.positives, head_voxels)


@pytest.fixture
def curve() -> ThresholdCurve:
    return ThresholdCurve.from_levels(LEVELS_INSIDE, TUMOUR_INSIDE)


def test_bins(curve):
    bins = of(curve, 13).bins
    assert [(b.low, b.high) for b in bins[:2]] == [(0, 0.1), (0.1, 0.2)]
    assert [b.voxels for b in bins] == [6, 0, 4, 0, 0, 0, 0, 0, 0, 3]
    assert (bins[0].probability, bins[0].observed) == (0, pytest.approx(1 / 6))
    assert (bins[2].probability, bins[2].observed) == (pytest.approx(0.2525), 0.25)
    assert (bins[9].probability, bins[9].observed) == (pytest.approx((2 * 0.9525 + 1) / 3), 1)
    assert math.isnan(bins[1].probability) and math.isnan(bins[1].observed)


def test_expected_calibration_error(curve):
    gaps = 6 * (1 / 6) + 4 * 0.0025 + 3 * (1 - (2 * 0.9525 + 1) / 3)
    assert of(curve, 13).ece == pytest.approx(gaps / 13)


def test_what_lies_outside_the_head_does_not_count(curve):
    background = np.zeros((1, 1, 1000), np.uint8)
    whole = ThresholdCurve.from_levels(
        np.concatenate([LEVELS_INSIDE, background], axis=2), np.concatenate([TUMOUR_INSIDE, background > 0], axis=2)
    )
    assert of(whole, 13).ece == of(curve, 13).ece
    assert of(whole, 13).bins[0].voxels == 6


def test_bins_begin_at_their_lower_end():
    levels = np.array([[[19, 20, 180, 179]]], np.uint8)
    bins = of(ThresholdCurve.from_levels(levels, levels > 19), 4).bins
    assert [b.voxels for b in bins] == [1, 1, 0, 0, 0, 0, 0, 0, 1, 1]


def test_a_calibrated_network_has_no_error():
    levels = np.full((1, 1, 400), 100, np.uint8)
    reference = np.arange(400).reshape(levels.shape) < 201  # 0.5025, the middle of the step
    assert of(ThresholdCurve.from_levels(levels, reference), 400).ece == pytest.approx(0)


def test_an_overconfident_network():
    levels = np.full((1, 1, 10), 200, np.uint8)
    reference = np.arange(10).reshape(levels.shape) < 6
    assert of(ThresholdCurve.from_levels(levels, reference), 10).ece == pytest.approx(0.4)


def test_plain_counts_do_as_well(curve):
    plain = reliability(tuple(curve.true_positives.tolist()), tuple(curve.predicted.tolist()), curve.positives, 13)
    assert plain.ece == of(curve, 13).ece


def test_a_head_smaller_than_its_tumour_is_refused(curve):
    with pytest.raises(ValueError, match="head_voxels=7"):
        of(curve, 7)


def test_a_wrong_number_of_counts_is_refused(curve):
    with pytest.raises(ValueError, match=r"201 .*\(200,\)"):
        reliability(curve.true_positives[:-1], curve.predicted, 5, 13)
