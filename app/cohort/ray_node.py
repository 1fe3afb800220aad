"""One task in a worker of the Ray cluster: whether its machine can do it as all others do, and if so its outcome.

Imports little, so that a worker is there soon.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from app.cohort.task import Outcome, Task

ROOT = Path(__file__).parents[2]
PACKAGES = (
    "highdicom",
    "keras",
    "nibabel",
    "numpy",
    "pillow",
    "pydicom",
    "pylibjpeg-openjpeg",
    "pynrrd",
    "python-gdcm",
    "scikit-image",
    "scipy",
    "simpleitk",
    "tensorflow",
)
"""Those that results are made with: another version of one may give another byte."""


@dataclass(frozen=True)
class Origin:
    """What the machine that gives the tasks is like."""

    root: Path
    """Where its program lies."""
    versions: Mapping[str, str]
    """Of `PACKAGES`."""


@dataclass(frozen=True)
class Unfit:
    """A machine cannot do tasks as the others do; the task waits for one that can."""

    reason: str
    """What is missing there, to follow the machine's name in a sentence."""


@dataclass(frozen=True)
class Answer:
    """What a worker says of a task."""

    node: str
    """Its machine, as Ray tells them apart."""
    host: str
    """The machine's address, for people."""
    said: Outcome | Unfit


def answer(task: Task, work: Callable[[Task], Outcome], asker: Origin) -> Answer:
    """`do_here`, and where that is; runs in a worker."""
    import ray

    node = ray.get_runtime_context().get_node_id()
    return Answer(node, ray.util.get_node_ip_address(), do_here(task, work, asker))


def origin() -> Origin:
    """Of this machine."""
    return Origin(ROOT, versions())


@cache
def versions() -> Mapping[str, str]:
    """What is installed here of `PACKAGES`; "none" where one is not."""
    return {package: _version(package) for package in PACKAGES}


def do_here(task: Task, work: Callable[[Task], Outcome], asker: Origin) -> Outcome | Unfit:
    """The outcome of a task, or why this machine must not make it.

    Args:
        task: its first file must be seen from here; a checkpoint below the asker's program is looked for below ours.
        work: what is done with it.
        asker: who wants it.
    """
    for package, here in versions().items():
        if here != asker.versions[package]:
            return Unfit(f"has {package} {here} where the others have {asker.versions[package]}")
    if task.found.paths and not os.access(task.found.paths[0], os.R_OK):
        return Unfit(
            f"does not see {str(task.found.paths[0])!r}; the studies must lie on storage that all machines see"
        )
    folder = task.settings.checkpoint
    if folder.is_relative_to(asker.root):
        folder = ROOT / folder.relative_to(asker.root)
    return work(replace(task, settings=replace(task.settings, checkpoint=folder)))


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"
