"""One process of a pool, from outside: started, asked, and ended. See `pool_worker`, which runs in it.

Started by a command of its own, as the processes that read files are: `multiprocessing` would import the server's main
module again in each one, which under Streamlit is the page. Its pipes are nobody else's, so it ends with the server.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import DTypeLike, NDArray

from app.model.array_message import largest_message, pack, unpack
from app.model.pool_worker import ARRAYS, READY, receive, send

ROOT = Path(__file__).parents[2]
SECONDS_TO_START, SECONDS_TO_ANSWER = 180.0, 120.0
"""After which a process is taken to hang: many times what a slow machine takes for a network and for a batch."""
_KEPT = ("PATH", "HOME", "LD_LIBRARY_PATH", "LANG", "SYSTEMROOT", "TEMP", "USERPROFILE", "VIRTUAL_ENV")
_LIBRARIES = ("TF_", "ONEDNN_", "DNNL_", "OMP_", "KERAS_")
"""With `_KEPT`, all of the server's environment that the process is given; the rest may hold secrets. How libraries
compute has to be the same as in the server."""
_MOST_WORDS = 2**16


class ProcessEndedError(Exception):
    """The process has ended, hangs, or cannot do what it is for; end it and start another one."""

    def __init__(self, where: str = "") -> None:
        super().__init__(where)
        self.where = where
        """The kind of exception in the process and the frames that led to it, none of its words."""


@dataclass(frozen=True)
class Recipe:
    """What a process needs to know to have the same network as the others."""

    folder: Path
    sha256: str
    precision: str
    threads: int


class PoolProcess:
    """A process with a network; asked by one thread at a time. Returns from its making while it still loads."""

    def __init__(self, recipe: Recipe) -> None:
        words = (str(recipe.folder.resolve()), recipe.sha256, recipe.precision, str(recipe.threads))
        self._process = subprocess.Popen(  # noqa: S603 - a fixed command
            (sys.executable, "-m", "app.model.pool_worker", *words),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env={name: value for name, value in os.environ.items() if name in _KEPT or name.startswith(_LIBRARIES)},
        )
        self._ready = False

    @property
    def pid(self) -> int:
        """The system's number of the process."""
        return self._process.pid

    def wait_until_ready(self) -> None:
        """Return when its network is loaded. Raises ProcessEndedError."""
        if not self._ready:
            self._exchange(None, [], READY, _MOST_WORDS, SECONDS_TO_START)
            self._ready = True

    def ask(
        self, kind: bytes, arrays: Sequence[NDArray[Any]], dtypes: Sequence[DTypeLike], shape: tuple[int, ...]
    ) -> list[NDArray[Any]]:
        """The answer to some arrays: one array of that shape for each type. Raises ProcessEndedError."""
        self.wait_until_ready()
        most = max(_MOST_WORDS, largest_message(dtypes, shape))
        content = self._exchange(kind, pack(*arrays), ARRAYS, most, SECONDS_TO_ANSWER)
        try:
            return unpack(content, dtypes)
        except ValueError as error:
            raise ProcessEndedError from error

    def end(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(OSError):  # what was left to write has nobody to read it
                    stream.close()

    def _exchange(
        self, kind: bytes | None, pieces: list[bytes | memoryview], wanted: bytes, most: int, seconds: float
    ) -> memoryview:
        """Send a message if there is a kind, and receive one of the kind that is wanted."""
        requests, answers = self._process.stdin, self._process.stdout
        if requests is None or answers is None:
            raise ValueError("A process of a pool has pipes. Received: one without")
        late = threading.Timer(seconds, self._process.kill)
        late.daemon = True
        late.start()
        try:
            if kind is not None:
                send(requests, kind, pieces)
            answered, content = receive(answers, most)
        except (OSError, EOFError, ValueError) as error:
            raise ProcessEndedError from error
        finally:
            late.cancel()
        if answered != wanted:
            raise ProcessEndedError(bytes(content).decode(errors="replace"))
        return content
