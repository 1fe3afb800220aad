import numpy as np
import pytest

from app.simulate.fields import smooth_field

SHAPE = (60, 70, 80)


@pytest.mark.parametrize("step", [2.0, 3.5])
def test_field_is_standardised(step):
    field = smooth_field(np.random.default_rng(1), SHAPE, step)
    assert field.shape == SHAPE
    assert field.dtype == np.float32
    assert abs(float(field.mean())) < 0.1
    assert float(field.std()) == pytest.approx(1, abs=0.05)


def test_field_is_smooth_over_its_step():
    field = smooth_field(np.random.default_rng(2), SHAPE, 8.0)

    def correlation(apart):
        return np.corrcoef(field[apart:].ravel(), field[:-apart].ravel())[0, 1]

    assert correlation(1) > 0.98
    assert abs(correlation(32)) < 0.3


def test_field_follows_its_generator():
    first, again, other = (smooth_field(np.random.default_rng(seed), SHAPE, 3.0) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
