"""Readings made by hand, saved."""

import json
from dataclasses import asdict
from datetime import date

from sqlalchemy import func, select

from app.decision.keeping import Kept, keep
from app.decision.reading import Reading
from app.records import audit
from app.records.database import Records
from app.records.rows import PatientFields
from app.records.tables import Patient, Segmentation, Study
from app.records.who import Actor, Role
from tests.decision.readings import CARD, reading_of, study_of

READER = Actor("Ada", Role.READER)
ADMIN = Actor("Eve", Role.ADMIN)
DAY = date(2026, 3, 1)
CARD_JSON = json.dumps(asdict(CARD)).encode()
THUMBNAIL = b"a small picture"


def save(
    records: Records,
    to: str | PatientFields,
    reading: Reading | None = None,
    *,
    actor: Actor = READER,
    taken_on: date | None = DAY,
    id: str | None = None,
) -> Kept:
    """Save a reading, of the study made by hand unless it is given."""
    return keep(
        records,
        actor,
        reading_of(study_of()) if reading is None else reading,
        patient_id=to,
        taken_on=taken_on,
        card_json=CARD_JSON,
        thumbnail=THUMBNAIL,
        segmentation_id=id,
    )


def counts(records: Records) -> tuple[int, ...]:
    """Patients, studies and segmentations, and entries in the audit log."""
    with records.reading() as session:
        rows = [session.scalar(select(func.count()).select_from(table)) for table in (Patient, Study, Segmentation)]
        return *(int(n or 0) for n in rows), len(audit.entries(session, limit=None))
