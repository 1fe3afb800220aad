"""An engine outside this process, and the network in this process for as long as that one does not answer."""

import threading
import time
from collections.abc import Callable
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from app import log
from app.errors import EngineUnavailableError
from app.model.engine import Engine

SECONDS_BETWEEN_TRIES = 30.0
INSTEAD = "computing service away"
"""`FallbackEngine.state` meanwhile."""
Answer = TypeVar("Answer")


class RemoteEngine(Engine, Protocol):
    """An `Engine` outside this process, all of whose methods raise EngineUnavailableError when it does not answer."""

    def prepare(self) -> None:
        """Return when it can answer."""
        ...


class FallbackEngine:
    """An `Engine` that asks another one, and on EngineUnavailableError at once the network in this process.

    After `SECONDS_BETWEEN_TRIES` one batch tries the other one again, while those beside it stay here.

    Args:
        remote: the other one; closed with this one.
        local: makes the one in this process, when it is first needed.
        clock: seconds, never going back.
    """

    def __init__(
        self, remote: RemoteEngine, local: Callable[[], Engine], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.sha256, self.channels = remote.sha256, remote.channels
        self._remote, self._make_local, self._clock = remote, local, clock
        self._local: Engine | None = None
        self._lost_at: float | None = None
        self._trying, self._loading = threading.Lock(), threading.Lock()

    @property
    def state(self) -> str:
        """What somebody who waits should know: `INSTEAD` while this process computes, else nothing."""
        return "" if self._lost_at is None else INSTEAD

    def prepare(self) -> None:
        """Return when the other one is ready, or else the network here; raises what making that one raises."""
        try:
            self._remote.prepare()
        except EngineUnavailableError as error:
            self._lost(error)
            self._here()

    def forward(self, planes: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        """See `Engine`."""
        return self._ask(lambda engine: engine.forward(planes))

    def look(self, planes: NDArray[np.float32], pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Engine`."""
        return self._ask(lambda engine: engine.look(planes, pixels))

    def close(self) -> None:
        """Close both."""
        self._remote.close()
        if self._local is not None:
            self._local.close()

    def _ask(self, question: Callable[[Engine], Answer]) -> Answer:
        if self._lost_at is None or self._is_back():
            try:
                return question(self._remote)
            except EngineUnavailableError as error:
                self._lost(error)
        return question(self._here())

    def _is_back(self) -> bool:
        """Try the other one again, if it is time and nobody else does."""
        lost = self._lost_at
        if lost is None or self._clock() - lost < SECONDS_BETWEEN_TRIES or not self._trying.acquire(blocking=False):
            return False
        try:
            self._remote.prepare()
        except EngineUnavailableError:
            self._lost_at = self._clock()
            return False
        finally:
            self._trying.release()
        self._lost_at = None
        log.engine_back()
        return True

    def _lost(self, error: EngineUnavailableError) -> None:
        if self._lost_at is None:  # of many batches that failed at once, one says so
            log.engine_trouble(error)
        self._lost_at = self._clock()

    def _here(self) -> Engine:
        with self._loading:
            if self._local is None:
                self._local = self._make_local()
            return self._local
