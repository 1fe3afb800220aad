"""How far a cohort is, and about when it will be done, in one line on a terminal or now and then in a log."""

import math
import time
from collections import deque
from collections.abc import Callable
from typing import TextIO

WINDOW = 64
"""Studies that the pace is taken from, the latest ones."""
EVERY = {True: 0.2, False: 30.0}
"""Seconds from one line to the next, on a terminal and anywhere else."""
_TOLD = 4
"""Studies from which on the time between them is the pace."""
_CLEAR = "\x1b[K"


class Progress:
    """Tells it whenever a study is done.

    Args:
        total: studies to do.
        stream: where to.
        clock: seconds, never going back.
    """

    def __init__(self, total: int, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self.total, self.done, self.problems = total, 0, 0
        self._stream, self._clock = stream, clock
        self._terminal = stream.isatty()
        self._begun = clock()
        self._ends: deque[float] = deque(maxlen=WINDOW)
        self._said = -math.inf

    def finished(self, *, problem: bool) -> None:
        """A study is done, or is a problem."""
        now = self._clock()
        self.done += 1
        self.problems += problem
        self._ends.append(now)
        if self.done == self.total or now - self._said >= EVERY[self._terminal]:
            self._said = now
            self._say()

    def close(self) -> None:
        """Leave the line on a terminal."""
        if self._terminal and self.done:
            print(file=self._stream, flush=True)

    def line(self) -> str:
        """`12 of 38 studies, 1 with a problem, 1.6 s each, about 42 s left`."""
        told = [f"{self.done:,} of {self.total:,} studies"]
        if self.problems:
            told.append(f"{self.problems:,} with a problem")
        each = self._pace()
        told.append(f"{each:.1f} s each")
        if self.done < self.total:
            told.append(f"about {duration(each * (self.total - self.done))} left")
        return ", ".join(told)

    def _pace(self) -> float:
        """Seconds from one study to the next; without the start of the network, as soon as that can be told."""
        if len(self._ends) < _TOLD:
            return (self._clock() - self._begun) / max(1, len(self._ends))
        return (self._ends[-1] - self._ends[0]) / (len(self._ends) - 1)

    def _say(self) -> None:
        start, end = ("\r", _CLEAR) if self._terminal else ("", "\n")
        print(f"{start}{self.line()}{end}", end="", file=self._stream, flush=True)


def duration(seconds: float) -> str:
    """`42 s`, `5 min`, `2 h 10 min`, `3 d 4 h`: rounded to what anybody wants to know."""
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{seconds:.0f} s"
    if minutes < 90:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if hours < 48 else f"{hours // 24} d {hours % 24} h"
