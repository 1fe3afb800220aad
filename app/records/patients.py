"""Patients: added, edited, archived and told."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import RecordMissingError, RecordsConflictError
from app.records.as_rows import fields_of, studies_of
from app.records.audit import note
from app.records.database import actor_of
from app.records.merging import likely_duplicates, merge_patients
from app.records.patient_search import PatientSort, find_patients, patient_names, patient_rows
from app.records.present import new_id, now, refuse_changed, the_patient, there
from app.records.rows import PatientCard, PatientFields
from app.records.tables import Patient
from app.records.who import Act
from app.records.words import checked_fields, folded, key_of

__all__ = [
    "PatientSort",
    "add_patient",
    "archive_patient",
    "edit_patient",
    "find_patients",
    "likely_duplicates",
    "merge_patients",
    "patient_card",
    "patient_names",
]


def add_patient(session: Session, fields: PatientFields) -> str:
    """Add a patient; returns the identifier.

    Raises NotAllowedError, InputError, and RecordsConflictError when the pseudonym is taken.
    """
    actor_of(session).require(Act.ADD)
    row = Patient(id=new_id(), created_at=now())
    _enter(session, row, checked_fields(fields))
    session.add(row)
    session.flush()
    note(session, Act.ADD, f"patient {row.id}")
    return row.id


def edit_patient(session: Session, patient_id: str, fields: PatientFields, *, version: int) -> None:
    """Change what is known of a patient, which was at `version` when somebody began to.

    Raises NotAllowedError, InputError, RecordMissingError, and RecordsConflictError when somebody else has changed the
    patient meanwhile or has the pseudonym.
    """
    actor_of(session).require(Act.EDIT)
    row, new = the_patient(session, patient_id), checked_fields(fields)
    refuse_changed(row, version)
    old = fields_of(row)
    changed = sorted(name for name in vars(new) if getattr(new, name) != getattr(old, name))
    if changed:
        _enter(session, row, new)
        session.flush()
        note(session, Act.EDIT, f"patient {row.id}", fields=changed)


def archive_patient(session: Session, patient_id: str, *, archived: bool) -> None:
    """Take a patient off the list, or put one back. Raises NotAllowedError and RecordMissingError."""
    actor_of(session).require(Act.ARCHIVE)
    row = the_patient(session, patient_id)
    if (row.archived_at is not None) != archived:
        row.archived_at = now() if archived else None
        row.changed_at = now()
        session.flush()
        note(session, Act.ARCHIVE, f"patient {row.id}", archived=archived)


def patient_card(session: Session, patient_id: str) -> PatientCard:
    """A patient with all studies; of one that was merged, the patient that it went into. Raises RecordMissingError."""
    asked = session.get(Patient, patient_id)
    rows = patient_rows(session, [asked.merged_into or asked.id]) if asked else []
    if not rows:
        raise RecordMissingError("That patient is not there any more. Go back to the list of patients.")
    return PatientCard(rows[0], studies_of(session, rows[0].id))


def _enter(session: Session, row: Patient, fields: PatientFields) -> None:
    """Raises RecordsConflictError when somebody else has the pseudonym."""
    key = key_of(fields.pseudonym)
    other = session.scalar(select(Patient).where(there(), Patient.key == key, Patient.id != row.id))
    if other is not None:
        where = "among those that are archived" if other.archived_at else "on the list"
        raise RecordsConflictError(f"A patient {where} has this pseudonym already. Choose that one, or type another.")
    row.pseudonym, row.key = fields.pseudonym, key
    row.birth_year, row.sex, row.notes = fields.birth_year, fields.sex.value if fields.sex else None, fields.notes
    row.searched = folded(f"{fields.pseudonym}\n{fields.notes}")
    row.changed_at = now()
