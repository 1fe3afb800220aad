"""Studies: saved, dated and told."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.errors import InputError
from app.records.as_rows import as_study
from app.records.audit import note
from app.records.database import actor_of
from app.records.present import new_id, now, refuse_without_files, the_patient, the_study, there
from app.records.rows import NewStudy, StudyRow
from app.records.tables import Patient, Segmentation, Study
from app.records.who import Act

EARLIEST_DAY = date(1900, 1, 1)


def add_study(session: Session, patient_id: str, study: NewStudy) -> str:
    """Save a study whose files are in the store; returns its identifier.

    A scan that the patient has already is the same study; its day is filled in where that was not known.

    Raises NotAllowedError, InputError, and RecordMissingError when patient or files are not there.
    """
    actor = actor_of(session)
    actor.require(Act.SAVE)
    the_patient(session, patient_id)
    refuse_without_files(session, study.scan_file, study.thumbnail_file)
    _check_day(study.taken_on)
    same = study_of_scan(session, patient_id, study.source_sha256)
    if same is not None:
        if same.taken_on is None and study.taken_on is not None:
            same.taken_on = study.taken_on
            session.flush()
            note(session, Act.SAVE, f"study {same.id}", fields=["taken_on"])
        return same.id
    row = Study(id=new_id(), patient_id=patient_id, created_at=now(), created_by=actor.name[:200], **vars(study))
    session.add(row)
    session.flush()
    note(session, Act.SAVE, f"study {row.id}", patient=patient_id)
    return row.id


def set_day(session: Session, study_id: str, taken_on: date | None) -> None:
    """Say on which day a scan was taken. Raises NotAllowedError, InputError and RecordMissingError."""
    actor_of(session).require(Act.EDIT)
    _check_day(taken_on)
    row = the_study(session, study_id)
    if row.taken_on != taken_on:
        row.taken_on = taken_on
        session.flush()
        note(session, Act.EDIT, f"study {row.id}", fields=["taken_on"])


def study_row(session: Session, study_id: str) -> StudyRow:
    """A saved study, its segmentations latest first. Raises RecordMissingError."""
    row = the_study(session, study_id)
    found = session.scalars(
        select(Segmentation)
        .where(Segmentation.study_id == row.id, Segmentation.deletion_id.is_(None))
        .order_by(Segmentation.created_at.desc(), Segmentation.id.desc())
    )
    return as_study(row, found)


def studies_of_scan(session: Session, source_sha256: str) -> list[tuple[str, str, str]]:
    """Patient, pseudonym and study of wherever this scan is saved, by pseudonym."""
    query = (
        select(Patient.id, Patient.pseudonym, Study.id)
        .join(Study, Study.patient_id == Patient.id)
        .where(there(), Study.source_sha256 == source_sha256, Study.deletion_id.is_(None))
        .order_by(Patient.key)
    )
    return [(patient, pseudonym, study) for patient, pseudonym, study in session.execute(query)]


def study_of_scan(session: Session, patient_id: str, source_sha256: str) -> Study | None:
    """The patient's study of that scan, where there is one."""
    return session.scalar(
        select(Study).where(
            Study.patient_id == patient_id, Study.source_sha256 == source_sha256, Study.deletion_id.is_(None)
        )
    )


def join_studies(session: Session, keep: Study, other: Study) -> None:
    """Two studies of one scan become one, with the segmentations of both; `other` is there no more."""
    session.execute(update(Segmentation).where(Segmentation.study_id == other.id).values(study_id=keep.id))
    if keep.taken_on is None:
        keep.taken_on = other.taken_on
    session.delete(other)
    session.flush()


def _check_day(taken_on: date | None) -> None:
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)  # where it is tomorrow already
    if taken_on is not None and not EARLIEST_DAY <= taken_on <= tomorrow:
        raise InputError("The day of a scan lies between 1900 and today. Correct it, or leave it out.")
