"""How far two engines agree on where tumour is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.evaluation.confusion import Confusion
from app.model.calibration import Calibration

SAME = 1e-3
"""By how much a tumour probability may differ at most where both compute in float32."""


@dataclass(frozen=True)
class Agreement:
    """What differs between two results."""

    largest: float
    mean: float
    """Differences of the tumour probability, over all pixels."""
    dice: float
    """Of the two masks at one threshold; NaN where the first has none."""


def agreement(
    expected: NDArray[np.float32], found: NDArray[np.float32], calibration: Calibration, threshold: float
) -> Agreement:
    """Compare tumour logits of one shape, as the probabilities that they are shown as.

    Raises ValueError when the shapes differ, or a logit is not finite.
    """
    if expected.shape != found.shape:
        raise ValueError(f"Both have one shape. Received: expected {expected.shape}, found {found.shape}")
    if not (np.isfinite(expected).all() and np.isfinite(found).all()):
        raise ValueError("Logits are finite. Received: NaN or infinity")
    before, after = calibration.probability(expected), calibration.probability(found)
    difference = np.abs(before - after)
    masks = Confusion.from_masks(after >= threshold, before >= threshold)
    return Agreement(float(difference.max()), float(difference.mean(dtype=np.float64)), masks.dice)
