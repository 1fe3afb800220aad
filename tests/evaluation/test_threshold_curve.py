import json

import numpy as np
import pytest

from app.evaluation.threshold_curve import ThresholdCurve, level_histograms
from app.study import LEVELS, Probability

# Two slices of 1 x 4: four voxels are tumour; at level 100, three voxels are called tumour and two of them rightly.
LEVEL_VOXELS = np.array([[[200, 100, 99, 0]], [[150, 60, 0, 0]]], np.uint8)
REFERENCE = np.array([[[1, 1, 1, 0]], [[0, 1, 0, 0]]], bool)


@pytest.fixture
def curve() -> ThresholdCurve:
    return ThresholdCurve.from_levels(LEVEL_VOXELS, REFERENCE)


def flat(level: int, size: int = 3) -> np.ndarray:
    return np.full((1, 1, size), level, np.uint8)


def test_histograms_count_each_slice_from_the_top():
    inside, total = level_histograms(LEVEL_VOXELS, REFERENCE)
    assert inside.shape == total.shape == (2, 201)
    assert inside.dtype == total.dtype == np.int64
    picked = [0, 1, 60, 61, 99, 100, 101, 150, 151, 200]
    assert inside[0, picked].tolist() == [3, 3, 3, 3, 3, 2, 1, 1, 1, 1]
    assert total[0, picked].tolist() == [4, 3, 3, 3, 3, 2, 1, 1, 1, 1]
    assert inside[1, picked].tolist() == [1, 1, 1, 0, 0, 0, 0, 0, 0, 0]
    assert total[1, picked].tolist() == [4, 2, 2, 1, 1, 1, 1, 1, 0, 0]


def test_precision_and_recall_are_not_exchanged(curve):
    scores = curve.at(0.5)
    assert scores.recall == pytest.approx(2 / 4)
    assert scores.precision == pytest.approx(2 / 3)
    assert scores.dice == pytest.approx(4 / 7)


def test_arrays_hold_what_at_returns(curve):
    assert curve.recall[[0, 60, 100, 200]].tolist() == [1, 1, 0.5, 0.25]
    assert curve.precision[[0, 60, 100, 200]].tolist() == [0.5, 0.8, pytest.approx(2 / 3), 1]
    assert curve.dice[[0, 60, 100, 200]].tolist() == pytest.approx([2 / 3, 8 / 9, 4 / 7, 0.4])


def test_the_counts_are_those_of_the_mask_at_every_threshold():
    rng = np.random.default_rng(3)
    levels = rng.integers(0, 201, (3, 5, 7), dtype=np.uint8)
    reference = rng.random(levels.shape) < 0.3
    curve = ThresholdCurve.from_levels(levels, reference)
    probability = Probability(levels, "", "")
    for k in range(LEVELS + 1):
        mask = probability.mask(k / LEVELS)
        assert curve.predicted[k] == mask.sum()
        assert curve.true_positives[k] == (mask & reference).sum()
    assert curve.positives == reference.sum()


def test_any_memory_order_counts_the_same(curve):
    flipped = ThresholdCurve.from_levels(LEVEL_VOXELS[:, :, ::-1], np.asfortranarray(REFERENCE)[:, :, ::-1])
    assert flipped.to_dict() == curve.to_dict()


def test_an_empty_reference_has_no_recall_and_no_dice():
    curve = ThresholdCurve.from_levels(flat(40), np.zeros((1, 1, 3), bool))
    assert np.isnan(curve.recall).all()
    assert np.isnan(curve.dice).all()
    assert curve.precision[40] == 0


def test_an_empty_pair_is_undefined_and_never_perfect():
    scores = ThresholdCurve.from_levels(flat(0), np.zeros((1, 1, 3), bool)).at(0.005)
    assert np.isnan([scores.recall, scores.precision, scores.dice]).all()


def test_nothing_found_has_no_precision_but_a_recall_and_dice_of_zero():
    scores = ThresholdCurve.from_levels(flat(0), np.ones((1, 1, 3), bool)).at(0.3)
    assert np.isnan(scores.precision)
    assert (scores.recall, scores.dice) == (0, 0)


def test_a_study_without_slices_counts_nothing():
    inside, total = level_histograms(np.zeros((0, 2, 3), np.uint8), np.zeros((0, 2, 3), bool))
    assert inside.shape == total.shape == (0, 201)


def test_adding_pools_the_voxels(curve):
    other = ThresholdCurve.from_levels(flat(200, 5), np.array([[[1, 0, 0, 0, 0]]], bool))
    pooled = curve + other
    assert pooled.positives == 5
    assert pooled.at(0.5).recall == pytest.approx(3 / 5)
    assert pooled.at(0.5).precision == pytest.approx(3 / 8)
    assert pooled.at(0.5).dice == pytest.approx(6 / 13)


def test_json_round_trip(curve):
    read = ThresholdCurve.from_dict(json.loads(json.dumps(curve.to_dict())))
    assert read.to_dict() == curve.to_dict()
    assert read.true_positives.dtype == read.predicted.dtype == np.int64
    np.testing.assert_array_equal(read.dice, curve.dice)


def test_the_json_form_is_plain(curve):
    form = curve.to_dict()
    assert list(form) == ["true_positives", "predicted", "positives"]
    assert (len(form["true_positives"]), len(form["predicted"]), form["positives"]) == (201, 201, 4)


def test_a_wrong_number_of_counts_is_refused(curve):
    form = curve.to_dict()
    form["predicted"] = form["predicted"][:-1]
    with pytest.raises(ValueError, match=r"201 counts .*\(200,\)"):
        ThresholdCurve.from_dict(form)


def test_shapes_that_differ_are_refused():
    with pytest.raises(ValueError, match=r"levels \(2, 1, 4\), reference \(2, 4, 1\)"):
        level_histograms(LEVEL_VOXELS, REFERENCE.transpose(0, 2, 1))


def test_a_level_above_200_is_refused():
    with pytest.raises(ValueError, match="a level of 201"):
        level_histograms(flat(201), np.zeros((1, 1, 3), bool))


@pytest.mark.parametrize("threshold", [-0.005, 1.005])
def test_a_threshold_outside_0_to_1_is_refused(curve, threshold):
    with pytest.raises(ValueError, match=f"threshold={threshold}"):
        curve.at(threshold)
