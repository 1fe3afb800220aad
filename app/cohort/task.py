"""What goes to a worker, and what comes back; both are pickled, and are the same wherever the worker runs."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.cohort.found import Found


@dataclass(frozen=True)
class Settings:
    """How every study of a cohort is done."""

    threshold: float | None
    """A multiple of 0.005; None for the network's own."""
    exports: tuple[str, ...]
    """Names of `app.exports.formats.FORMATS` that are made besides mask and probability."""
    checkpoint: Path
    """The folder of the checkpoint, as the machine has it that gives the tasks."""
    checkpoint_sha256: str
    """Of its network: a worker that finds another there does nothing with it."""
    precision: str
    """ "float32" or "bfloat16", chosen once for the cohort, so that all machines compute alike."""


@dataclass(frozen=True)
class Task:
    """One study, and how it is done."""

    found: Found
    settings: Settings


@dataclass(frozen=True)
class Outcome:
    """What became of one study. `row` and `files` hold no time, host, path or random number."""

    name: str
    """`Found.name` of the task."""
    row: dict[str, Any] | None
    """Its line of the table, as JSON has it; None where there is a problem."""
    files: dict[str, bytes] = field(repr=False)
    """Names below the study's own folder, to their content; empty where there is a problem."""
    problem: str | None
    """Why there is no result, a sentence for people; None where there is one."""
    seconds: dict[str, float] = field(compare=False)
    """How long each step took, for the estimate and for those who look for the slow one."""

    def __post_init__(self) -> None:
        if (self.row is None) == (self.problem is None):
            raise ValueError("An outcome has a row or a problem. Received: both or neither")
