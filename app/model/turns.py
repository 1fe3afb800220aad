"""Who computes next, where many wait for few processors.

A newcomer's first batch, the slices around the one on screen, comes before anything else, so that everybody soon sees
an overlay. The rest goes study by study in the order of arrival, so that the first to come is the first to have a
result. Whoever leaves, in whatever state, hands back what it had at once.
"""

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from app.model.engine_choice import REMOTE_AT_ONCE, engine_choice

INFERENCES = "GLIOLENS_INFERENCES"
"""Environment variable: how many inferences may run at once. Set by who runs the server."""
CORES = 4
"""Cores that one inference is counted with. TensorFlow spreads a batch over all that there are: on two cores, one
inference at a time had 92 % of the throughput of two at once, and each batch was there in half the time."""
REMEMBERED = 32
"""Turns that the estimate of the waiting time is made from."""


def inferences_at_once(environ: Mapping[str, str] = os.environ) -> int:
    """What `GLIOLENS_INFERENCES` says, a whole number from 1; without it as many as the engine does at once.

    That is one for each `CORES` cores, at least one, unless `GLIOLENS_ENGINE` names processes or another server.
    Raises InputError when that one says what there is not.
    """
    told = environ.get(INFERENCES, "")
    if told.isdecimal() and int(told) > 0:
        return int(told)
    choice = engine_choice(environ)
    if choice.kind == "http":
        return REMOTE_AT_ONCE
    return choice.processes or max(1, (os.cpu_count() or 1) // CORES)


class Turns:
    """Gives turns to jobs, at most `slots` at once. Safe to use from any thread.

    Args:
        slots: from 1.
        batch: slices in one turn, for the estimate.
        clock: seconds, never going back.
    """

    def __init__(self, slots: int, batch: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.slots, self.batch, self.clock = slots, batch, clock
        self.changed = threading.Condition()
        self.queue: set[Job] = set()
        self._arrivals = 0
        self._turns: deque[tuple[float, int]] = deque(maxlen=REMEMBERED)

    def job(self, slices: int) -> "Job":
        """A place in the order of arrival, for something that has so many slices at most; enter it to queue."""
        with self.changed:
            self._arrivals += 1
            return Job(self, self._arrivals, slices)

    def measured(self, seconds: float, slices: int) -> None:
        """Remember how long a turn took."""
        if slices > 0:
            self._turns.append((seconds, slices))

    @property
    def seconds_a_slice(self) -> float | None:
        """Over the latest turns; None before the first."""
        if not self._turns:
            return None
        return sum(seconds for seconds, _ in self._turns) / sum(slices for _, slices in self._turns)


class Job:
    """Something to compute in turns. It is in the queue while at least one thread is inside its `with`.

    Several threads may be: each turn goes to one of them, and when one leaves the others go on. A job that is left and
    entered again has the place that it had.
    """

    def __init__(self, turns: Turns, arrived: int, slices: int) -> None:
        self._turns, self._arrived, self._left = turns, arrived, slices
        self._fresh, self._ended = True, False
        self._inside = self._waiting = 0
        self._holder: int | None = None
        self._since, self._done = 0.0, 0

    def __enter__(self) -> Self:
        with self._turns.changed:
            self._inside += 1
            self._turns.queue.add(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._turns.changed:
            self._hand_back()
            self._inside -= 1
            if not self._inside:
                self._turns.queue.discard(self)
            self._turns.changed.notify_all()

    def take(self, seconds: float) -> bool:
        """Wait for a turn at most so long; returns whether this thread has it.

        Hands the turn back that the thread had, in the same moment: nobody who is behind slips in between. A job that
        has ended gets no turn, and is not waited for.
        """
        with self._turns.changed:
            self._hand_back()
            self._waiting += 1
            try:
                if self._turns.changed.wait_for(lambda: self._ended or self._may_go(), seconds) and not self._ended:
                    self._holder, self._since, self._done = threading.get_ident(), self._turns.clock(), 0
            finally:
                self._waiting -= 1
                if not self._has_turn():
                    self._turns.changed.notify_all()  # who is behind need not wait for this thread any more
            return self._has_turn()

    def report(self, done: int, left: int) -> None:
        """What the turn of this thread brought, in slices; the job has ended when none are left."""
        with self._turns.changed:
            self._fresh, self._ended = False, left == 0
            self._done, self._left = self._done + done, left
            if self._ended:
                self._turns.changed.notify_all()

    def rest(self) -> None:
        """Hand the turn of this thread back, to do something else before the next one."""
        with self._turns.changed:
            self._hand_back()

    @property
    def position(self) -> int:
        """How many jobs that came earlier have their turn before this one."""
        with self._turns.changed:
            return sum(job._arrived < self._arrived for job in self._ahead())

    @property
    def seconds_left(self) -> float | None:
        """About how long this job waits for its next turn; None while no turn was measured."""
        with self._turns.changed:
            pace, batch = self._turns.seconds_a_slice, self._turns.batch
            if pace is None:
                return None
            slices = sum(
                job._left if not self._fresh and job._arrived < self._arrived else min(batch, job._left)
                for job in self._ahead()
            )
            return slices * pace / self._turns.slots

    def _rank(self) -> tuple[bool, int]:
        return not self._fresh, self._arrived

    def _ahead(self) -> list["Job"]:
        return [job for job in self._turns.queue if not job._ended and job._rank() < self._rank()]

    def _may_go(self) -> bool:
        if self._holder is not None:  # another thread computes this job's next batch
            return False
        free = self._turns.slots - sum(job._holder is not None for job in self._turns.queue)
        return free > sum(job._waiting > 0 and job._holder is None for job in self._ahead())

    def _has_turn(self) -> bool:
        return self._holder == threading.get_ident()

    def _hand_back(self) -> None:
        if self._has_turn():
            self._turns.measured(self._turns.clock() - self._since, self._done)
            self._holder = None
            self._turns.changed.notify_all()
