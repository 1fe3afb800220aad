"""Segmentations under way, each shared by all who wait for it: computed once, and whoever leaves stops nobody."""

import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self
from weakref import WeakValueDictionary

from app.model.inference import Progress
from app.model.turns import Job, Turns

Key = tuple[str, str]
"""sha256 of the study and of the checkpoint."""


class Run:
    """One study on its way through one network; each batch is computed by one of the threads that wait for it.

    Threads wait inside its `with`. When the last of them leaves, its place in the queue is free; who enters it again
    goes on where it stopped.
    """

    def __init__(self, job: Job, steps: Iterator[Progress]) -> None:
        self.job = job
        self.latest: Progress | None = None
        """The newest step; its arrays may be filling up while they are read, until the run has finished."""
        self.failed = False
        self._steps = steps

    @property
    def finished(self) -> bool:
        """Whether `latest` is the result."""
        return self.latest is not None and self.latest.done == self.latest.total

    def advance(self, seconds: float) -> bool:
        """Compute the next batch if its turn comes within so many seconds; returns whether it did.

        Raises what the computation raises, and RuntimeError when it has raised in another thread.
        """
        if self.failed:
            raise RuntimeError("The segmentation failed where another session computed it.")
        if not self.job.take(seconds):
            return False
        before = 0 if self.latest is None else self.latest.done
        try:
            self.latest = step = next(self._steps)
        except BaseException:
            self.failed = True
            self.job.report(0, 0)
            raise
        self.job.report(step.done - before, step.total - step.done)
        return True

    def __enter__(self) -> Self:
        self.job.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.job.__exit__(kind, error, traceback)


class Runs:
    """The runs that somebody holds; one that nobody holds any more is gone, with its study."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._held: WeakValueDictionary[Key, Run] = WeakValueDictionary()
        self._lock = threading.Lock()

    def of(self, key: Key, slices: int, start: Callable[[], Iterator[Progress]]) -> Run:
        """The run of a study and a checkpoint, begun with `start` if there is none; it has so many slices at most."""
        with self._lock:
            run = self._held.get(key)
            if run is None or run.failed:
                run = self._held[key] = Run(self._turns.job(slices), start())
            return run
