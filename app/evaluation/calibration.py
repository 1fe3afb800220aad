"""Whether a probability means what it says: of the voxels called 30 % tumour, are 30 % tumour?

Source: Guo, Pleiss, Sun, Weinberger, "On calibration of modern neural networks", ICML 2017, for two classes: the
confidence is the tumour probability itself. Only the head is looked at; with the empty background, on which every
network is right, any error could be made as small as one likes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.evaluation.confusion import ratio
from app.study import LEVELS

BINS = 10


@dataclass(frozen=True)
class Bin:
    """Voxels of similar probability."""

    low: float
    high: float
    """Probabilities from `low` to below `high`; the last bin holds 1 too."""
    voxels: int
    probability: float
    """Their mean, NaN without voxels. A level stands for the middle of its step of 0.005, but the lowest, in which the
    probabilities crowd at 0, for 0."""
    observed: float
    """The share of them in the reference, NaN without voxels."""


@dataclass(frozen=True)
class Reliability:
    """The reliability curve of all voxels inside the head."""

    bins: tuple[Bin, ...]
    """`BINS` of equal width, from 0 to 1."""
    ece: float
    """Expected calibration error: the mean distance of probability and observed share, weighted by voxels."""


def reliability(
    true_positives: Sequence[int] | NDArray[np.int64],
    predicted: Sequence[int] | NDArray[np.int64],
    positives: int,
    head_voxels: int,
) -> Reliability:
    """The reliability from the counts of a threshold curve.

    The counts may be of whole volumes, provided that nothing outside the head has a probability of 0.005 or more: what
    lies outside is in the first counts alone, and those are not used.

    Args:
        true_positives: 201 counts, voxels with probability >= k / 200 inside the reference.
        predicted: 201 counts, all voxels with probability >= k / 200.
        positives: voxels in the reference.
        head_voxels: voxels inside the head.

    Raises:
        ValueError: the counts are not 201 each, or the head is smaller than what lies in it.
    """
    tumour, total = (np.asarray(counts, np.int64) for counts in (true_positives, predicted))
    if (tumour.shape, total.shape) != ((LEVELS + 1,), (LEVELS + 1,)):
        raise ValueError(f"Counts are {LEVELS + 1} of each kind. Received: shapes={(tumour.shape, total.shape)}")
    tumour = -np.diff(np.r_[positives, tumour[1:], 0])
    total = -np.diff(np.r_[head_voxels, total[1:], 0])
    if np.any(total < tumour):
        raise ValueError(f"The head holds every voxel that counts. Received: head_voxels={head_voxels}")
    levels = np.arange(LEVELS + 1)
    middle = np.where((levels == 0) | (levels == LEVELS), levels, levels + 0.5) / LEVELS
    place = np.minimum(levels * BINS // LEVELS, BINS - 1)
    voxels, inside, summed = (
        np.bincount(place, weights, minlength=BINS).tolist() for weights in (total, tumour, total * middle)
    )
    bins = tuple(
        Bin(i / BINS, (i + 1) / BINS, int(n), ratio(p, n), ratio(k, n))
        for i, (n, k, p) in enumerate(zip(voxels, inside, summed, strict=True))
    )
    gaps = sum(abs(p - k) for k, p in zip(inside, summed, strict=True))
    return Reliability(bins, ratio(gaps, head_voxels))
