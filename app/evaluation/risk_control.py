"""Conformal risk control: the largest threshold at which patients lose no more than an agreed share of their tumour.

The loss of a patient at a threshold is the false-negative rate, which rises with the threshold. With n calibration
patients, exchangeable with the next one, and R the mean of their losses, the largest threshold with
n / (n + 1) * R + 1 / (n + 1) <= alpha has a loss of at most alpha for the next patient, on average.

Source: Angelopoulos, Bates, Fisch, Lei, Schuster, "Conformal risk control", arXiv 2208.02814, theorem 1, with losses
from 0 to 1.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ROUNDING = 1e-9
"""What sums of shares may be off by."""


@dataclass(frozen=True, eq=False)
class Coverage:
    """What random splits into calibration and test patients gave; see `coverage`."""

    alpha: float
    calibration: int
    """Patients in the calibration half of each split; the others are its test patients."""
    levels: NDArray[np.int64]
    """`(splits,)`: the controlled level; 0 where there was none."""
    rates: NDArray[np.float64]
    """`(splits,)`: the mean false-negative rate of the test patients at that level; NaN where there was none."""
    patient_error: float
    """Standard error of the mean with other patients: of their mean rates as test patients; NaN without two."""

    @property
    def mean(self) -> float:
        """Over the splits that had a level; NaN where none had."""
        return float(np.nanmean(self.rates)) if self.offered else math.nan

    @property
    def split_error(self) -> float:
        """Standard error of the mean with other splits of the same patients; NaN with fewer than two levels."""
        return float(np.nanstd(self.rates, ddof=1) / math.sqrt(self.offered)) if self.offered > 1 else math.nan

    @property
    def offered(self) -> int:
        """Splits that had a level."""
        return int(np.count_nonzero(self.levels))


def false_negative_rates(true_positives: NDArray[np.integer], positives: NDArray[np.integer]) -> NDArray[np.float64]:
    """The share of each patient's tumour that is missed at each level.

    Args:
        true_positives: `(n, 201)`, voxels with level >= k inside the reference.
        positives: `(n,)`, voxels in the reference.

    Returns:
        `(m, 201)`, 0 to 1: of the m patients with tumour in the reference; the others have no such rate.
    """
    some = positives > 0
    rates: NDArray[np.float64] = 1 - true_positives[some] / positives[some, np.newaxis]
    return rates


def controlled_level(rates: NDArray[np.float64], alpha: float) -> int | None:
    """The largest level from 1 with the guarantee, or None.

    Args:
        rates: `(n, 201)`, the false-negative rate of each calibration patient at each level; rises with the level.
        alpha: the bound, 0 to 1.

    Raises:
        ValueError: alpha is not between 0 and 1.
    """
    if not 0 < alpha < 1:
        raise ValueError(f"A bound lies between 0 and 1. Received: alpha={alpha}")
    level = _controlled_levels(rates.sum(axis=0)[np.newaxis], len(rates), alpha)[0]
    return int(level) or None


def fewest_patients(alpha: float) -> int:
    """With fewer calibration patients there is no level for this bound, were they without any loss."""
    return math.ceil(1 / alpha - 1 - ROUNDING)


def smallest_bound(patients: int) -> float:
    """The least bound that so many calibration patients can hold."""
    return 1 / (patients + 1)


def coverage(rates: NDArray[np.float64], alpha: float, splits: int, seed: int, share: float) -> Coverage:
    """Choose the level on some of the patients and look at the others, again and again.

    Args:
        rates: `(n, 201)` as for `controlled_level`.
        alpha: the bound, 0 to 1.
        splits: how often patients are dealt anew.
        seed: the same seed deals the same splits.
        share: of the patients that are for calibration, rounded down; at least one patient is on either side.

    Raises:
        ValueError: fewer than two patients.
    """
    if len(rates) < 2:
        raise ValueError(f"A split needs two patients. Received: {len(rates)}")
    calibrating = min(max(int(share * len(rates)), 1), len(rates) - 1)
    random = np.random.default_rng(seed)
    inside = np.argsort(random.random((splits, len(rates))), axis=1) < calibrating
    levels = _controlled_levels(inside @ rates, calibrating, alpha)
    tested = ~inside & (levels > 0)[:, np.newaxis]
    losses = np.where(tested, rates.T[levels], 0.0)
    count = tested.sum(axis=1)
    mean = np.divide(losses.sum(axis=1), count, out=np.full(splits, np.nan), where=count > 0)
    return Coverage(alpha, calibrating, levels, mean, _patient_error(losses, tested))


def leave_network_out(
    rates: NDArray[np.float64], networks: NDArray[np.integer], alpha: float
) -> Iterator[tuple[int, int | None, float]]:
    """Choose the level on the patients of all other networks and look at those of one: do networks behave alike?

    Args:
        rates: `(n, 201)` as for `controlled_level`.
        networks: `(n,)`, which network predicted each patient.
        alpha: the bound, 0 to 1.

    Yields:
        Network, level, and the mean rate of its patients there; None and NaN where there is no level.
    """
    for network in np.unique(networks):
        own = networks == network
        level = controlled_level(rates[~own], alpha)
        yield int(network), level, math.nan if level is None else float(rates[own, level].mean())


def _controlled_levels(sums: NDArray[np.float64], patients: int, alpha: float) -> NDArray[np.int64]:
    """`(splits,)`: the largest level from 1 with the guarantee, 0 for none; of `(splits, 201)` sums of rates."""
    held = (sums[:, 1:] + 1) <= alpha * (patients + 1) + ROUNDING
    levels: NDArray[np.int64] = held.sum(axis=1, dtype=np.int64)
    return levels  # rates rise with the level, so those that hold come first


def _patient_error(losses: NDArray[np.float64], tested: NDArray[np.bool_]) -> float:
    times = tested.sum(axis=0)
    means = losses.sum(axis=0)[times > 0] / times[times > 0]
    return float(means.std(ddof=1) / math.sqrt(len(means))) if len(means) > 1 else math.nan
