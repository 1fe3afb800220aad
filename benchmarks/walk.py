"""One study all the way, as the page walks it: how long each part takes, and how much of that is the network."""

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.decision.opening import opening_slice
from app.evaluation.threshold_curve import level_histograms
from app.imaging import ScanFile, confined
from app.model.engine import Engine
from app.model.inference import BATCH
from app.model.runs import Runs
from app.model.segmenter import Segmenter
from app.model.turns import Turns
from app.viewer import pack_levels

WAITING = 1.0
"""Seconds in which a reading process has started and waits."""
PATIENCE = 60.0
"""Seconds to wait for a turn; nobody else has one."""


class Watched:
    """An engine whose calls are timed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.sha256, self.channels = engine.sha256, engine.channels
        self.seconds: list[float] = []
        self.batches: list[NDArray[np.float32]] = []

    def forward(self, planes: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        """See `Engine`."""
        started = time.perf_counter()
        answer = self._engine.forward(planes)
        self.seconds.append(time.perf_counter() - started)
        self.batches.append(planes)
        return answer

    def look(self, planes: NDArray[np.float32], pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Engine`."""
        return self._engine.look(planes, pixels)

    def close(self) -> None:
        """See `Engine`."""
        self._engine.close()


def walk(files: Sequence[ScanFile], segmenter: Segmenter, engine: Watched) -> dict[str, float]:
    """Read, segment, count and pack one study; seconds of each part.

    Args:
        files: of one study.
        segmenter: served by `engine`.
        engine: remembers the batches of this study alone.
    """
    confined.prepare()
    time.sleep(WAITING)
    engine.seconds, engine.batches = [], []
    marks = [time.perf_counter()]
    study = confined.open_study(files).study
    marks.append(time.perf_counter())
    sha256, first = segmenter.card.sha256, opening_slice(study, None, segmenter.card.threshold)
    run = Runs(Turns(1, BATCH)).of(
        (study.sha256, sha256), study.shape[0], lambda: segmenter.stream(study, first, classes=True)
    )
    with run:
        run.advance(PATIENCE)
        marks.append(time.perf_counter())
        while not run.finished:
            run.advance(PATIENCE)
    step = run.latest
    if step is None:
        raise RuntimeError("A run that has finished has a last step.")
    level_histograms(step.levels, np.zeros(study.shape, np.bool_) if study.reference is None else study.reference > 0)
    marks.append(time.perf_counter())
    pack_levels(step.levels, study, sha256, complete=True, classes=step.classes)
    marks.append(time.perf_counter())
    return {
        "reading": marks[1] - marks[0],
        "first overlay": marks[2] - marks[1],
        "whole volume": marks[3] - marks[1],
        "of it in the network": sum(engine.seconds),
        "packing for the browser": marks[4] - marks[3],
    }
