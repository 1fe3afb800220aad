"""The studies of a cohort on the cores of this machine, in processes that may die without taking others along."""

import os
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from multiprocessing.connection import wait

import psutil

from app.cohort.task import Outcome, Task
from app.cohort.work import work as whole_work
from app.cohort.worker_process import EndedError, Work, WorkerProcess

TRIES = 3
"""How often a study is begun whose process dies, as it does when memory runs out."""


WORKER_BYTES = 3 * 2**29
"""Memory that a process takes with the one that reads for it, rounded up."""


def default_workers() -> int:
    """One for each core, as far as the memory that is free goes round; at least one.

    On two cores two processes of one thread did 1.6 times as many studies as one process of two.
    """
    return max(1, min(cores(), int(psutil.virtual_memory().available) // WORKER_BYTES))


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_locally(tasks: Iterable[Task], workers: int, work: Work | None = None) -> Iterator[Outcome]:
    """Do tasks in processes of their own, one at a time in each; gives outcomes as they are ready, in any order.

    A task is taken when a process is free for it. A process that dies is replaced and its study begun again; after
    `TRIES` times that is the study's problem. The processes end with the iterator, and when this process is killed.

    Args:
        tasks: any number.
        workers: processes, from 1.
        work: what is done with a task, a function that can be pickled; None for `work.work` on its share of the cores.
    """
    work = partial(whole_work, threads=max(1, cores() // workers)) if work is None else work
    waiting = iter(tasks)
    crew: list[WorkerProcess] = []
    try:
        for task in islice(waiting, workers):
            crew.append(WorkerProcess(work))
            crew[-1].give(task)
        while crew:
            for worker in _ready(crew):
                outcome = _outcome(worker)
                if outcome is None:
                    continue
                following = next(waiting, None)
                if following is None:
                    crew.remove(worker)
                    worker.end()
                else:
                    worker.give(following)
                yield outcome
    finally:
        for worker in crew:
            worker.end()


def died(status: int | None) -> str:
    """What people are told of a study whose process died each time; `status` as in `worker_process.EndedError`."""
    how = f"was killed (signal {-status})" if status is not None and status < 0 else "ended"
    return (
        f"The process that worked on it {how} {TRIES} times. Often that is memory running out: try again with "
        "--retry-failed and fewer --workers."
    )


def _ready(crew: list[WorkerProcess]) -> list[WorkerProcess]:
    """Those that have answered or ended, as soon as there is one."""
    answered = wait([worker.connection for worker in crew])
    return [worker for worker in crew if worker.connection in answered]


def _outcome(worker: WorkerProcess) -> Outcome | None:
    """What became of a worker's task; None where it was begun again."""
    try:
        return worker.take()
    except EndedError as ended:
        if worker.tries < TRIES:
            worker.begin()
            return None
        return Outcome(worker.task.found.name, None, {}, died(ended.status), {})
