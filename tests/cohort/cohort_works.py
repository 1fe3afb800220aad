"""What the tests of this folder do with a task in place of the network; functions that other processes can import."""

import os
import signal
import time
from pathlib import Path

from app.cohort.columns import COLUMNS
from app.cohort.found import Found
from app.cohort.task import Outcome, Settings, Task

SETTINGS = Settings(None, (), Path("checkpoints"), "c0ffee" * 10 + "0000", "float32")


def task_of(path: Path, name: str | None = None) -> Task:
    """A study of one file, called like it."""
    return Task(Found(name or path.name.split(".")[0], (path,), "NIfTI"), SETTINGS)


def fine(task: Task) -> Outcome:
    """A result that depends on the study's content alone; of an empty file, a problem."""
    content = task.found.paths[0].read_bytes()
    name = task.found.name
    if not content:
        return Outcome(name, None, {}, f"{task.found.paths[0].name} is empty.", {})
    row = dict.fromkeys(column.name for column in COLUMNS) | {
        "study": name,
        "status": "done",
        "kind": task.found.kind,
        "threshold": 0.25,
        "tumour_voxels": len(content),
        "lesions": 0,
        "checkpoint_sha256": SETTINGS.checkpoint_sha256,
        "computed_in": SETTINGS.precision,
    }
    return Outcome(name, row, {f"{name}_mask.nii.gz": content * 3, "thumbnail.png": content[::-1]}, None, {})


def noted(task: Task) -> Outcome:
    """`fine`, and a line of the name in `calls` beside the file."""
    with (task.found.paths[0].parent / "calls").open("a") as calls:
        calls.write(f"{task.found.name}\n")
    return fine(task)


def lethal(task: Task) -> Outcome:
    """`noted`; a study called `lethal` kills its process each time, one called `once` the first time."""
    folder = task.found.paths[0].parent
    earlier = (folder / "calls").read_text().split() if (folder / "calls").exists() else []
    outcome = noted(task)
    if task.found.name == "lethal" or (task.found.name == "once" and "once" not in earlier):
        os.kill(os.getpid(), signal.SIGKILL)
    return outcome


def slow(task: Task) -> Outcome:
    """`fine` with the process's number in `pid` beside the file; a study called `waits` first waits for `go` there."""
    folder = task.found.paths[0].parent
    (folder / f"{task.found.name}.pid").write_text(str(os.getpid()))
    while task.found.name == "waits" and not (folder / "go").exists():
        time.sleep(0.01)
    return fine(task)


def heard_no_interrupt(task: Task) -> Outcome:
    """`fine`, after its own process was sent what Ctrl-C sends."""
    os.kill(os.getpid(), signal.SIGINT)
    return fine(task)
