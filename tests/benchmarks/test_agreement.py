import math

import numpy as np
import pytest

from app.model.calibration import Calibration
from benchmarks.agreement import agreement

EVEN = Calibration()


def logit(*probabilities):
    p = np.array(probabilities)
    return np.log(p / (1 - p)).astype(np.float32)


def test_differences_and_dice():
    """0.2 and 0.4 stay on their sides of 0.3, 0.5 falls below it, 0.35 stays above."""
    found = agreement(logit(0.2, 0.4, 0.5, 0.35), logit(0.2, 0.5, 0.1, 0.35), EVEN, 0.3)
    assert found.largest == pytest.approx(0.4, abs=1e-6)
    assert found.mean == pytest.approx((0.1 + 0.4) / 4, abs=1e-6)
    assert found.dice == pytest.approx(2 * 2 / (3 + 2))


def test_probabilities_are_the_calibrated_ones():
    """A logit of ln 9 halved is ln 3: 0.75 in place of 0.9."""
    found = agreement(logit(0.9, 0.5), logit(0.5, 0.5), Calibration(temperature=2.0), 0.7)
    assert found.largest == pytest.approx(0.25, abs=1e-6)
    assert found.dice == 0.0


def test_masks_without_tumour_have_no_dice():
    assert math.isnan(agreement(logit(0.1, 0.2), logit(0.1, 0.4), EVEN, 0.3).dice)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_cannot_be_compared(bad):
    with pytest.raises(ValueError, match="finite"):
        agreement(logit(0.1, 0.2), np.array([0.1, bad], np.float32), EVEN, 0.3)
    with pytest.raises(ValueError, match=r"one shape\. Received: expected \(2,\), found \(1,\)"):
        agreement(logit(0.1, 0.2), logit(0.1), EVEN, 0.3)
