"""The studies of a cohort on a Ray cluster. Ray is an optional extra: it is imported inside functions alone.

The cluster is told to try nothing twice. Which studies are where, and how often each was begun, is known here alone,
so that each has exactly one outcome whatever happens to workers, machines and results on their way.
"""

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Any

from app.cohort.local_runner import TRIES
from app.cohort.ray_connection import connect
from app.cohort.ray_node import Unfit, answer, origin
from app.cohort.task import Outcome, Task
from app.cohort.work import unforeseen
from app.cohort.work import work as whole_work
from app.errors import AppError, InputError

CORES = 1
"""Of a machine, for each study; the network uses that many threads. With two, a study that has the machine to itself is
done sooner, but much of it is not for many threads, and the machine does fewer studies in an hour."""
AHEAD = 2
"""Studies in flight for each that the cluster works on at once, so that no worker waits for the next one."""
_LOOK = 10.0
"""Seconds after which machines that came or went are noticed."""
PATIENCE = 300.0
"""Seconds without a machine that can work, after which the run is given up."""


def run_on_ray(
    tasks: Iterable[Task],
    address: str,
    *,
    at_once: int | None = None,
    work: Callable[[Task], Outcome] | None = None,
    cores: int = CORES,
    patience: float = PATIENCE,
    tell: Callable[[str], None] | None = None,
) -> Iterator[Outcome]:
    """Do tasks on a Ray cluster; gives outcomes as they are ready, in any order, exactly one of each task.

    A task is taken when the cluster has room for it. Where a worker or a machine dies, or a result is lost on its way,
    the study is begun again; after `TRIES` times that is its problem. A machine that cannot do what the others can is
    left out. Ends its connection with the iterator, and with it all that is still at work.

    Args:
        tasks: any number; every machine sees their files under the same path.
        address: see `ray_connection.connect`, which this does at once if it was not done before.
        at_once: studies in flight at most; None for `AHEAD` times what the cluster can work on.
        work: what is done with a task, a function that can be pickled; None for `work.work` on its cores.
        cores: of a machine that a study is given.
        patience: seconds without a machine that can work.
        tell: is told, in a sentence, which machine is left out and why; None for standard error.

    Raises InputError at once when the address cannot be used; then when no machine has enough cores or none is fit;
    AppError when the cluster is gone. What was given before is whole.
    """
    connect(address)
    work = work or partial(whole_work, threads=cores)
    return _outcomes(iter(tasks), _Flight(work, cores, at_once, patience, tell or _tell))


def _outcomes(tasks: Iterator[Task], flight: "_Flight") -> Iterator[Outcome]:
    import ray

    try:
        if not flight.machines():
            raise InputError("No machine of the Ray cluster has enough cores for a study. Start one that has.")
        while True:
            for task in islice(tasks, flight.room()):
                flight.begin(task, 1)
            if not flight.aloft:
                return
            outcome = flight.land()
            if outcome is not None:
                yield outcome
    finally:
        ray.shutdown()


class _Flight:
    """The studies that the cluster has, and which of its machines may have them."""

    def __init__(
        self,
        work: Callable[[Task], Outcome],
        cores: int,
        at_once: int | None,
        patience: float,
        tell: Callable[[str], None],
    ) -> None:
        import ray

        self._work, self._cores, self._at_once, self._patience, self._tell = work, cores, at_once, patience, tell
        self._remote: Any = ray.remote(num_cpus=cores, max_retries=0)(answer)
        self._origin = origin()
        self._left_out: dict[str, str] = {}
        self._looked, self._slots = float("-inf"), 0
        self._well = time.monotonic()
        self._answered = False
        self.aloft: dict[Any, tuple[Task, int]] = {}
        """What the cluster is to answer, to the task and how often it was begun."""

    def machines(self) -> int:
        """How many can work; a look at what the cluster is now."""
        import ray

        fit = [node for node in ray.nodes() if node["Alive"] and node["NodeID"] not in self._left_out]
        cores = [int(node["Resources"].get("CPU", 0)) // self._cores for node in fit]
        self._looked, self._slots = time.monotonic(), sum(cores)
        if self._slots:
            self._well = self._looked
        return sum(slots > 0 for slots in cores)

    def room(self) -> int:
        """How many more studies the cluster may be given; at least one is always with it."""
        if time.monotonic() - self._looked > _LOOK:
            self.machines()
        return max(0, max(1, self._at_once or AHEAD * self._slots) - len(self.aloft))

    def begin(self, task: Task, tries: int) -> None:
        """Give the cluster a study, for the first time or again."""
        remote = self._remote
        if self._left_out:
            remote = remote.options(label_selector={"ray.io/node-id": f"!in({','.join(self._left_out)})"})
        self.aloft[remote.remote(task, self._work, self._origin)] = task, tries

    def land(self) -> Outcome | None:
        """What became of the next study that is ready; None where it was begun again, or nothing came for a while.

        Raises as `run_on_ray`.
        """
        import ray

        ready, _ = ray.wait(list(self.aloft), num_returns=1, timeout=min(_LOOK, self._patience))
        if not ready:
            self._check_machines()
            return None
        task, tries = self.aloft.pop(ready[0])
        try:
            told = ray.get(ready[0])
        except ray.exceptions.RayError as error:
            return self._lost(task, tries, error)
        self._answered = True
        if isinstance(told.said, Unfit):
            return self._refused(task, tries, told.node, f"{told.host} {told.said.reason}")
        outcome: Outcome = told.said
        return outcome

    def _lost(self, task: Task, tries: int, error: Exception) -> Outcome | None:
        import ray

        if isinstance(error, ray.exceptions.LocalRayletDiedError):
            raise AppError(_GONE) from error
        if isinstance(error, ray.exceptions.RuntimeEnvSetupError) and not self._answered:
            raise InputError(
                "The machines of the Ray cluster cannot take the program. They need requirements.txt and "
                "requirements-ray.txt, and room on their disks."
            ) from error
        name = task.found.name
        if isinstance(error, ray.exceptions.RayTaskError):
            return Outcome(name, None, {}, unforeseen(error.cause or error), {})
        if tries < TRIES:
            self.begin(task, tries + 1)
            return None
        return Outcome(name, None, {}, _died(error), {})

    def _refused(self, task: Task, tries: int, machine: str, reason: str) -> Outcome | None:
        """A machine is unfit: none of the next studies goes there."""
        if task.found.paths and not os.access(task.found.paths[0], os.R_OK):
            file = task.found.paths[0].name
            return Outcome(task.found.name, None, {}, f"{file!r} is not there any more, or may not be read.", {})
        if machine not in self._left_out:
            self._left_out[machine] = reason
            self._tell(f"The machine {reason}. It is left out.")
            if not self.machines():
                raise InputError(f"No machine of the Ray cluster can work: {'; '.join(self._left_out.values())}.")
        self.begin(task, tries)
        return None

    def _check_machines(self) -> None:
        if not self.machines() and time.monotonic() - self._well >= self._patience:
            raise AppError(_GONE)


_GONE = (
    "The Ray cluster has no machine any more that can work. What was done is kept: start machines, and give the same "
    "command again."
)


def _died(error: Exception) -> str:
    """What people are told of a study that was lost each time."""
    return (
        f"The worker or the machine that had it died {TRIES} times ({type(error).__name__}). Often that is memory "
        "running out: try again with --retry-failed on machines with more of it."
    )


def _tell(said: str) -> None:
    print(said, file=sys.stderr, flush=True)
