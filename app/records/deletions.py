"""Deleting: what is deleted is out of sight at once, can come back for `KEPT_DAYS`, and is purged after that."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.errors import RecordMissingError, RecordsConflictError
from app.records.audit import note
from app.records.database import actor_of
from app.records.going import Kind, what_goes
from app.records.present import new_id, now, the_patient, the_segmentation, the_study, there
from app.records.purging import files_in_use, purge
from app.records.rows import DeletionRow
from app.records.studies import join_studies, study_of_scan
from app.records.tables import Deletion, Patient, Segmentation, Study
from app.records.who import Act

__all__ = [
    "KEPT_DAYS",
    "delete_patient",
    "delete_segmentation",
    "delete_study",
    "deletions",
    "files_in_use",
    "purge",
    "restore",
    "what_goes",
]

KEPT_DAYS = 30


def delete_patient(session: Session, id: str) -> DeletionRow:
    """Delete a patient with all studies and segmentations. Raises NotAllowedError and RecordMissingError."""
    deletion = _begin(session, "patient", id)
    the_patient(session, id).deletion_id = deletion.id
    session.execute(update(Patient).where(Patient.merged_into == id).values(deletion_id=deletion.id))
    studies = select(Study.id).where(Study.patient_id == id, Study.deletion_id.is_(None))
    _take_segmentations(session, deletion, list(session.scalars(studies)))
    session.execute(
        update(Study).where(Study.patient_id == id, Study.deletion_id.is_(None)).values(deletion_id=deletion.id)
    )
    return _end(session, deletion, f"patient {id}")


def delete_study(session: Session, id: str) -> DeletionRow:
    """Delete a study with all segmentations. Raises NotAllowedError and RecordMissingError."""
    deletion = _begin(session, "study", id)
    _take_segmentations(session, deletion, [id])
    the_study(session, id).deletion_id = deletion.id
    return _end(session, deletion, f"study {id}")


def delete_segmentation(session: Session, id: str) -> DeletionRow:
    """Delete a segmentation. Raises NotAllowedError and RecordMissingError."""
    deletion = _begin(session, "segmentation", id)
    the_segmentation(session, id).deletion_id = deletion.id
    return _end(session, deletion, f"segmentation {id}")


def deletions(session: Session) -> list[DeletionRow]:
    """What can still come back, the latest first."""
    return [_row(found) for found in session.scalars(select(Deletion).order_by(Deletion.at.desc(), Deletion.id))]


def restore(session: Session, deletion_id: str) -> None:
    """Undo a deletion. A scan that was saved again meanwhile becomes one study with all segmentations.

    Raises NotAllowedError, RecordMissingError when it was undone or purged already, and RecordsConflictError when the
    pseudonym is taken, or when that to which it belongs is deleted as well.
    """
    actor_of(session).require(Act.RESTORE)
    deletion = session.get(Deletion, deletion_id)
    if deletion is None:
        raise RecordMissingError("That was restored or purged already. Look at the list of what is deleted.")
    patients = session.scalars(select(Patient).where(Patient.deletion_id == deletion_id)).all()
    studies = session.scalars(select(Study).where(Study.deletion_id == deletion_id)).all()
    found = session.scalars(select(Segmentation).where(Segmentation.deletion_id == deletion_id)).all()
    subjects = [f"patient {row.id}" for row in patients if row.merged_into is None]
    subjects += [f"study {row.id}" for row in studies] + [f"segmentation {row.id}" for row in found]
    _restore_patients(session, patients)
    _restore_studies(session, studies)
    for row in found:
        of_study = session.get(Study, row.study_id)
        if of_study is None or of_study.deletion_id is not None:
            raise RecordsConflictError("The study that it belongs to is deleted as well. Restore that first.")
    session.execute(update(Segmentation).where(Segmentation.deletion_id == deletion_id).values(deletion_id=None))
    session.delete(deletion)
    session.flush()
    note(session, Act.RESTORE, subjects[0] if subjects else "records", deletion=deletion_id)


def _restore_patients(session: Session, patients: Sequence[Patient]) -> None:
    for row in patients:
        taken = select(Patient.id).where(there(), Patient.key == row.key)
        if row.merged_into is None and session.scalar(taken) is not None:
            raise RecordsConflictError(
                "Another patient has the pseudonym now. Give that one another pseudonym, and restore then."
            )
        row.deletion_id = None
    session.flush()


def _restore_studies(session: Session, studies: Sequence[Study]) -> None:
    for row in studies:
        patient = session.get(Patient, row.patient_id)
        if patient is None or patient.deletion_id is not None:
            raise RecordsConflictError("The patient to whom it belongs is deleted as well. Restore that one first.")
        same = study_of_scan(session, row.patient_id, row.source_sha256)
        if same is not None:
            join_studies(session, same, row)
        else:
            row.deletion_id = None
            session.flush()


def _begin(session: Session, kind: Kind, id: str) -> Deletion:
    actor = actor_of(session)
    actor.require(Act.DELETE)
    deletion = Deletion(id=new_id(), at=now(), by=actor.name[:200], what=what_goes(session, kind, id))
    session.add(deletion)
    session.flush()
    return deletion


def _take_segmentations(session: Session, deletion: Deletion, studies: Collection[str]) -> None:
    there_yet = Segmentation.study_id.in_(studies) & Segmentation.deletion_id.is_(None)
    session.execute(update(Segmentation).where(there_yet).values(deletion_id=deletion.id))


def _end(session: Session, deletion: Deletion, subject: str) -> DeletionRow:
    session.flush()
    note(session, Act.DELETE, subject, deletion=deletion.id)
    return _row(deletion)


def _row(found: Deletion) -> DeletionRow:
    return DeletionRow(found.id, found.at, found.by, found.what, found.at + timedelta(days=KEPT_DAYS))
