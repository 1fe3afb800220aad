"""The rows that are there: not deleted, and not merged into another."""

import secrets
from datetime import UTC, datetime

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from app.errors import RecordMissingError, RecordsConflictError
from app.records.database import files_of
from app.records.tables import Patient, Segmentation, Study

CHANGED = "Somebody else has changed this meanwhile. Nothing was saved. Look at what is there now, and enter it again."


def new_id() -> str:
    """A random identifier of 32 hexadecimal digits."""
    return secrets.token_hex(16)


def now() -> datetime:
    """In UTC."""
    return datetime.now(UTC)


def there() -> ColumnElement[bool]:
    """Of patients that are there."""
    return Patient.deletion_id.is_(None) & Patient.merged_into.is_(None)


def the_patient(session: Session, patient_id: str) -> Patient:
    """Raises RecordMissingError."""
    row = session.get(Patient, patient_id)
    if row is None or row.deletion_id is not None or row.merged_into is not None:
        raise RecordMissingError("That patient is not there any more. Go back to the list of patients.")
    return row


def the_study(session: Session, study_id: str) -> Study:
    """Raises RecordMissingError."""
    row = session.get(Study, study_id)
    if row is None or row.deletion_id is not None:
        raise RecordMissingError("That study is not there any more. Go back to its patient.")
    return row


def the_segmentation(session: Session, segmentation_id: str) -> Segmentation:
    """Raises RecordMissingError."""
    row = session.get(Segmentation, segmentation_id)
    if row is None or row.deletion_id is not None:
        raise RecordMissingError("That segmentation is not there any more. Go back to its patient.")
    return row


def refuse_changed(row: Patient | Segmentation, version: int) -> None:
    """Raises RecordsConflictError where it is not at the version that somebody began with."""
    if row.version != version:
        raise RecordsConflictError(CHANGED)


def refuse_without_files(session: Session, *digests: str) -> None:
    """Raises RecordMissingError where a row would name a file that is not in the store."""
    files = files_of(session)
    if not all(files.has(digest) for digest in digests):
        raise RecordMissingError(
            "A file of what is to be saved is not in the folder for data any more. Nothing was saved. Save it again."
        )
