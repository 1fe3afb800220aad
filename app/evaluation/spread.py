"""How far several looks at one study are apart, voxel by voxel, and whether that tells where the mask is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np
from numpy.typing import NDArray

from app.evaluation.confusion import ratio
from app.study import LEVELS

BOUNDS = (0, 10, 20, 40, 60, 100, LEVELS + 1)
"""Levels at which a bin of the reliability begins, and where the last one ends."""


@dataclass(frozen=True)
class SpreadBin:
    """Voxels on which the looks are about equally far apart."""

    low: float
    high: float
    """Difference of probability, from `low` to below `high`; the last bin holds 1 too."""
    voxels: int
    wrong: float
    """The share of them that the mask has wrong, NaN without voxels."""


@dataclass(frozen=True, eq=False)
class SpreadCounts:
    """Voxels by their spread, `(201,)` each: those that the mask has right, and those that it has wrong.

    Raises ValueError when the counts are not 201 each.
    """

    right: NDArray[np.int64]
    wrong: NDArray[np.int64]

    def __post_init__(self) -> None:
        if (self.right.shape, self.wrong.shape) != ((LEVELS + 1,), (LEVELS + 1,)):
            raise ValueError(f"Counts are {LEVELS + 1} of each kind. Received: {self.right.shape}, {self.wrong.shape}")

    @classmethod
    def of(cls, spread: NDArray[np.uint8], wrong: NDArray[np.bool_]) -> Self:
        """Count voxels; any shape, the same for both, and levels up to 200."""
        return cls(*(np.bincount(spread[mask], minlength=LEVELS + 1) for mask in (~wrong, wrong)))

    def __add__(self, other: "SpreadCounts") -> "SpreadCounts":
        return SpreadCounts(self.right + other.right, self.wrong + other.wrong)

    @property
    def auroc(self) -> float:
        """The chance that a wrong voxel has a larger spread than a right one, ties counting half; NaN without both.

        Source: Hanley and McNeil, Radiology 143(1), 1982. 0.5: the spread says nothing; 1: it tells every error.
        """
        below = self.right.cumsum() - self.right
        return ratio(float(np.sum(self.wrong * (below + self.right / 2))), float(self.wrong.sum() * self.right.sum()))

    @property
    def bins(self) -> tuple[SpreadBin, ...]:
        """The share that is wrong, by spread; between `BOUNDS`."""
        found = []
        for low, high in pairwise(BOUNDS):
            right, wrong = int(self.right[low:high].sum()), int(self.wrong[low:high].sum())
            found.append(
                SpreadBin(low / LEVELS, min(high, LEVELS) / LEVELS, right + wrong, ratio(wrong, right + wrong))
            )
        return tuple(found)

    @property
    def agreed_errors(self) -> float:
        """Of the wrong voxels, the share in the lowest bin, where the looks agree; NaN without wrong voxels."""
        return ratio(int(self.wrong[: BOUNDS[1]].sum()), int(self.wrong.sum()))


def spread_of(looks: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """`(z, y, x)`, 0 to 200: the highest level of any look less the lowest.

    Args:
        looks: the levels of each, `(z, y, x)`; at least one.
    """
    highest, lowest = looks[0].copy(), looks[0].copy()
    for levels in looks[1:]:
        np.maximum(highest, levels, out=highest)
        np.minimum(lowest, levels, out=lowest)
    return np.subtract(highest, lowest, out=highest)


def volumes_of(looks: Sequence[NDArray[np.uint8]]) -> NDArray[np.int64]:
    """`(looks, 201)`: how many voxels have level k or more."""
    counts = np.array([np.bincount(levels.ravel(), minlength=LEVELS + 1) for levels in looks], np.int64)
    return np.ascontiguousarray(counts[:, ::-1].cumsum(axis=1)[:, ::-1])


def log_spread(volumes: NDArray[np.int64]) -> NDArray[np.float64]:
    """`(201,)`: how far the looks are apart about a volume, the standard deviation of its logarithm; 0.1 is about 10 %.

    Args:
        volumes: `(looks, 201)`, as `volumes_of` gives them. One voxel is added to each, so that none is 0.
    """
    return np.asarray(np.log1p(volumes).std(axis=0), np.float64)
