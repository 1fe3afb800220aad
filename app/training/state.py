"""What a run needs to go on bit for bit: every variable of network and optimiser, and how far it has come."""

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from math import nan
from pathlib import Path

import keras
import numpy as np

from app.evaluation.threshold_curve import Scores

STATE = "state.npz"


@dataclass
class Progress:
    """How far a run has come."""

    step: int = 0
    """Steps that are done."""
    seconds: float = 0.0
    """That they took, over all sittings."""
    loss_sum: float = 0.0
    """Of the steps since the last validation."""
    loss_steps: int = 0
    scores: Scores = field(default_factory=lambda: Scores(nan, nan, nan))
    """Of the last validation."""
    best: float = -1.0
    """The highest Dice of a validation."""
    stale: int = 0
    """Validations since then."""
    factor: float = 1.0
    """What plateaus have multiplied the learning rate with."""

    @property
    def loss(self) -> float:
        """Mean of the steps since the last validation; NaN before the first of them."""
        return self.loss_sum / self.loss_steps if self.loss_steps else nan


def save(model: keras.Model, progress: Progress, folder: Path) -> None:
    """Write the state; an interruption leaves the last one whole."""
    arrays = {str(n): keras.ops.convert_to_numpy(variable) for n, variable in enumerate(_variables(model))}
    write_whole(folder / STATE, lambda path: np.savez(path, progress=np.array(json.dumps(asdict(progress))), **arrays))


def resume(model: keras.Model, folder: Path) -> Progress:
    """Load the saved state, if there is one; returns how far it is."""
    if not (folder / STATE).exists():
        return Progress()
    with np.load(folder / STATE) as state:
        for n, variable in enumerate(_variables(model)):
            variable.assign(state[str(n)])
        progress = json.loads(str(state["progress"]))
    return Progress(**progress | {"scores": Scores(**progress["scores"])})


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a file beside `path`, and only when it is on the disk put it in place of `path`."""
    temporary = path.with_name(f"next.{path.name}")
    write(temporary)
    with temporary.open("r+b") as file:
        os.fsync(file.fileno())
    temporary.replace(path)


def _variables(model: keras.Model) -> "list[keras.Variable]":
    """Those of the network, with the states of its random numbers, and those of the optimiser, with the average."""
    return [*model.variables, *model.optimizer.variables]
