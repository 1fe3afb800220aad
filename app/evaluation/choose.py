"""Choosing the threshold from validation patients."""

import numpy as np

from app.evaluation.threshold_curve import ThresholdCurve
from app.study import LEVELS

RECALL_TARGET = 0.95
"""A missed tumour is the worst outcome: the recall that the default threshold is to reach."""
PRECISION_FLOOR = 0.70
"""The precision that it is to keep."""


def choose_threshold(
    curve: ThresholdCurve, recall_target: float = RECALL_TARGET, precision_floor: float = PRECISION_FLOOR
) -> float:
    """As much recall as the precision floor allows; where both cannot be had, the recall target goes first.

    The smallest threshold that keeps the floor if it reaches the target, otherwise the largest that reaches the target.
    Recall never rises with the threshold. Threshold 0 calls every voxel tumour and is not a choice.

    Args:
        curve: pooled over the validation patients, so the recall is that over all their tumour voxels.
        recall_target: 0 to 1.
        precision_floor: 0 to 1.

    Returns:
        A multiple of 0.005 above 0.

    Raises:
        ValueError: no threshold above 0 reaches the target, or the curve has no voxel in a reference.
    """
    reached = np.flatnonzero(curve.recall[1:] >= recall_target)
    if not reached.size:
        raise ValueError(
            f"No threshold above 0 reaches the recall. Received: recall_target={recall_target}, "
            f"recall at the lowest threshold {curve.recall[1]:.3f}"
        )
    kept = np.flatnonzero(curve.precision[1:] >= precision_floor)
    chosen = min(reached[-1], kept[0]) if kept.size else reached[-1]
    return float(chosen + 1) / LEVELS
