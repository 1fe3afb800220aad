import math
from dataclasses import astuple

import numpy as np
import pytest

from app.evaluation.confusion import Confusion
from app.evaluation.threshold_curve import ThresholdCurve

PREDICTION = np.array([[[1, 1, 1, 1, 0, 0, 0, 0, 0, 0]]], bool)
REFERENCE = np.array([[[1, 0, 0, 0, 1, 1, 0, 0, 0, 0]]], bool)


@pytest.fixture
def confusion() -> Confusion:
    return Confusion.from_masks(PREDICTION, REFERENCE)


def test_counts(confusion):
    assert astuple(confusion) == (1, 3, 2, 4)
    assert (confusion.positives, confusion.negatives) == (3, 7)


def test_scores(confusion):
    assert confusion.recall == pytest.approx(1 / 3)
    assert confusion.precision == pytest.approx(1 / 4)
    assert confusion.specificity == pytest.approx(4 / 7)
    assert confusion.accuracy == pytest.approx(5 / 10)
    assert confusion.dice == pytest.approx(2 / 7)
    assert confusion.iou == pytest.approx(1 / 6)


def test_background_as_what_is_looked_for(confusion):
    background = confusion.inverse
    assert background.recall == confusion.specificity
    assert background.precision == pytest.approx(4 / 6)
    assert background.dice == pytest.approx(8 / 13)
    assert background.positives == 7


def test_a_curve_has_the_counts_of_its_masks(confusion):
    levels = np.where(PREDICTION, 60, 59).astype(np.uint8)
    curve = ThresholdCurve.from_levels(levels, REFERENCE)
    assert Confusion.at(curve, 0.3) == confusion
    assert astuple(Confusion.at(curve, 0.305)) == (0, 0, 3, 7)


def test_adding_pools(confusion):
    assert astuple(confusion + Confusion(10, 20, 30, 40)) == (11, 23, 32, 44)


def test_an_empty_reference_is_never_perfect():
    nothing = Confusion(0, 0, 0, 5)
    assert all(map(math.isnan, (nothing.recall, nothing.precision, nothing.dice, nothing.iou)))
    assert nothing.specificity == nothing.accuracy == 1
    assert Confusion(0, 2, 0, 3).precision == 0
    assert math.isnan(Confusion(0, 2, 0, 3).dice)


def test_a_missed_tumour():
    missed = Confusion(0, 0, 4, 6)
    assert (missed.recall, missed.dice, missed.iou) == (0, 0, 0)
    assert math.isnan(missed.precision)


def test_shapes_that_differ_are_refused():
    with pytest.raises(ValueError, match=r"prediction \(1, 1, 10\), reference \(1, 10, 1\)"):
        Confusion.from_masks(PREDICTION, REFERENCE.transpose(0, 2, 1))
