"""How far a score would move with other patients.

Source: Efron, "Bootstrap methods: another look at the jackknife", Annals of Statistics 7(1), 1979; percentile interval.
"""

import math
from collections.abc import Callable, Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
LEVEL = 0.95


def bootstrap_interval(
    values: NDArray[np.float64],
    patients: Sequence[Hashable],
    statistic: Callable[[NDArray[np.float64]], float],
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
) -> tuple[float, float]:
    """The interval that a statistic stays in when patients are drawn anew, with replacement.

    Patients are drawn, not cases: all cases of a patient come and go together, because they are alike.

    Args:
        values: `(cases, ...)`, one entry a case.
        patients: the patient behind each case.
        statistic: from `(drawn cases, ...)` to one number.
        seed: the same seed draws the same patients.
        resamples: how often patients are drawn.
        level: share of the resamples that the interval holds, 0 to 1.

    Returns:
        Low and high end; NaN for fewer than two patients, where nothing can be said. Draws in which the statistic is
        NaN are left out.

    Raises:
        ValueError: not one patient a case.
    """
    if len(values) != len(patients):
        raise ValueError(f"One patient a case. Received: {len(values)} cases, {len(patients)} patients")
    number = {patient: index for index, patient in enumerate(dict.fromkeys(patients))}
    if len(number) < 2:
        return math.nan, math.nan
    owner = np.array([number[patient] for patient in patients])
    draws = np.random.default_rng(seed).integers(len(number), size=(resamples, len(number)))
    times = (np.bincount(draw, minlength=len(number))[owner] for draw in draws)
    drawn = np.array([statistic(values.repeat(count, axis=0)) for count in times])
    defined = drawn[~np.isnan(drawn)]
    if not defined.size:
        return math.nan, math.nan
    low, high = np.percentile(defined, [50 * (1 - level), 50 * (1 + level)])
    return float(low), float(high)
