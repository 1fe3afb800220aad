import numpy as np
import pytest

from app.evaluation.conformal_interval import Rank, ends, rank_for


@pytest.mark.parametrize(
    ("patients", "place", "level"),
    [(7, 1, 0.75), (8, 1, 7 / 9), (18, 1, 17 / 19), (19, 1, 0.9), (38, 1, 37 / 39), (39, 2, 0.9), (88, 4, 81 / 89)],
)
def test_the_level_that_so_many_patients_allow(patients, place, level):
    rank = rank_for(patients)
    assert rank == Rank(place, pytest.approx(level))


@pytest.mark.parametrize("patients", [0, 1, 6])
def test_too_few_patients(patients):
    assert rank_for(patients) is None


def test_the_ends_are_the_outermost_errors_but_for_the_place():
    errors = np.array([[5, 1], [-3, 0], [9, 2], [0, 7], [2, 4.0]])
    low, high = ends(errors, Rank(1, 0.6))
    assert (low.tolist(), high.tolist()) == ([-3, 0], [9, 7])
    low, high = ends(errors, Rank(2, 0.3))
    assert (low.tolist(), high.tolist()) == ([0, 1], [5, 4])


@pytest.mark.parametrize(("patients", "least"), [(8, 7 / 9), (18, 17 / 19), (60, 0.9)])
def test_a_new_patient_is_covered_as_often_as_promised(patients, least):
    """Over 6,000 draws from a skewed distribution: exactly the promised share, up to chance."""
    random = np.random.default_rng(patients)
    errors = np.exp(random.normal(size=(patients, 6000)))
    new = np.exp(random.normal(size=6000))
    rank = rank_for(patients)
    low, high = ends(errors, rank)
    covered = ((low <= new) & (new <= high)).mean()
    assert covered == pytest.approx(rank.level, abs=0.015)
    assert rank.level >= least - 1e-9
