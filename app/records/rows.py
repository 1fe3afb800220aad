"""What the records tell: frozen, and free of the database."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class Sex(StrEnum):
    """As somebody typed it; optional."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


class Review(StrEnum):
    """How far a person has looked at a segmentation."""

    NOT_STARTED = "not started"
    IN_PROGRESS = "in progress"
    ACCEPTED = "accepted"
    FLAGGED = "flagged"


@dataclass(frozen=True)
class PatientFields:
    """What a person types of a patient."""

    pseudonym: str
    birth_year: int | None = None
    sex: Sex | None = None
    notes: str = ""


@dataclass(frozen=True)
class PatientRow:
    """A patient, with what the list shows."""

    id: str
    fields: PatientFields
    version: int
    """Goes up with every change; an edit names the one that it began with."""
    created_at: datetime
    archived: bool
    studies: int
    latest_on: date | None
    """The day of the latest study whose day is known."""
    latest_saved: datetime | None
    """When something was saved last."""
    latest_ml: float | None
    """The volume of the latest segmentation of the latest study."""
    flagged: int
    """Segmentations that are flagged."""


@dataclass(frozen=True)
class PatientPage:
    """Some of the patients that were asked for."""

    rows: tuple[PatientRow, ...]
    total: int
    """All that were asked for."""


@dataclass(frozen=True)
class NewSegmentation:
    """A segmentation to be saved, whose files are in the store already."""

    checkpoint_sha256: str
    preprocessing: int
    threshold: float
    slice: int
    sequence: str
    smallest: int
    result_file: str
    card_file: str
    mask_sha256: str
    voxels: int
    volume_ml: float | None
    lesions: int
    measurements: dict[str, Any]


@dataclass(frozen=True)
class SegmentationRow(NewSegmentation):
    """A saved segmentation."""

    id: str
    study_id: str
    created_at: datetime
    created_by: str
    review: Review
    comment: str
    reviewed_at: datetime | None
    reviewed_by: str | None
    version: int


@dataclass(frozen=True)
class NewStudy:
    """A study to be saved, whose files are in the store already."""

    taken_on: date | None
    sequences: str
    slices: int
    source_sha256: str
    scan_file: str
    thumbnail_file: str


@dataclass(frozen=True)
class StudyRow(NewStudy):
    """A saved study, with its segmentations, the latest first."""

    id: str
    patient_id: str
    created_at: datetime
    created_by: str
    segmentations: tuple[SegmentationRow, ...]


@dataclass(frozen=True)
class PatientCard:
    """A patient with all studies, the earliest first; those whose day is not known come last."""

    patient: PatientRow
    studies: tuple[StudyRow, ...]


@dataclass(frozen=True)
class DeletionRow:
    """What was deleted and can still come back."""

    id: str
    at: datetime
    by: str
    what: str
    until: datetime
    """When it is purged."""
