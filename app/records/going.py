"""What goes when something is deleted, in words."""

from typing import Literal

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.records.present import the_patient, the_segmentation, the_study
from app.records.tables import Segmentation, Study
from app.study import LEVELS

Kind = Literal["patient", "study", "segmentation"]


def what_goes(session: Session, kind: Kind, id: str) -> str:
    """Such as "patient P-7 with 2 studies and 3 segmentations"; the pseudonym is what somebody typed.

    Raises RecordMissingError.
    """
    if kind == "patient":
        return _patient(session, id)
    if kind == "study":
        study = the_study(session, id)
        found = _count(session, Segmentation.study_id == id)
        return f"study of {_whose(session, study)} with {_counted(found, 'segmentation')}"
    row = the_segmentation(session, id)
    return f"segmentation of {_whose(session, the_study(session, row.study_id))} at threshold {row.step / LEVELS:g}"


def _patient(session: Session, id: str) -> str:
    name = the_patient(session, id).pseudonym
    there = (Study.patient_id == id) & Study.deletion_id.is_(None)
    studies = session.scalar(select(func.count()).select_from(Study).where(there)) or 0
    if not studies:
        return f"patient {name} without studies"
    found = _count(session, Segmentation.study_id.in_(select(Study.id).where(there)))
    return f"patient {name} with {_counted(studies, 'study', 'studies')} and {_counted(found, 'segmentation')}"


def _whose(session: Session, study: Study) -> str:
    day = "of unknown day" if study.taken_on is None else f"of {study.taken_on.isoformat()}"
    return f"{the_patient(session, study.patient_id).pseudonym} {day}"


def _count(session: Session, of_study: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(Segmentation).where(of_study, Segmentation.deletion_id.is_(None))
    return session.scalar(query) or 0


def _counted(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or f'{one}s'}"
