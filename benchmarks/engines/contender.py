"""What every engine of the comparison is given, and what it gives."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.model.inference import BATCH
from app.model.precision import Precision

Run = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""Planes `(n, rows, columns, channels)` to tumour logits `(n, rows, columns)`."""


@dataclass(frozen=True)
class Setup:
    """One network, the planes that it will see, and what the machine has."""

    folder: Path
    """The checkpoint's."""
    rows: int
    columns: int
    """Of the planes that hold the head and little else."""
    threads: int
    precisions: tuple[Precision, ...]
    """float32, and bfloat16 where the processor multiplies that faster."""


@dataclass(frozen=True)
class Contender:
    """One way to run the network."""

    name: str
    run: Run = field(repr=False)
    """All planes of a study, cut into batches and spread over threads as suits the engine."""
    precision: Precision = Precision.FLOAT32
    cropped: bool = True
    """Whether it is shown the window that holds the head; otherwise the whole plane, 240 x 240."""


def batched(forward: Run, size: int = BATCH) -> Run:
    """Runs planes some at a time, the last time fewer where they do not divide."""
    return partial(_in_batches, forward, size)


def _in_batches(forward: Run, size: int, planes: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.concatenate([forward(planes[start : start + size]) for start in range(0, len(planes), size)])


Contenders = Callable[[Setup], Iterator[Contender]]
