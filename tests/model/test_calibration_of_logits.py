import numpy as np
import pytest

from app.model.calibration import Calibration


def probability(logit, **calibration):
    return Calibration(**calibration).probability(np.asarray(logit, np.float32))


@pytest.mark.parametrize(
    ("calibration", "logit", "expected"),
    [
        ({}, 0, 0.5),
        ({}, np.log(3), 0.75),
        ({}, -np.log(9), 0.1),
        ({"temperature": 2.0}, 2 * np.log(3), 0.75),
        ({"temperature": 0.5}, -np.log(3), 0.1),  # a ninth
        ({"shift": np.log(3)}, 0, 0.75),
        ({"shift": -np.log(3)}, np.log(27), 0.9),
        ({"temperature": 2.0, "shift": np.log(3)}, np.log(9), 0.9),  # divided first, then shifted
    ],
)
def test_probability_by_hand(calibration, logit, expected):
    assert probability(logit, **calibration) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("calibration", [{}, {"temperature": 0.3, "shift": -2.0}, {"temperature": 7.0, "shift": 1.5}])
def test_the_order_of_the_voxels_stays(calibration):
    found = probability(np.linspace(-60, 60, 4001), **calibration)
    assert (np.diff(found) >= 0).all()
    middle = (found > 0.01) & (found < 0.99)
    assert (np.diff(found[middle]) > 0).all()


def test_extreme_logits_are_certain():
    """Without an overflow, which would be a warning."""
    logits = np.array([[-np.inf, -3e38, -1000], [1000, 3e38, np.inf]], np.float32)
    found = probability(logits)
    assert found.dtype == np.float32
    assert found.tolist() == [[0, 0, 0], [1, 1, 1]]


@pytest.mark.parametrize(
    "wrong",
    [{"temperature": 0.0}, {"temperature": -1.0}, {"temperature": np.nan}, {"temperature": np.inf}, {"shift": np.nan}],
)
def test_what_is_no_calibration(wrong):
    with pytest.raises(ValueError, match=r"temperature is above 0, and a shift finite. Received: Calibration\("):
        Calibration(**wrong)
