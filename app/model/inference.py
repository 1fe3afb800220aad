"""The one path from a study to its probability; page, command line and evaluation all walk it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from app.model.calibration import Calibration
from app.model.network_input import prepare
from app.model.serving import ABSENT, Serving, cap_islands, smooth_between_slices
from app.study import CLASS_LABELS, LEVELS, Study

BATCH = 8
"""Slices in one call of the network at most; the last batch of a study is filled up, so that it has one shape."""

LABELS = np.array(CLASS_LABELS, np.uint8)
"""What the network's tumour classes are called in files."""

Forward = Callable[[NDArray[np.float32]], tuple[NDArray[np.float32], NDArray[np.uint8]]]
"""`(n, rows, columns, channels)` planes to tumour logits, log(p / (1 - p)), and to which of the three tumour classes is
the likeliest, 0 to 2; `(n, rows, columns)` each."""


@dataclass(frozen=True)
class Network:
    """A network and how it is served."""

    forward: Forward
    neighbours: int
    """How many slices on each side of one it wants to see."""
    serving: Serving = field(default_factory=Serving)


@dataclass(frozen=True, eq=False)
class LogitProgress:
    """What is known of a study's tumour logits so far."""

    logits: NDArray[np.float16]
    """`(z, y, x)`, `ABSENT` where the network has not looked. The same array throughout; it fills up."""
    classes: NDArray[np.uint8]
    """As in `Probability`; fills up like the logits."""
    fresh: NDArray[np.intp]
    """The slices that changed with this step."""
    done: int
    total: int
    """Slices that are finished, and all that hold some of the head."""


@dataclass(frozen=True, eq=False)
class Progress:
    """What is known of a study's probability so far."""

    levels: NDArray[np.uint8]
    """`(z, y, x)`; 0 where the network has not looked yet. The same array throughout; it fills up."""
    done: int
    """Slices that are finished."""
    total: int
    """Slices that hold some of the head; the others are 0 and are not looked at."""
    classes: NDArray[np.uint8] | None = None
    """As in `Probability`; fills up like the levels."""


def stream_levels(
    study: Study,
    network: Network,
    calibration: Calibration,
    default_level: int,
    first_slice: int | None = None,
    *,
    classes: bool = False,
) -> Iterator[Progress]:
    """Segment a study batch by batch, the slices around `first_slice` first; yields after each batch.

    The last step smooths between slices and takes small islands away, as `network.serving` says.

    Args:
        study: any.
        network: what sees it.
        calibration: of the study's subset of sequences.
        default_level: the level of the default threshold.
        first_slice: None for the lowest.
        classes: keep the tumour classes too.
    """
    levels = np.zeros(study.shape, np.uint8)
    for step in stream_logits(study, network, first_slice):
        for index in step.fresh:
            logit = step.logits[index].astype(np.float32)
            levels[index] = np.where(logit > ABSENT, levels_of(calibration.probability(logit)), 0)
        if step.done == step.total:
            cap_islands(levels, default_level, network.serving.smallest_island)
        yield Progress(levels, step.done, step.total, step.classes if classes else None)


def stream_logits(study: Study, network: Network, first_slice: int | None = None) -> Iterator[LogitProgress]:
    """The tumour logits behind `stream_levels`, in the same steps; smoothed in the last one."""
    network_input = prepare(study)
    order = slice_order(network_input.head_slices, first_slice)
    logits = np.full(study.shape, ABSENT, np.float16)
    classes = np.zeros(study.shape, np.uint8)
    if not order.size:
        yield LogitProgress(logits, classes, order, 0, 0)
    for start in range(0, len(order), BATCH):
        indices = order[start : start + BATCH]
        filled = np.resize(indices, min(BATCH, len(order)))
        logit, likeliest = network.forward(network_input.planes(filled, network.neighbours))
        for row, index in enumerate(indices):
            logits[index] = network_input.on_grid(np.maximum(logit[row] - ABSENT, 0)) + ABSENT
            classes[index] = network_input.on_grid(LABELS[likeliest[row]])
        done, fresh = start + len(indices), indices
        if done == len(order) and smooth_between_slices(logits, study.spacing, network.serving.smoothing_mm):
            fresh = order
        yield LogitProgress(logits, classes, fresh, done, len(order))


def levels_of(probability: NDArray[np.float32]) -> NDArray[np.uint8]:
    """floor(probability * 200), of any shape; what rounding put outside 0 to 1 becomes 0 or 1."""
    levels: NDArray[np.uint8] = np.floor(np.clip(probability, 0.0, 1.0) * np.float32(LEVELS)).astype(np.uint8)
    return levels


def slice_order(head_slices: NDArray[np.intp], first: int | None) -> NDArray[np.intp]:
    """Nearest to `first` before the others; ascending without one."""
    if first is None:
        return head_slices
    return head_slices[np.argsort(np.abs(head_slices - first), kind="stable")]
