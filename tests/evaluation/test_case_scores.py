import math

import numpy as np
import pytest

from app.evaluation.case_scores import named_scores, score_case

# One slice of 4 x 5: label 2 in a row, 1 and 4 in the next; the last column lies outside the head.
REFERENCE = np.array([[[2, 2, 2, 2, 0], [1, 4, 4, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]]], np.uint8)
LEVELS_SEEN = np.array([[[90, 90, 90, 20, 0], [90, 90, 0, 90, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 90]]], np.uint8)
LABELS = np.array([[[2, 2, 1, 0, 0], [1, 4, 0, 4, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 2]]], np.uint8)
HEAD = np.array([[[True] * 4 + [False]] * 4])


def scored(**other):
    return score_case(LEVELS_SEEN, REFERENCE, HEAD, 0.4, **{"spacing": (1.0, 1.0, 1.0), "labels": LABELS} | other)


def counts(region):
    confusion = region.confusion
    return confusion.true_positives, confusion.false_positives, confusion.false_negatives, confusion.true_negatives


def test_regions_of_known_classes():
    regions = scored().regions
    assert list(regions) == ["whole", "core", "enhancing"]
    assert counts(regions["whole"]) == (5, 2, 2, 11)
    assert counts(regions["core"]) == (2, 2, 1, 15)
    assert counts(regions["enhancing"]) == (1, 1, 1, 17)


def test_tumour_or_not():
    regions = scored(labels=None).regions
    assert list(regions) == ["whole"]
    assert counts(regions["whole"]) == (5, 2, 2, 11)


def test_the_threshold_is_that_of_every_part():
    assert counts(score_case(LEVELS_SEEN, REFERENCE, HEAD, 0.1, None).regions["whole"]) == (6, 2, 1, 11)


def test_curves_of_all_voxels_and_of_the_head():
    scores = scored()
    assert (scores.curve.predicted[0], scores.head.predicted[0]) == (20, 16)
    assert (scores.curve.predicted[90], scores.head.predicted[90]) == (7, 6)
    assert scores.curve.positives == scores.head.positives == 7


def test_distances_only_with_a_spacing():
    with_spacing, without = (dict(named_scores(scored(spacing=s).regions["whole"])) for s in ((1.0, 1.0, 3.0), None))
    assert with_spacing.keys() - without.keys() == {"hd95_mm", "surface_dice_1mm"}
    assert with_spacing["hd95_mm"] > 3


def test_every_score_has_its_name():
    region = scored().regions["whole"]
    scores = dict(named_scores(region))
    assert scores["recall"] == pytest.approx(5 / 7)
    assert scores["precision"] == pytest.approx(5 / 7)
    assert scores["dice"] == pytest.approx(10 / 14)
    assert scores["iou"] == pytest.approx(5 / 9)
    assert scores["surface_dice_1mm"] == region.surface.surface_dice
    assert math.isnan(scores["lesion_recall"])  # seven voxels are too few for a lesion
    assert math.isnan(scores["lesion_precision"]) is (region.lesions.false_alarms == 0)


def test_a_threshold_outside_0_to_1_is_refused():
    with pytest.raises(ValueError, match=r"threshold=1\.5"):
        score_case(LEVELS_SEEN, REFERENCE, HEAD, 1.5, None)
