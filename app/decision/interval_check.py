"""Whether the interval for the volume holds: on its own patients, each from the others, and on those of other sets."""

from dataclasses import dataclass

import numpy as np

from app.evaluation.conformal_interval import ends, rank_for
from app.evaluation.volume_interval import volume_errors, volume_interval
from app.model.uncertainty_record import LooksGroup, PatientLooks, UncertaintyRecord


@dataclass(frozen=True)
class PatientInterval:
    """The interval of one validation patient at the default threshold, in voxels."""

    case: str
    reference: int
    volume: int
    """What is marked."""
    interval: tuple[float, float]
    """From the errors of the other patients of the group."""

    @property
    def held(self) -> bool:
        """Whether the true volume lies in it."""
        return self.interval[0] <= self.reference <= self.interval[1]


def patient_intervals(group: LooksGroup) -> list[PatientInterval]:
    """Each patient against the others; empty where the others are too few for an interval.

    With n patients and errors that differ, exactly n - 2 intervals hold wherever the outermost errors are the ends:
    the order alone decides that.
    """
    rank = rank_for(len(group.patients) - 1)
    if rank is None:
        return []
    errors = np.array([_error(patient) for patient in group.patients.values()])
    found = []
    for index, (case, patient) in enumerate(group.patients.items()):
        low, high = (float(end) for end in ends(np.delete(errors, index), rank))
        interval = volume_interval(patient.volume, patient.log_spread, low, high)
        found.append(PatientInterval(case, patient.reference, patient.volume, interval))
    return found


def transfers_of(record: UncertaintyRecord, group: LooksGroup) -> list[tuple[LooksGroup, int]]:
    """Of how many patients of other data sets, given the same sequences, this group's interval holds the volume."""
    rank = rank_for(len(group.patients))
    if rank is None:
        return []
    low, high = ends(np.array([_error(patient) for patient in group.patients.values()]), rank)
    others = [other for other in record.groups if other.dataset != group.dataset]
    return [
        (other, sum(bool(low <= _error(patient) <= high) for patient in other.patients.values()))
        for other in others
        if set(other.sequences) == set(group.sequences)
    ]


def _error(patient: PatientLooks) -> float:
    volumes, spread = np.array(patient.volume, np.int64), np.array(patient.log_spread)
    return float(volume_errors(patient.reference, volumes, spread))
