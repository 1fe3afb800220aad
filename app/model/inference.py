"""The one path from a study to its probability; page, command line and evaluation all walk it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.model.network_input import NetworkInput, prepare
from app.study import LEVELS, Study

BATCH = 8
"""Slices in one call of the network; the last batch is filled up, so that the shape is always the same."""

Forward = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""`(BATCH, 240, 240, 4)` planes to `(BATCH, 240, 240)` tumour probabilities, 0 to 1, both float32."""


@dataclass(frozen=True, eq=False)
class Progress:
    """What is known of a study's probability so far."""

    levels: NDArray[np.uint8]
    """`(z, y, x)`; 0 where the network has not looked yet. The same array throughout; it fills up."""
    done: int
    """Slices that are finished."""
    total: int
    """Slices that hold some of the head; the others are 0 and are not looked at."""


def stream_levels(study: Study, forward: Forward, first_slice: int | None = None) -> Iterator[Progress]:
    """Segment a study batch by batch, the slices around `first_slice` first; yields after each batch."""
    network_input = prepare(study)
    order = slice_order(network_input.head_slices, first_slice)
    levels = np.zeros(study.shape, np.uint8)
    if not order.size:
        yield Progress(levels, 0, 0)
    for start in range(0, len(order), BATCH):
        indices = order[start : start + BATCH]
        levels[indices] = _batch_levels(network_input, forward, indices)
        yield Progress(levels, start + len(indices), len(order))


def slice_order(head_slices: NDArray[np.intp], first: int | None) -> NDArray[np.intp]:
    """Nearest to `first` before the others; ascending without one."""
    if first is None:
        return head_slices
    return head_slices[np.argsort(np.abs(head_slices - first), kind="stable")]


def _batch_levels(network_input: NetworkInput, forward: Forward, indices: NDArray[np.intp]) -> NDArray[np.uint8]:
    planes = network_input.planes(np.resize(indices, BATCH))
    probability = forward(planes)[: len(indices)]
    on_grid = np.stack([network_input.geometry.from_plane(plane) for plane in probability])
    levels: NDArray[np.uint8] = np.floor(np.clip(on_grid, 0.0, 1.0) * np.float32(LEVELS)).astype(np.uint8)
    return levels
