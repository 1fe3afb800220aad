"""Duplicates: patients who are likely to be one, and making them one."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.errors import InputError
from app.records.audit import note
from app.records.database import actor_of
from app.records.patient_search import patient_rows
from app.records.present import now, the_patient, there
from app.records.rows import PatientRow
from app.records.studies import join_studies, study_of_scan
from app.records.tables import Patient, Study
from app.records.who import Act
from app.records.words import bare, checked_prose, folded


def merge_patients(session: Session, *, keep: str, merge: str) -> None:
    """Make two patients one: `keep` gets the studies, the notes, and what was not known of it, and `merge` goes.

    A scan that both have becomes one study with all segmentations. What was deleted of `merge` comes back to `keep`.

    Raises NotAllowedError, RecordMissingError, and InputError for one patient twice or notes that are too long.
    """
    actor_of(session).require(Act.MERGE)
    if keep == merge:
        raise InputError("These are one patient already. Choose another one to merge.")
    kept, merged = the_patient(session, keep), the_patient(session, merge)
    studies = session.scalars(select(Study).where(Study.patient_id == merge)).all()
    for study in studies:
        same = study_of_scan(session, keep, study.source_sha256) if study.deletion_id is None else None
        if same is not None:
            join_studies(session, same, study)
        else:
            study.patient_id = keep
            session.flush()
    session.execute(update(Patient).where(Patient.merged_into == merge).values(merged_into=keep))
    kept.notes = checked_prose(_joined(kept.notes, merged.notes), "The notes of both together")
    kept.searched = folded(f"{kept.pseudonym}\n{kept.notes}")
    kept.birth_year = merged.birth_year if kept.birth_year is None else kept.birth_year
    kept.sex = merged.sex if kept.sex is None else kept.sex
    kept.changed_at = merged.changed_at = now()
    merged.merged_into = keep
    session.flush()
    note(session, Act.MERGE, f"patient {keep}", merged=merge, studies=len(studies))


def likely_duplicates(session: Session, patient_id: str) -> list[PatientRow]:
    """Patients who may be this one: with the same scan, or a pseudonym that differs only in punctuation.

    Raises RecordMissingError.
    """
    patient = the_patient(session, patient_id)
    scans = select(Study.source_sha256).where(Study.patient_id == patient_id, Study.deletion_id.is_(None))
    same_scan = select(Study.patient_id).where(Study.source_sha256.in_(scans), Study.deletion_id.is_(None))
    found = set(session.scalars(same_scan))
    keys = session.execute(select(Patient.id, Patient.key).where(there()))
    found |= {row.id for row in keys if bare(row.key) == bare(patient.key)}
    return patient_rows(session, found - {patient_id})


def _joined(kept: str, merged: str) -> str:
    return kept if merged in kept else f"{kept}\n{merged}".strip()
