"""A thread that does what a test tells it, step by step."""

import threading
from collections.abc import Callable
from queue import SimpleQueue

LONG = 60.0
"""Seconds that no test waits: whatever is asked for has come, or the test fails."""


class Answer:
    """What will come of a step."""

    def __init__(self) -> None:
        self._there = threading.Event()
        self._value: object = None

    def set(self, value: object) -> None:
        self._value = value
        self._there.set()

    @property
    def there(self) -> bool:
        """Whether the step is done."""
        return self._there.is_set()

    def get(self) -> object:
        """Wait until it is."""
        assert self._there.wait(LONG)
        return self._value


class Thread:
    """Does one thing after the other, and says what came of it."""

    def __init__(self) -> None:
        self._told: SimpleQueue[Callable[[], object] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def ask(self, what: Callable[[], object]) -> Answer:
        """Let it do this after what it was told before."""
        answer = Answer()
        self._told.put(lambda: answer.set(what()))
        return answer

    def do(self, what: Callable[[], object]) -> object:
        """Let it do this, and wait for it."""
        return self.ask(what).get()

    def end(self) -> None:
        """When all is done."""
        self._told.put(None)
        self._thread.join(LONG)
        assert not self._thread.is_alive()

    def _work(self) -> None:
        while (what := self._told.get()) is not None:
            what()
