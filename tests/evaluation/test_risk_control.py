import math

import numpy as np
import pytest

from app.evaluation.risk_control import (
    controlled_level,
    coverage,
    false_negative_rates,
    fewest_patients,
    leave_network_out,
    smallest_bound,
)


def rates_of(*columns):
    """Two levels' worth of rates spread over 201: 0 at level 0, then each number from its level on."""
    rates = np.zeros((len(columns), 201))
    for row, steps in enumerate(columns):
        for level, rate in steps:
            rates[row, level:] = rate
    return rates


def test_the_rate_is_what_is_missed_of_each_patients_own_tumour():
    found = np.zeros((3, 201), np.int64)
    found[0, :11], found[0, :6], found[2, :101] = 3, 4, 10
    rates = false_negative_rates(found, np.array([4, 0, 40]))
    assert rates.shape == (2, 201)  # the second has no tumour
    assert [rates[0, k] for k in (0, 5, 6, 10, 11)] == [0, 0, 0.25, 0.25, 1]
    assert [rates[1, k] for k in (0, 100, 101)] == [0.75, 0.75, 1]


def test_the_largest_level_that_holds_is_chosen():
    """Nine patients, alpha 0.2: the rates may add up to 10 * 0.2 - 1 = 1."""
    rates = rates_of([(31, 0.5), (61, 0.75)], [(31, 0.5), (62, 1.0)], *[[]] * 7)
    assert controlled_level(rates, 0.2) == 60  # 0.5 + 0.5 is 1, and 0.75 + 0.5 too much
    assert controlled_level(rates, 0.19) == 30  # at most 0.9
    assert controlled_level(rates, 0.1) == 30  # at most 0, which is what it is
    assert controlled_level(rates, 0.09) is None
    assert controlled_level(rates, 0.25) == 61  # at most 1.5; from 62 on they add up to 1.75


def test_without_a_level_from_1_there_is_none():
    missed = rates_of(*[[(1, 0.5)]] * 40)
    assert controlled_level(missed, 0.1) is None
    assert controlled_level(np.zeros((40, 201)), 0.1) == 200
    assert controlled_level(np.zeros((0, 201)), 0.2) is None


@pytest.mark.parametrize("alpha", [0, 1, -0.1, math.nan])
def test_a_bound_is_a_share(alpha):
    with pytest.raises(ValueError, match="between 0 and 1"):
        controlled_level(np.zeros((3, 201)), alpha)


@pytest.mark.parametrize(("alpha", "patients"), [(0.01, 99), (0.03, 33), (0.05, 19), (0.10, 9), (0.2, 4)])
def test_so_many_patients_are_needed(alpha, patients):
    assert fewest_patients(alpha) == patients
    assert controlled_level(np.zeros((patients, 201)), alpha) == 200
    assert controlled_level(np.zeros((patients - 1, 201)), alpha) is None
    assert smallest_bound(patients) <= alpha + 1e-12 < smallest_bound(patients - 1)


def drawn(random, patients):
    """Rates that rise from 0 to 1, each patient at a place of its own; few patients are hard."""
    middle = random.beta(4, 2, (patients, 1)) * 200
    return 1 / (1 + np.exp((middle - np.arange(201)) / 12)) * (np.arange(201) > 0)


@pytest.mark.parametrize(("patients", "alpha"), [(20, 0.1), (38, 0.05), (88, 0.2)])
def test_the_next_patient_loses_at_most_alpha_on_average(patients, alpha):
    random = np.random.default_rng(patients)
    losses = []
    for _ in range(4000):
        rates = drawn(random, patients + 1)
        level = controlled_level(rates[:-1], alpha)
        losses.append(rates[-1, level] if level is not None else 0.0)
    error = np.std(losses) / np.sqrt(len(losses))
    assert np.mean(losses) <= alpha + 2 * error
    assert np.mean(losses) >= alpha - 2 / (patients + 1) - 2 * error  # and is not needlessly careful


def test_random_splits_hold_on_average():
    rates = drawn(np.random.default_rng(1), 60)
    measured = coverage(rates, 0.1, splits=500, seed=3, share=0.75)
    assert (measured.calibration, measured.offered, measured.rates.shape) == (45, 500, (500,))
    assert measured.mean <= 0.1 + 2 * measured.split_error
    assert measured.split_error < 0.005 < measured.patient_error
    again = coverage(rates, 0.1, splits=500, seed=3, share=0.75)
    assert np.array_equal(measured.rates, again.rates)


def test_a_split_is_looked_at_where_it_was_not_chosen():
    """With one of two patients for calibration, alpha 0.75 lets it lose half: each is tried at the other's level."""
    rates = rates_of([(11, 0.4), (21, 0.8)], [(31, 0.1), (41, 0.9)])
    measured = coverage(rates, 0.75, splits=200, seed=0, share=0.5)
    assert set(zip(measured.levels.tolist(), measured.rates.tolist(), strict=True)) == {(20, 0.0), (40, 0.8)}
    assert measured.patient_error == pytest.approx(0.4)  # of 0.8 and 0.0: deviation 0.4 * sqrt 2, over sqrt 2


def test_splits_without_a_level_are_left_out():
    measured = coverage(np.zeros((10, 201)), 0.05, splits=7, seed=0, share=0.75)
    assert measured.offered == 0 and math.isnan(measured.mean) and math.isnan(measured.split_error)
    assert np.isnan(measured.rates).all() and measured.levels.tolist() == [0] * 7
    with pytest.raises(ValueError, match="two patients"):
        coverage(np.zeros((1, 201)), 0.05, splits=7, seed=0, share=0.75)


def test_each_network_is_tried_at_the_level_of_the_others():
    rates = rates_of(*[[(51, 1.0)]] * 9, *[[(11, 0.5)]] * 9)
    networks = np.repeat([0, 1], 9)
    assert list(leave_network_out(rates, networks, 0.1)) == [(0, 10, 0.0), (1, 50, 0.5)]
    (_, level, rate), _ = leave_network_out(rates, networks, 0.09)
    assert level is None and math.isnan(rate)
