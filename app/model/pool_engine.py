"""The network in processes beside this one, so that the pages have the server's process to themselves."""

import os
import queue
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from app import log
from app.errors import EngineUnavailableError
from app.model.checkpoint import Card, read_network
from app.model.engine_requests import FORWARD_ANSWER, LOOK_ANSWER
from app.model.network_file import input_channels
from app.model.pool_process import PoolProcess, ProcessEndedError, Recipe
from app.model.pool_worker import FORWARD, LOOK
from app.model.precision import chosen_precision

TIMES = 3
"""A batch is asked for at most; each time in another process, for the last one has ended."""


class PoolEngine:
    """An `Engine` that has a network in each of several processes, and computes as many batches at once.

    They load while it is made. One that dies is replaced, and its batch asked for again; the others go on. All end with
    this process, whatever ends it, and when the engine is let go of.

    Args:
        folder, card: of the checkpoint.
        processes: from 1; each has its share of the processor's cores.

    Raises CheckpointError, and InputError when the environment asks for a precision that there is not.
    """

    def __init__(self, folder: Path, card: Card, processes: int) -> None:
        self.sha256: str = card.sha256
        self.channels: int = input_channels(read_network(folder, card))
        threads = max(1, (os.cpu_count() or 1) // processes)
        self._recipe = Recipe(folder, card.sha256, chosen_precision(), threads)
        self._all: list[PoolProcess] = []
        self._end = weakref.finalize(self, _end, self._all)  # also when nobody holds the engine, or Python ends
        self._free: queue.SimpleQueue[PoolProcess] = queue.SimpleQueue()
        for _ in range(processes):
            self._all.append(PoolProcess(self._recipe))
            self._free.put(self._all[-1])

    def prepare(self) -> None:
        """Return when all processes have their networks. Raises EngineUnavailableError when one has ended instead."""
        for _ in self._all:
            process = self._free.get()
            try:
                process.wait_until_ready()
            except ProcessEndedError as error:
                process = self._replaced(process)
                raise _unavailable() from error
            finally:
                self._free.put(process)

    @property
    def pids(self) -> list[int]:
        """The system's numbers of the processes."""
        return [process.pid for process in self._all]

    def forward(self, planes: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        """See `Engine`. Raises EngineUnavailableError when one process after another has died of it."""
        logit, likeliest = self._ask(FORWARD, (planes,), FORWARD_ANSWER, planes.shape[:3])
        return logit, likeliest

    def look(self, planes: NDArray[np.float32], pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Engine`. Raises EngineUnavailableError when one process after another has died of it."""
        (heat,) = self._ask(LOOK, (planes, pixels), LOOK_ANSWER, pixels.shape)
        return heat

    def close(self) -> None:
        """End the processes."""
        self._end()

    def _ask(
        self, kind: bytes, arrays: Sequence[NDArray[Any]], dtypes: Sequence[DTypeLike], shape: tuple[int, ...]
    ) -> list[NDArray[Any]]:
        ended: ProcessEndedError | None = None
        for _ in range(TIMES):
            process = self._free.get()
            try:
                return process.ask(kind, arrays, dtypes, shape)
            except ProcessEndedError as error:
                log.engine_trouble(error)
                ended, process = error, self._replaced(process)
            finally:
                self._free.put(process)
        raise _unavailable() from ended

    def _replaced(self, process: PoolProcess) -> PoolProcess:
        """A new process in the place of one that has ended; that one itself where the system starts none."""
        process.end()
        try:
            new = PoolProcess(self._recipe)
        except OSError as error:
            log.engine_trouble(error)
            return process
        self._all[self._all.index(process)] = new
        return new


def _end(processes: list[PoolProcess]) -> None:
    for process in processes:
        process.end()


def _unavailable() -> EngineUnavailableError:
    return EngineUnavailableError(
        "The processes with the network end before they answer. See whether there is memory for them, or unset "
        "GLIOLENS_ENGINE to have the network in the app's own process."
    )
