"""Rows of the ablation, by hand."""

import math

import numpy as np
import pytest

from app.decision.ablation import Ablation, ablation, change_table, reference_table, signed_percent
from app.study import Probability, Sequence
from tests.decision.readings import study_of


def result(*levels: int) -> Probability:
    return Probability(np.array(levels, np.uint8).reshape(1, 2, 5), "s", "c")


FULL = result(90, 80, 70, 60, 0, 0, 59, 0, 60, 60)
"""Six voxels at 0.3; the lesion is the first four."""
LESION = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0], bool).reshape(1, 2, 5)
LESS = result(99, 10, 60, 60, 0, 0, 0, 0, 0, 61)
"""Four of them."""
REFERENCE = np.array([1, 2, 4, 0, 1, 0, 0, 0, 0, 0], np.uint8).reshape(1, 2, 5)


def test_a_row() -> None:
    row = ablation(FULL, LESS, 0.3, without=Sequence.T2, lesion=LESION, reference=REFERENCE)
    assert row == Ablation(
        without=Sequence.T2,
        voxels=4,
        change=pytest.approx(-2 / 6),
        overlap=8 / 10,
        found=3 / 4,
        recall=2 / 4,
        precision=2 / 4,
        dice=2 * 2 / (4 + 4),
    )


def test_both_are_taken_at_the_threshold() -> None:
    row = ablation(FULL, LESS, 0.345)
    assert (row.voxels, row.change, row.overlap) == (1, pytest.approx(1 / 3 - 1), 2 / 4)


def test_what_is_undefined_is_nan() -> None:
    row = ablation(result(*[0] * 10), LESS, 0.3)
    assert row.voxels == 4 and row.overlap == 0
    assert all(math.isnan(value) for value in (row.change, row.found, row.recall, row.precision, row.dice))
    nothing = result(*[0] * 10)
    assert math.isnan(ablation(nothing, nothing, 0.3).overlap)
    assert math.isnan(ablation(FULL, nothing, 0.3, reference=REFERENCE).precision)


def test_the_tables() -> None:
    study = study_of(spacing=(10.0, 10.0, 5.0))
    rows = [
        ablation(FULL, FULL, 0.3, lesion=LESION, reference=REFERENCE),
        ablation(FULL, LESS, 0.3, without=Sequence.FLAIR, lesion=LESION, reference=REFERENCE),
    ]
    assert change_table(rows, study, 2) == {
        "Without": ["none", "FLAIR"],
        "Size, ml": ["3.00", "2.00"],
        "Change": ["–", "\N{MINUS SIGN}33.3 %"],
        "Overlap (Dice)": ["1.000", "0.800"],
        "Of lesion 2": ["100.0 %", "75.0 %"],
    }
    assert reference_table(rows) == {
        "Without": ["none", "FLAIR"],
        "Recall": ["75.0 %", "50.0 %"],
        "Precision": ["50.0 %", "50.0 %"],
        "Dice": ["0.600", "0.500"],
    }
    assert list(change_table(rows, study_of(spacing=None), 1))[1] == "Size, voxels"


def test_changes_have_a_sign() -> None:
    assert [signed_percent(share) for share in (0.1234, 0.0, math.nan)] == ["+12.3 %", "+0.0 %", "–"]
