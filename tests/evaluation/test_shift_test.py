import numpy as np
import pytest

from app.evaluation.shift_test import false_alarms, shift_of

GRAIN = np.full(3, 0.01)


def patients(seed, n=40):
    """Three features, two of which go together."""
    random = np.random.default_rng(seed)
    common = random.normal(size=n)
    return np.stack([common, common + 0.2 * random.normal(size=n), 5 + 2 * random.normal(size=n)], axis=1)


def test_the_feature_that_sticks_out_is_named_with_its_deviations():
    others = patients(0)
    odd = others.mean(axis=0) - [0, 0, 4 * others[:, 2].std(ddof=1)]
    shift = shift_of(others, odd, GRAIN)
    assert (shift.feature, shift.unlike) == (2, True)
    assert shift.deviations == pytest.approx(-4)
    assert shift.p_value == pytest.approx(1 / 41)


def test_one_in_the_middle_is_as_likely_as_can_be():
    others = patients(0)
    shift = shift_of(others, others.mean(axis=0), GRAIN)
    assert (shift.p_value, shift.unlike) == (1, False)


def test_what_never_occurs_together_is_unlike_though_neither_is_rare():
    others = patients(0)
    spread = others.std(axis=0)
    apart = shift_of(others, others.mean(axis=0) + spread * [1.5, -1.5, 0], GRAIN)
    together = shift_of(others, others.mean(axis=0) + spread * [1.5, 1.5, 0], GRAIN)
    assert apart.unlike and not together.unlike


def test_the_p_value_is_the_share_that_is_at_least_as_far():
    """One feature: -2, 0, 1 and 2 around the others' means; of 5, those at -9 and 9 are the furthest."""
    others = np.array([[-9.0], [-1.0], [0.0], [1.0]])
    assert shift_of(others, np.array([9.0]), np.ones(1)).p_value in (0.2, 0.4)
    assert shift_of(others, np.array([0.5]), np.ones(1)).p_value >= 0.6


def test_false_alarms_are_as_rare_as_promised():
    random = np.random.default_rng(5)
    alarms = [shift_of(random.standard_t(3, (20, 4)), random.standard_t(3, 4), np.full(4, 0.01)).unlike
              for _ in range(1000)]  # fmt: skip
    assert 0.025 < np.mean(alarms) < 0.065  # 1 in 21, with a deviation of 0.007
    assert false_alarms(patients(2), GRAIN) <= 0.05


def test_with_few_others_the_smallest_p_value_counts():
    others = patients(1, 8)
    assert shift_of(others, others.mean(axis=0) + 50, GRAIN).unlike  # p = 1 / 9
    assert not shift_of(others, others.mean(axis=0), GRAIN).unlike


def test_a_feature_in_which_all_agree_matters_from_its_grain_on():
    others = np.column_stack([patients(3)[:, 0], np.ones(40)])
    middle = others.mean(axis=0)
    assert shift_of(others, middle + np.array([0, 0.1]), np.full(2, 0.1)).p_value > 0.2
    far = shift_of(others, middle + np.array([0, 1]), np.full(2, 0.1))
    assert far.unlike and (far.feature, far.deviations) == (1, pytest.approx(10))


def test_shapes_must_fit():
    with pytest.raises(ValueError, match="Received"):
        shift_of(patients(0), np.zeros(2), GRAIN)
    with pytest.raises(ValueError, match="Received"):
        shift_of(patients(0, 1), np.zeros(3), GRAIN)
