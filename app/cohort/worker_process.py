"""A process that does one task after another, and may be killed at any moment."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

from app.cohort.task import Outcome, Task

Work = Callable[[Task], Outcome]
_CONTEXT = multiprocessing.get_context("spawn")  # a process that is copied would copy the network's threads, which hang


class EndedError(Exception):
    """The process has ended without an answer."""

    def __init__(self, status: int | None) -> None:
        super().__init__(status)
        self.status = status
        """What it ended with: minus the signal that killed it; None where that is not known."""


class WorkerProcess:
    """Begins with the first task that it is given, and again after it has ended.

    It hears nothing of Ctrl-C, which is for the process that gives the tasks; and ends by itself when that one is gone.

    Args:
        work: what is done with a task, a function that can be pickled.
    """

    def __init__(self, work: Work) -> None:
        self._work = work
        self._process: SpawnProcess | None = None
        self.tries = 0
        """How often the task was begun."""

    def give(self, task: Task) -> None:
        """Have it do a task, when it is not busy with another."""
        self.task, self.tries = task, 0
        self.begin()

    def begin(self) -> None:
        """Have it begin the task, once more if it ended before."""
        self.tries += 1
        if self._process is None:
            self.connection, theirs = _CONTEXT.Pipe()
            self._process = _CONTEXT.Process(target=_serve, args=(theirs, self._work), daemon=True)
            with _no_interrupts():
                self._process.start()
            theirs.close()  # or this process would hold on to the line of one that is gone
        with suppress(OSError):  # it has ended; `take` says so
            self.connection.send(self.task)

    def take(self) -> Outcome:
        """The outcome of its task. Waits for it; raises EndedError."""
        try:
            outcome: Outcome = self.connection.recv()
        except (EOFError, OSError) as error:
            raise EndedError(self.end()) from error
        return outcome

    def end(self) -> int | None:
        """End the process at once; gives what it ended with."""
        process, self._process = self._process, None
        if process is None:
            return None
        self.connection.close()
        if process.exitcode is None:
            process.join(_MOMENT)
        process.kill()
        process.join()
        return process.exitcode


_MOMENT = 0.1
"""Seconds in which a process whose line is broken has ended, so that it is known what with."""


def _serve(connection: Connection, work: Work) -> None:
    """Answer tasks until nobody is there who gives them."""
    if not sys.flags.dev_mode:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (1, 2):
            os.dup2(nowhere, stream)  # the network's library says much there that is not for users
    with suppress(EOFError, OSError):
        while True:
            connection.send(work(connection.recv()))


@contextmanager
def _no_interrupts() -> Iterator[None]:
    """What is started in here never sees Ctrl-C, where the system can do that."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
