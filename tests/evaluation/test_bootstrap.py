import math

import numpy as np
import pytest

from app.evaluation.bootstrap import bootstrap_interval


def test_an_interval_of_a_mean():
    # The mean of n draws has a standard error of deviation / sqrt(n).
    values = np.random.default_rng(5).normal(10, 2, 400)
    low, high = bootstrap_interval(values, range(400), np.mean)
    error = 1.96 * values.std() / 20
    assert low == pytest.approx(values.mean() - error, abs=0.03)
    assert high == pytest.approx(values.mean() + error, abs=0.03)


def test_the_cases_of_a_patient_come_and_go_together():
    # Two patients: the draws are AA, AB, BA, BB, so the mean is 0 or 1 in a quarter of them each.
    values, patients = np.array([0.0] * 10 + [1.0] * 10), ["a"] * 10 + ["b"] * 10
    assert bootstrap_interval(values, patients, np.mean) == (0, 1)
    low, high = bootstrap_interval(values, range(20), np.mean)
    assert 0.2 < low < 0.35 and 0.65 < high < 0.8


def test_the_interval_holds_its_share():
    values = np.arange(101.0)
    low, high = bootstrap_interval(values, range(101), np.mean, level=0.5)
    wide = bootstrap_interval(values, range(101), np.mean, level=0.95)
    assert wide[0] < low < 50 < high < wide[1]


def test_rows_are_drawn_whole():
    counts = np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]])
    ends = bootstrap_interval(counts, "abc", lambda drawn: drawn[:, 1].sum() / drawn[:, 0].sum())
    assert ends == (10, 10)


def test_the_same_seed_draws_the_same():
    values = np.random.default_rng(1).random(12)
    one = bootstrap_interval(values, range(12), np.mean, seed=3)
    assert one == bootstrap_interval(values, range(12), np.mean, seed=3)
    assert one != bootstrap_interval(values, range(12), np.mean, seed=4)


def test_one_patient_says_nothing():
    assert all(map(math.isnan, bootstrap_interval(np.array([0.1, 0.9]), ["a", "a"], np.mean)))


def test_undefined_draws_are_left_out():
    values = np.array([0.0, 0.0, 1.0])  # nothing is defined when only the first two are drawn
    assert bootstrap_interval(values, "abc", lambda drawn: 0.5 if drawn.sum() else math.nan) == (0.5, 0.5)
    assert all(map(math.isnan, bootstrap_interval(values, "abc", lambda drawn: math.nan)))


def test_one_patient_a_case():
    with pytest.raises(ValueError, match="3 cases, 2 patients"):
        bootstrap_interval(np.zeros(3), "ab", np.mean)
