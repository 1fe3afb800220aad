import math
from dataclasses import astuple

import numpy as np
import pytest

from app.evaluation.lesions import LesionScores, lesion_scores

SHAPE = (12, 20, 60)


def blocks(*corners: tuple[int, int, int], side: int = 4) -> np.ndarray:
    """Cubes of `side` voxels, 64 unless told, at these corners."""
    mask = np.zeros(SHAPE, bool)
    for z, y, x in corners:
        mask[z : z + side, y : y + side, x : x + side] = True
    return mask


FIRST, SECOND, THIRD = (4, 4, 4), (4, 4, 24), (4, 4, 44)


def test_found_missed_and_falsely_found():
    scores = lesion_scores(blocks(FIRST, THIRD), blocks(FIRST, SECOND))
    assert astuple(scores) == (1, 1, 1, 1.0)
    assert scores.recall == scores.precision == 1 / 2
    assert scores.dice == pytest.approx(1 / 3)


def test_recall_and_precision_are_not_exchanged():
    scores = lesion_scores(blocks(FIRST), blocks(FIRST, SECOND, THIRD))
    assert (scores.recall, scores.precision) == (pytest.approx(1 / 3), 1)


def test_the_dice_of_a_lesion():
    # half of the first is found (32 of 64), all of the second with as much again around it
    prediction = blocks(SECOND)
    prediction[4:6, 4:8, 4:8] = True
    prediction[4:8, 4:8, 28:32] = True
    scores = lesion_scores(prediction, blocks(FIRST, SECOND))
    assert scores.dice_sum == pytest.approx(2 * 32 / (64 + 32) + 2 * 64 / (64 + 128))
    assert (scores.found, scores.dice) == (2, pytest.approx(2 / 3))


def test_all_components_at_a_lesion_are_its_own():
    prediction = blocks(FIRST)
    prediction[4:8, 4:8, 9] = True  # a gap of one voxel, and within three dilations
    scores = lesion_scores(prediction, blocks(FIRST))
    assert astuple(scores) == (1, 0, 0, pytest.approx(2 * 64 / (64 + 80)))


@pytest.mark.parametrize(("gap", "lesions"), [(6, 1), (7, 2)])
def test_lesions_that_grow_together_are_one(gap, lesions):
    near = blocks((4, 4, 4), (4, 4, 8 + gap))
    assert lesion_scores(np.zeros(SHAPE, bool), near).missed == lesions


@pytest.mark.parametrize(("away", "false_alarms"), [(3, 0), (4, 1)])
def test_a_component_near_a_lesion_is_no_false_alarm(away, false_alarms):
    prediction = np.zeros(SHAPE, bool)
    prediction[5, 5, 7 + away] = True  # the lesion ends at 7
    scores = lesion_scores(prediction, blocks(FIRST))
    assert (scores.found, scores.missed, scores.false_alarms) == (1 - false_alarms, false_alarms, false_alarms)


def test_corners_join():
    prediction = np.zeros(SHAPE, bool)
    prediction[0, 0, 0] = prediction[1, 1, 1] = prediction[2, 2, 2] = True
    assert lesion_scores(prediction, np.zeros(SHAPE, bool)).false_alarms == 1


def test_tiny_lesions_are_ignored_and_what_is_found_there_too():
    tiny = np.zeros(SHAPE, bool)
    tiny[4:6, 4:9, 4:9] = True  # 50 voxels
    assert astuple(lesion_scores(np.zeros(SHAPE, bool), tiny)) == (0, 0, 0, 0)
    assert astuple(lesion_scores(tiny, tiny)) == (0, 0, 0, 0)
    tiny[6, 4, 4] = True
    assert lesion_scores(tiny, tiny).found == 1


def test_a_false_alarm_counts_whatever_its_size():
    scores = lesion_scores(blocks(SECOND, side=1), np.zeros(SHAPE, bool))
    assert (scores.false_alarms, scores.precision, scores.dice) == (1, 0, 0)
    assert math.isnan(scores.recall)


def test_an_empty_pair_is_undefined_and_never_perfect():
    scores = lesion_scores(np.zeros(SHAPE, bool), np.zeros(SHAPE, bool))
    assert all(map(math.isnan, (scores.recall, scores.precision, scores.dice)))


def test_adding_pools():
    assert LesionScores(1, 2, 3, 0.5) + LesionScores(10, 20, 30, 2.5) == LesionScores(11, 22, 33, 3.0)


def test_shapes_that_differ_are_refused():
    with pytest.raises(ValueError, match=r"prediction \(2, 3, 4\), reference \(4, 3, 2\)"):
        lesion_scores(np.ones((2, 3, 4), bool), np.ones((4, 3, 2), bool))
