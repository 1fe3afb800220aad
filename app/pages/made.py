"""What is made from a study. It hangs on the study, and goes with it when nobody holds the study any more."""

import threading
from collections.abc import Callable
from typing import TypeVar
from weakref import WeakKeyDictionary, WeakValueDictionary

from app.study import Probability, Study

RESULTS = 4
"""Checkpoints whose results are kept for one study; the oldest goes first. One takes 18 MB for a BraTS study."""

T = TypeVar("T")


class Made:
    """Results by their checkpoint's sha256, and whatever else was made once, by its name."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._things: dict[tuple[str, ...], object] = {}
        self.results: dict[str, Probability] = {}

    def once(self, name: tuple[str, ...], make: Callable[[], T]) -> T:
        """What has this name; made now if it is not there. Who asks meanwhile waits, and nothing is made twice."""
        with self._lock:
            if name not in self._things:
                self._things[name] = make()
            return self._things[name]  # type: ignore[return-value]  # `make` of one name gives one type

    def known(self, name: tuple[str, ...]) -> object:
        """What was made once under this name; None where nothing was."""
        return self._things.get(name)

    def keep(self, result: Probability) -> None:
        """Keep a result, and at most `RESULTS` with it."""
        with self._lock:
            self.results[result.checkpoint_sha256] = result
            for oldest in list(self.results)[:-RESULTS]:
                del self.results[oldest]
                self._things = {name: thing for name, thing in self._things.items() if oldest not in name}


_made: WeakKeyDictionary[Study, Made] = WeakKeyDictionary()
_results: WeakValueDictionary[tuple[str, str], Probability] = WeakValueDictionary()
_lock = threading.Lock()


def made_of(study: Study) -> Made:
    """What was made from this very study; an equal one of somebody else has its own, as its names may differ."""
    with _lock:
        return _made.setdefault(study, Made())


def result_of(study: Study, checkpoint_sha256: str) -> Probability | None:
    """The result of a checkpoint, also from a study with the same voxels; None when it was never made or has gone."""
    made = made_of(study)
    result = made.results.get(checkpoint_sha256)
    if result is None and (result := _results.get((study.sha256, checkpoint_sha256))) is not None:
        made.keep(result)
    return result


def keep_result(study: Study, result: Probability) -> Probability:
    """Keep a finished result with its study; returns it, or the same one that somebody else has made already."""
    with _lock:
        result = _results.setdefault((study.sha256, result.checkpoint_sha256), result)
    made_of(study).keep(result)
    return result
