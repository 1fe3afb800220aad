"""One study from its files to its results, in whatever process and on whatever machine."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from app.cohort.read_found import read_found
from app.cohort.row import row_of
from app.cohort.task import Outcome, Settings, Task
from app.decision.reading import read
from app.errors import AppError, CheckpointAlteredError
from app.exports.formats import ALWAYS, contents
from app.exports.small_picture import small_png
from app.imaging import confined
from app.log_line import described
from app.model.calibration_patients import CalibrationPatients, load_patients
from app.model.checkpoint import load_card
from app.model.precision import Precision

if TYPE_CHECKING:
    from app.model.segmenter import Segmenter

THUMBNAIL = "thumbnail.png"
_FRAMES = 3
"""Places in the code that are told of something unforeseen, the deepest last."""


def work(task: Task, threads: int | None = None) -> Outcome:
    """Read, segment and measure one study; whatever is wrong with it is told in the outcome.

    Args:
        task: the study, and how it is done.
        threads: that the network may use, the same for all studies of a process; None for one a core.
    """
    seconds: dict[str, float] = {}
    try:
        row, files = _done(task, threads, seconds)
    except AppError as error:
        return Outcome(task.found.name, None, {}, str(error), seconds)
    except Exception as error:  # noqa: BLE001 - one bad study must not end the others
        return Outcome(task.found.name, None, {}, unforeseen(error), seconds)
    return Outcome(task.found.name, row, files, None, seconds)


def unforeseen(error: Exception) -> str:
    """What people are told of an exception that is a fault of ours: its kind and where, not a word that it says."""
    told = described(error, deepest=_FRAMES)
    where = told.get("where") or " > ".join(told["frames"])
    return f"Something went wrong on our side ({told['exception']}: {where}). The other studies are not touched by it."


def _done(task: Task, threads: int | None, seconds: dict[str, float]) -> tuple[dict[str, Any], dict[str, bytes]]:
    settings = task.settings
    segmenter, patients = _network(settings, threads)
    with _timed(seconds, "read"):
        study = read_found(task.found)
        confined.prepare()  # for the next one
    with _timed(seconds, "network"):
        result = segmenter.segment(study, classes=True)
    with _timed(seconds, "measure"):
        reading = read(study, result, segmenter.card, patients, threshold=settings.threshold)
    with _timed(seconds, "files"):
        files, left_out = contents(reading, (*ALWAYS, *settings.exports))
        files[THUMBNAIL] = small_png(reading)
    with _timed(seconds, "row"):
        row = row_of(task, reading, left_out)
    return row, files


@lru_cache(maxsize=1)
def _network(settings: Settings, threads: int | None) -> "tuple[Segmenter, CalibrationPatients | None]":
    """The network and its calibration patients, once a process."""
    folder, card = settings.checkpoint, load_card(settings.checkpoint)
    if card.sha256 != settings.checkpoint_sha256:
        raise CheckpointAlteredError(
            f"The checkpoint in {folder} is not the one that the cohort was begun with. Have the same on every machine."
        )
    from app.model.segmenter import Segmenter
    from app.model.tensorflow_engine import TensorFlowEngine  # takes seconds

    engine = TensorFlowEngine(folder, card, precision=Precision(settings.precision), threads=threads)
    return Segmenter(folder, engine), load_patients(folder, card)


@contextmanager
def _timed(seconds: dict[str, float], step: str) -> Iterator[None]:
    started = time.perf_counter()
    try:
        yield
    finally:
        seconds[step] = time.perf_counter() - started
