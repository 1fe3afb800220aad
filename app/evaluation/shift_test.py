"""Whether a patient looks like others: a conformal test on a Mahalanobis distance.

Each of the n patients and the one in question is held against all the others. Were they drawn alike, the distance of
the one in question would be as likely as any to be among the largest, so that the p-value below is at most p with
probability p, whatever the distribution.

Sources: Vovk, Gammerman, Shafer, "Algorithmic learning in a random world", 2005 (the p-value); Ledoit, Wolf, "A
well-conditioned estimator for large-dimensional covariance matrices", J Multivariate Anal 88(2), 2004 (the covariance).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ROUNDING = 1e-9
UNLIKE = 0.05
"""The p-value up to which a patient counts as unlike the others: the rate of false alarms. With fewer than 19 others it
is the smallest that there can be."""


@dataclass(frozen=True)
class Shift:
    """How unlike the others a patient is."""

    p_value: float
    """1 / (n + 1) to 1, held against n others."""
    unlike: bool
    """Whether that is too unlikely among patients who are alike; see `UNLIKE`."""
    feature: int
    """The feature that sticks out most."""
    deviations: float
    """By how many standard deviations of the others, with its sign."""


def shift_of(features: NDArray[np.float64], patient: NDArray[np.float64], grain: NDArray[np.float64]) -> Shift:
    """Hold a patient against others.

    Args:
        features: `(n, d)` of at least two patients.
        patient: `(d,)` of the one in question.
        grain: `(d,)`, above 0: the least standard deviation that each feature is taken to have, so that one in which
            all the others agree does not make the slightest difference a large one.

    Raises:
        ValueError: the shapes do not fit together.
    """
    if features.ndim != 2 or len(features) < 2 or not features.shape[1:] == patient.shape == grain.shape:
        raise ValueError(
            f"Others are (n, d) with n of at least 2, and patient and grain (d,). Received: {features.shape}, "
            f"{patient.shape}, {grain.shape}"
        )
    everybody = np.vstack([features, patient])
    distances = np.array([_distance(np.delete(everybody, i, axis=0), each, grain) for i, each in enumerate(everybody)])
    p_value = float((distances >= distances[-1] * (1 - ROUNDING)).mean())
    deviations = (patient - features.mean(axis=0)) / np.maximum(features.std(axis=0, ddof=1), grain)
    feature = int(np.abs(deviations).argmax())
    unlike = p_value <= max(UNLIKE, 1 / len(everybody)) + ROUNDING
    return Shift(p_value, unlike, feature, float(deviations[feature]))


def false_alarms(features: NDArray[np.float64], grain: NDArray[np.float64]) -> float:
    """The share of patients who count as unlike when each is held against all the others; see `shift_of`."""
    held = (shift_of(np.delete(features, i, axis=0), each, grain).unlike for i, each in enumerate(features))
    return float(np.mean(list(held)))


def _distance(others: NDArray[np.float64], patient: NDArray[np.float64], grain: NDArray[np.float64]) -> float:
    """The squared Mahalanobis distance, in features that are scaled to a deviation of 1."""
    scale = np.maximum(others.std(axis=0), grain)
    scaled = (others - others.mean(axis=0)) / scale
    own = (patient - others.mean(axis=0)) / scale
    covariance = _covariance(scaled)
    covariance[np.diag_indices_from(covariance)] += 1 - scaled.var(axis=0)  # below the grain: brought up to it
    return float(own @ np.linalg.solve(covariance, own))


def _covariance(centred: NDArray[np.float64]) -> NDArray[np.float64]:
    """`(d, d)`: of `(n, d)` features of mean 0, shrunk towards a multiple of the identity (Ledoit and Wolf)."""
    n, d = centred.shape
    sample = centred.T @ centred / n
    mean = np.trace(sample) / d or 1.0
    spread = ((sample - mean * np.eye(d)) ** 2).sum()
    noise = ((centred**2).sum(axis=1) ** 2).sum() / n**2 - (sample**2).sum() / n
    share = 1.0 if spread == 0 else min(1.0, max(0.0, noise / spread))
    shrunk: NDArray[np.float64] = (1 - share) * sample + share * mean * np.eye(d)
    return shrunk
