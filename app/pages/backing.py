"""What is known of the network behind a result, besides its card: whom its guarantee and its uncertainty rest on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from app.decision.keeping import Reopened
from app.errors import CheckpointError
from app.model.calibration_patients import CalibrationPatients
from app.model.uncertainty_record import UncertaintyRecord
from app.pages import cache, kept

GUARANTEE, UNCERTAINTY = "guarantee", "uncertainty"

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Backing:
    """A record that is damaged takes away what rests on it, and nothing else."""

    patients: CalibrationPatients | None = None
    record: UncertaintyRecord | None = None
    problems: Mapping[str, CheckpointError] = field(default_factory=dict)
    """Why one of them cannot be used, by the name of the popover that says so."""
    foreign: str | None = None
    """Why nothing that is known of the network here holds for the result, a sentence; None where it does."""


def backing_of(saved: Reopened | None) -> Backing:
    """What holds for the result on screen: `saved`, or of the network that is here now."""
    foreign = None if saved is None else kept.foreign(saved)
    if foreign is not None:
        return Backing(foreign=foreign)
    problems: dict[str, CheckpointError] = {}

    def unless_damaged(name: str, load: Callable[[], T | None]) -> T | None:
        try:
            return load()
        except CheckpointError as error:
            problems[name] = error.with_traceback(None)
            return None

    patients = unless_damaged(GUARANTEE, cache.patients)
    return Backing(patients, unless_damaged(UNCERTAINTY, cache.uncertainty), problems)
