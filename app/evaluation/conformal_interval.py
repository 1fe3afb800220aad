"""An interval that holds a new patient's true value as often as promised, from the errors on other patients.

Source: Vovk, Gammerman, Shafer, "Algorithmic learning in a random world", 2005; Lei, G'Sell, Rinaldo, Tibshirani,
Wasserman, "Distribution-free predictive inference for regression", JASA 113(523), 2018 (split conformal). It rests on
nothing but this: that the new patient could as well have been one of the others. With n patients, the new one's error
is then as likely to take any of n + 1 places in their order.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

AIM = 0.9
"""The level that is wanted."""
LEAST = 0.75
"""The lowest level that is worth showing."""


@dataclass(frozen=True)
class Rank:
    """Which of the ordered errors bound the interval."""

    place: int
    """Counted from 1, from the lowest for the low end and from the highest for the high end."""
    level: float
    """The promised share, 1 - 2 place / (n + 1)."""


def rank_for(patients: int, aim: float = AIM, least: float = LEAST) -> Rank | None:
    """The narrowest interval of level `aim` or more, or else the widest there is; None where that is below `least`.

    Eight patients give 0.78, eighteen 0.89, and from nineteen on there is 0.9.
    """
    place = max(1, int((1 - aim) / 2 * (patients + 1) + 1e-9))
    level = 1 - 2 * place / (patients + 1)
    return Rank(place, level) if level >= least else None


def ends(errors: NDArray[np.float64], rank: Rank) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The lowest and the highest error that a new patient has with the rank's level.

    Args:
        errors: `(n, ...)`, of n patients; may be infinite.
        rank: of `rank_for(n)`.

    Returns:
        `(...)` each.
    """
    ordered = np.sort(errors, axis=0)
    return np.asarray(ordered[rank.place - 1]), np.asarray(ordered[len(errors) - rank.place])
