import numpy as np
import pytest

from app.evaluation.conformal_interval import ends, rank_for
from app.evaluation.volume_interval import FLOOR, volume_errors, volume_interval


def test_the_error_is_relative_to_the_spread():
    """A reference of 999 voxels against 99: log 10, over a spread of 0.15 and of 0.05 and the floor."""
    errors = volume_errors(999, np.array([99, 99, 999]), np.array([0.15, 0.05, 0.4]))
    np.testing.assert_allclose(errors, [np.log(10) / (0.15 + FLOOR), np.log(10) / (0.05 + FLOOR), 0])


def test_nothing_marked_is_an_error_like_others():
    assert np.isfinite(volume_errors(50, np.array([0]), np.array([0.0]))).all()


def test_the_interval_undoes_the_error():
    low, high = volume_errors(300, np.array([400, 200]), np.array([0.1, 0.1]))
    assert volume_interval(400, 0.1, low, low) == pytest.approx((300, 300))
    first, last = volume_interval(400, 0.1, low, high)
    assert first == pytest.approx(300) and last == pytest.approx(401 * 301 / 201 - 1)


def test_agreement_narrows_the_interval():
    widths = [np.ptp(volume_interval(400, spread, -1.0, 1.0)) for spread in (0.0, 0.1, 0.3)]
    assert widths == sorted(widths) and widths[0] < widths[2] / 3


def test_a_volume_is_never_below_0():
    assert volume_interval(2, 1.0, -9.0, -8.0) == (0.0, 0.0)


def test_simulated_patients_are_covered_as_often_as_promised():
    """Volumes that are too large by a factor which scatters more where the looks are further apart."""
    random = np.random.default_rng(3)
    spread = random.uniform(0.01, 0.3, (19, 4000))
    reference = np.round(np.exp(random.normal(9, 1, spread.shape)))
    volume = np.round(reference * np.exp(0.2 + random.normal(size=spread.shape) * (spread + 0.05)))
    errors = (np.log1p(reference) - np.log1p(volume)) / (spread + FLOOR)
    rank = rank_for(18)
    low, high = ends(errors[:18], rank)
    held = []
    for draw in range(4000):
        first, last = volume_interval(int(volume[18, draw]), spread[18, draw], low[draw], high[draw])
        held.append(first <= reference[18, draw] <= last)
    assert np.mean(held) == pytest.approx(rank.level, abs=0.015)
