"""What a run says about itself: a line on the terminal, `log.csv`, and TensorBoard's files."""

import csv
import io
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from math import isnan
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray
from tensorboardX import SummaryWriter

from app.training.state import Progress, write_whole

LOG = "log.csv"
CURVES = {"training": ("learning_rate", "loss"), "validation": ("dice", "recall", "precision")}
COLUMNS = ("step", "seconds", *CURVES["training"], *CURVES["validation"])
TENSORBOARD = "tensorboard"
_BAR = 20
_REDRAWN, _REPEATED = 0.2, 60.0
"""Seconds from one line to the next at least: on a terminal, and elsewhere."""


class Logs:
    """The logs of a run that has come as far as `progress`; what they hold of later steps is taken out."""

    def __init__(self, folder: Path, steps: int, progress: Progress) -> None:
        self._steps, self._path, self._said = steps, folder / LOG, -_REPEATED
        self._trim(progress.step)
        self._writer = SummaryWriter(str(folder / TENSORBOARD), purge_step=progress.step + 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()

    def step(self, progress: Progress) -> None:
        """After each step: a line, unless the last is recent."""
        terminal = sys.stderr.isatty()
        if time.monotonic() - self._said >= (_REDRAWN if terminal else _REPEATED):
            self._show(progress, end="" if terminal else "\n")

    def validation(self, progress: Progress, learning_rate: float, pictures: Sequence[NDArray[np.uint8]]) -> None:
        """After each validation: a line that stays, a row of the table, and curves and pictures for TensorBoard."""
        self._show(progress, end="\n")
        row = {
            "step": progress.step,
            "seconds": round(progress.seconds, 1),
            "learning_rate": learning_rate,
            "loss": progress.loss,
            **asdict(progress.scores),
        }
        with self._path.open("a", newline="", encoding="utf-8") as file:
            csv.DictWriter(file, COLUMNS).writerow(row)
        for group, names in CURVES.items():
            for name in names:
                self._writer.add_scalar(f"{group}/{name}", row[name], progress.step)
        for number, picture in enumerate(pictures):
            self._writer.add_image(f"validation/slice {number}", picture, progress.step, dataformats="HWC")
        self._writer.flush()

    def say(self, text: str) -> None:
        """A line of its own."""
        print(f"{_fresh_line()}{text}", file=sys.stderr, flush=True)

    def _show(self, progress: Progress, end: str) -> None:
        text = line(progress, self._steps)
        if sys.stderr.isatty():
            text = text[: shutil.get_terminal_size().columns - 1]
        print(f"{_fresh_line()}{text}", end=end, file=sys.stderr, flush=True)
        self._said = time.monotonic()

    def _trim(self, step: int) -> None:
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, COLUMNS)
        writer.writeheader()
        if self._path.exists():
            with self._path.open(newline="", encoding="utf-8") as file:
                writer.writerows(row for row in csv.DictReader(file) if int(row["step"]) <= step)
        write_whole(self._path, lambda path: path.write_bytes(text.getvalue().encode()))


def line(progress: Progress, steps: int) -> str:
    """`[####................]  20% step 2 of 10: loss 0.50, …`; before the first validation without its scores."""
    share = progress.step / steps
    numbers = {"loss": progress.loss, "Dice": progress.scores.dice}
    numbers |= {"recall": progress.scores.recall, "precision": progress.scores.precision}
    known = ", ".join(f"{name} {number:.3f}" for name, number in numbers.items() if not isnan(number))
    minutes = progress.seconds / progress.step * (steps - progress.step) / 60
    filled = int(share * _BAR)
    return (
        f"[{'#' * filled}{'.' * (_BAR - filled)}] {share:4.0%} step {progress.step} of {steps}: {known}; "
        f"{minutes:.0f} min left"
    )


def _fresh_line() -> str:
    """On a terminal, what takes the cursor back to the start of an emptied line."""
    return "\r\x1b[K" if sys.stderr.isatty() else ""
