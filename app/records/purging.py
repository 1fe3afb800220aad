"""Removing rows for good, and which files the rows that are left name."""

from datetime import datetime

from sqlalchemy import CursorResult, Delete, delete, or_, select, union
from sqlalchemy.orm import Session

from app.records.audit import note
from app.records.database import actor_of
from app.records.tables import Deletion, Patient, Segmentation, Study
from app.records.who import Act


def purge(session: Session, *, before: datetime) -> int:
    """Remove for good what was deleted before a moment; returns how many rows went, the deletions not counted.

    The files stay until they are swept. Raises NotAllowedError.
    """
    actor_of(session).require(Act.PURGE)
    due = select(Deletion.id).where(Deletion.at < before)
    patients = select(Patient.id).where(Patient.deletion_id.in_(due))
    studies = select(Study.id).where(or_(Study.deletion_id.in_(due), Study.patient_id.in_(patients)))
    gone = {
        "segmentations": _remove(
            session,
            delete(Segmentation).where(or_(Segmentation.deletion_id.in_(due), Segmentation.study_id.in_(studies))),
        ),
        "studies": _remove(session, delete(Study).where(Study.id.in_(studies))),
        "patients": _remove(session, delete(Patient).where(Patient.id.in_(patients))),
    }
    named = union(*(select(table.deletion_id).where(table.deletion_id.is_not(None)) for table in _TABLES))
    _remove(session, delete(Deletion).where(Deletion.at < before, Deletion.id.not_in(named)))
    if any(gone.values()):
        note(session, Act.PURGE, "records", **gone)
    return sum(gone.values())


def files_in_use(session: Session) -> set[str]:
    """The digests of all files that a row names, deleted or not."""
    named = (Study.scan_file, Study.thumbnail_file, Segmentation.result_file, Segmentation.card_file)
    return set(session.scalars(union(*(select(column) for column in named))))


_TABLES = (Patient, Study, Segmentation)


def _remove(session: Session, statement: Delete) -> int:
    result = session.execute(statement.execution_options(synchronize_session=False))
    return result.rowcount if isinstance(result, CursorResult) else 0
