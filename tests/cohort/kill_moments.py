"""Kills a run before each thing that it does to the disk, lets it go on, and prints what was lost or repeated.

python kill_moments.py FOLDER SCRATCH: FOLDER holds studies, SCRATCH is for results. Each run is a copy of this process,
so that nothing is imported twice.
"""

import io
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from cohort_works import SETTINGS, noted

from app.cohort.ledger import RESULT
from app.cohort.run import Cohort, run
from app.cohort.task import Outcome, Task


def main() -> None:
    folder, scratch = Path(sys.argv[1]), Path(sys.argv[2])
    run(Cohort(folder, scratch / "first", SETTINGS), runner, io.StringIO())  # imports what is imported late
    moments = in_a_copy(folder, scratch / "undisturbed", None)
    expected = content(scratch / "undisturbed")
    for moment in range(moments):
        out = scratch / str(moment)
        (folder / "calls").unlink(missing_ok=True)
        in_a_copy(folder, out, moment)
        done = {path.parent.name for path in out.glob(f"studies/*/{RESULT}")}
        in_a_copy(folder, out, None)
        calls = (folder / "calls").read_text().split()
        if content(out) != expected:
            print("differs after", moment)
        if any(calls.count(name) > 1 for name in done) or max(map(calls.count, calls)) > 2:
            print("repeated after", moment)
    print(moments, "moments")


def runner(tasks: Iterable[Task]) -> Iterator[Outcome]:
    return map(noted, tasks)


def in_a_copy(folder: Path, out: Path, moment: int | None) -> int:
    """Run in a copy of this process, killed before its `moment`-th act; gives how many there were, up to 255."""
    copy = os.fork()
    if copy == 0:
        acts = hook(moment)
        run(Cohort(folder, out, SETTINGS), runner, io.StringIO())
        os._exit(len(acts))
    _, status = os.waitpid(copy, 0)
    if moment is not None and not (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL):
        print("not killed at", moment)
    return os.waitstatus_to_exitcode(status)


def hook(moment: int | None) -> list[str]:
    """Count what is done to the disk, and end at one of the acts as the system does when memory runs out."""
    acts: list[str] = []

    def counted(name: str, act: object) -> object:
        def acting(*arguments: object, **named: object) -> object:
            if len(acts) == moment:
                os.kill(os.getpid(), signal.SIGKILL)
            acts.append(name)
            return act(*arguments, **named)

        return acting

    os.fsync = counted("flush", os.fsync)
    for name in ("mkdir", "replace", "unlink"):
        setattr(Path, name, counted(name, getattr(Path, name)))
    return acts


def content(out: Path) -> dict[str, bytes]:
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}


if __name__ == "__main__":
    main()
