"""Choosing where a network is to call tumour, from validation patients."""

import numpy as np
from numpy.typing import NDArray

RECALL_TARGET = 0.95
"""A missed tumour is the worst outcome: the recall that the default threshold is to reach."""
RECALL_AIM = 0.96
"""What is aimed at on validation patients, so that others reach the target too."""
PRECISION_FLOOR = 0.70
"""The precision that it is to keep."""
CONCESSION = 0.05
"""How far below the floor the precision may lie where the recall target cannot be had otherwise."""
BETA = 2.0
"""Where both cannot be had, recall counts this many times as much as precision (van Rijsbergen, 1979, F-measure)."""


def choose_operating_point(recall: NDArray[np.float64], precision: NDArray[np.float64]) -> int:
    """The highest threshold with the recall aimed at, or the target, that keeps the precision floor.

    Where neither keeps it, the one with the target if its precision is just below the floor; else the threshold with
    the best F-measure that counts recall twice as much.

    Args:
        recall: `(k,)`, at rising thresholds: it never rises. NaN where there is no tumour.
        precision: `(k,)`.

    Returns:
        The index of the threshold.

    Raises:
        ValueError: there is no tumour, so that recall is undefined.
    """
    if np.isnan(recall).all():
        raise ValueError("Without a voxel in a reference there is no recall to choose by.")
    least = PRECISION_FLOOR - CONCESSION
    for wanted, kept in ((RECALL_AIM, PRECISION_FLOOR), (RECALL_TARGET, PRECISION_FLOOR), (RECALL_TARGET, least)):
        reached = np.flatnonzero(recall >= wanted)
        if reached.size and precision[reached[-1]] >= kept:
            return int(reached[-1])
    weight = BETA**2
    below = weight * precision + recall
    f_measure = np.divide((1 + weight) * precision * recall, below, out=np.zeros_like(below), where=below > 0)
    return int(np.nanargmax(f_measure))
