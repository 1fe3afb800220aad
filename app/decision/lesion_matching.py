"""Which lesion of one time point is which of another: by where they overlap, once both scans lie over each other."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from app.imaging.grid import Grid

LEAST_SHARE = 0.1
"""Of the smaller of two lesions, the share that lies in the other one from which on they are the same: where two only
touch, as registration leaves them a millimetre off, they are two."""


class Fate(StrEnum):
    """What became of the lesions that belong together."""

    PERSISTING = "persisting"
    SPLIT = "split"
    MERGED = "merged"
    REARRANGED = "split and merged"
    NEW = "new"
    VANISHED = "vanished"


@dataclass(frozen=True)
class Match:
    """Lesions that belong together, by their numbers at each time point."""

    baseline: tuple[int, ...]
    later: tuple[int, ...]

    @property
    def fate(self) -> Fate:
        """From how many there were and are."""
        before, after = len(self.baseline), len(self.later)
        if not before:
            return Fate.NEW
        if not after:
            return Fate.VANISHED
        if before == 1:
            return Fate.PERSISTING if after == 1 else Fate.SPLIT
        return Fate.MERGED if after == 1 else Fate.REARRANGED


def match_lesions(shares: NDArray[np.float64]) -> tuple[Match, ...]:
    """Put lesions together that overlap, also by way of others; each lesion is in one match.

    Args:
        shares: `(lesions of the baseline, lesions later)`, of the smaller of each two.

    Returns:
        Those with lesions of the baseline in the order of their first ones, then the new ones.
    """
    before, after = shares.shape
    rows, columns = np.nonzero(shares >= LEAST_SHARE)
    graph = csr_array((np.ones(len(rows)), (rows, before + columns)), shape=(before + after,) * 2)
    count, part = connected_components(graph, directed=False)
    matches = []
    for index in range(count):
        members = np.flatnonzero(part == index) + 1
        matches.append(
            Match(
                tuple(members[members <= before].tolist()),
                tuple((members[members > before] - before).tolist()),
            )
        )
    return tuple(sorted(matches, key=lambda match: (not match.baseline, match.baseline or match.later)))


def shares_of_smaller(
    labels: tuple[NDArray[np.uint8], NDArray[np.uint8]], grids: tuple[Grid, Grid], to_fixed: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How far lesions overlap, as shares of the smaller of each two, 0 to 1.

    Every voxel of either scan is looked up in the other one, and the larger overlap of the two counts: a small lesion
    may lie between the thick slices of the other scan.

    Args:
        labels: `(z, y, x)` of baseline and later scan, each on its own grid: the numbers of lesions from 1, 0 outside.
        grids: where each lies by its own file.
        to_fixed: `(4, 4)`, from mm of the later scan to mm of the baseline.

    Returns:
        `(lesions of the baseline, lesions later)`.
    """
    first, second = labels
    to_second = np.linalg.inv(grids[1].to_mm) @ np.linalg.inv(to_fixed) @ grids[0].to_mm
    ml = [float(np.prod(grid.spacing)) / 1000 for grid in grids]
    shared = np.maximum(
        _met(first, second, to_second) * ml[0], _met(second, first, np.asarray(np.linalg.inv(to_second))).T * ml[1]
    )
    sizes = [np.bincount(volume.ravel(), minlength=1)[1:] * size for volume, size in zip(labels, ml, strict=True)]
    smaller = np.minimum(sizes[0][:, np.newaxis], sizes[1])
    return np.asarray(np.minimum(1.0, shared / np.maximum(smaller, 1e-12)), np.float64)


def _met(labels: NDArray[np.uint8], others: NDArray[np.uint8], to_others: NDArray[np.float64]) -> NDArray[np.float64]:
    """`(numbers in labels, numbers in others)`: voxels of `labels` whose middles lie in a voxel of `others`."""
    places = np.argwhere(labels)
    there = np.rint(places @ to_others[:3, :3].T + to_others[:3, 3]).astype(np.intp)
    inside = ((there >= 0) & (there < others.shape)).all(axis=1)
    one, other = labels[tuple(places[inside].T)].astype(np.intp), others[tuple(there[inside].T)].astype(np.intp)
    shape = int(labels.max(initial=0)) + 1, int(others.max(initial=0)) + 1
    met = np.bincount(one * shape[1] + other, minlength=shape[0] * shape[1]).reshape(shape)
    return np.asarray(met[1:, 1:], np.float64)
