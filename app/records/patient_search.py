"""The list of patients: search, order and what it shows of each, in a query or two however many there are."""

from collections.abc import Collection
from enum import StrEnum
from typing import Any, TypeVarTuple

from sqlalchemy import CTE, ColumnElement, Row, ScalarSelect, Select, func, select
from sqlalchemy.orm import Session

from app.records.as_rows import fields_of
from app.records.present import there
from app.records.rows import PatientPage, PatientRow, Review
from app.records.tables import Patient, Segmentation, Study
from app.records.words import searched_words

Columns = TypeVarTuple("Columns")


class PatientSort(StrEnum):
    """What a list of patients is sorted by; patients without it come last, either way round."""

    PSEUDONYM = "pseudonym"
    BORN = "year of birth"
    SEX = "sex"
    LATEST = "latest study"
    SAVED = "latest saved"
    VOLUME = "volume"
    STUDIES = "studies"
    FLAGGED = "flagged"


def find_patients(
    session: Session,
    *,
    text: str = "",
    archived: bool = False,
    sort: PatientSort = PatientSort.LATEST,
    descending: bool = True,
    offset: int = 0,
    limit: int = 50,
) -> PatientPage:
    """Some of the patients that have every word of `text` somewhere in pseudonym or notes, without regard to case.

    Args:
        session: any.
        text: words; none for all patients.
        archived: with those that are archived.
        sort: by what. Those that are equal in it follow by pseudonym.
        descending: largest, or latest, first.
        offset: so many of them are left out,
        limit: and so many come after those.

    Raises InputError for a text that is too long.
    """
    wanted = _wanted(text, archived)
    by, query = _sorted(sort)
    page = _in_order(query.where(*wanted), by, descending).offset(offset).limit(limit)
    rows = _page(session, page.cte("page"), descending)
    total = session.scalar(select(func.count()).select_from(Patient).where(*wanted))
    return PatientPage(rows, total or 0)


def patient_rows(session: Session, ids: Collection[str]) -> list[PatientRow]:
    """What the list shows of these patients, by pseudonym; nothing of those that are not there."""
    return [
        _row(found) for found in session.execute(_shown().where(there(), Patient.id.in_(ids)).order_by(Patient.key))
    ]


def patient_names(session: Session, text: str = "", limit: int = 20) -> list[tuple[str, str]]:
    """Identifier and pseudonym, the most recently used first, of patients that a search finds and nobody archived."""
    saved, query = _sorted(PatientSort.SAVED)
    used = func.coalesce(saved, Patient.created_at)
    named = query.add_columns(Patient.pseudonym).where(*_wanted(text, archived=False))
    return [(row.id, row.pseudonym) for row in session.execute(_in_order(named, used, descending=True).limit(limit))]


def _sorted(sort: PatientSort) -> tuple[ColumnElement[Any], Select[Any]]:
    """By what a list is sorted, and a query for it ("by") and the identifiers of all patients."""
    if sort is not PatientSort.SAVED:
        by = _SORTED[sort]().label("by")
        return by, select(Patient.id, by)
    # of all at once: looking so much up for one patient after the other takes PostgreSQL twice as long
    joined = select(Study.patient_id, _LAST_SAVED.label("at")).outerjoin(Segmentation, _OF_STUDY)
    saved = joined.where(Study.deletion_id.is_(None)).group_by(Study.patient_id).subquery()
    by = saved.c.at.label("by")
    return by, select(Patient.id, by).outerjoin(saved, saved.c.patient_id == Patient.id)


def _wanted(text: str, archived: bool) -> list[ColumnElement[bool]]:
    has_words = [Patient.searched.contains(word, autoescape=True) for word in searched_words(text)]
    return [there(), *has_words] if archived else [there(), Patient.archived_at.is_(None), *has_words]


def _in_order(query: Select[*Columns], by: ColumnElement[Any], descending: bool) -> Select[*Columns]:
    return query.order_by((by.desc() if descending else by.asc()).nulls_last(), Patient.key, Patient.id)


def _page(session: Session, page: CTE, descending: bool) -> tuple[PatientRow, ...]:
    query = _shown().join(page, page.c.id == Patient.id)
    return tuple(_row(found) for found in session.execute(_in_order(query, page.c.by, descending)))


def _shown() -> Select[Any]:
    return select(
        Patient,
        _studies().label("studies"),
        _latest_on().label("latest_on"),
        _latest_saved().label("latest_saved"),
        _latest_ml().label("latest_ml"),
        _flagged().label("flagged"),
    )


def _row(found: Row[Any]) -> PatientRow:
    patient: Patient = found.Patient
    return PatientRow(
        id=patient.id,
        fields=fields_of(patient),
        version=patient.version,
        created_at=patient.created_at,
        archived=patient.archived_at is not None,
        studies=found.studies,
        latest_on=found.latest_on,
        latest_saved=found.latest_saved,
        latest_ml=found.latest_ml,
        flagged=found.flagged,
    )


_OF_PATIENT = (Study.patient_id == Patient.id) & Study.deletion_id.is_(None)
_OF_STUDY = (Segmentation.study_id == Study.id) & Segmentation.deletion_id.is_(None)
_LAST_SAVED = func.max(func.coalesce(Segmentation.created_at, Study.created_at))


def _studies() -> ScalarSelect[int]:
    return select(func.count()).select_from(Study).where(_OF_PATIENT).correlate(Patient).scalar_subquery()


def _latest_on() -> ScalarSelect[Any]:
    return select(func.max(Study.taken_on)).where(_OF_PATIENT).correlate(Patient).scalar_subquery()


def _latest_saved() -> ScalarSelect[Any]:
    joined = select(_LAST_SAVED).select_from(Study).outerjoin(Segmentation, _OF_STUDY)
    return joined.where(_OF_PATIENT).correlate(Patient).scalar_subquery()


def _latest_ml() -> ScalarSelect[float | None]:
    latest_study = (
        select(Study.id)
        .where(_OF_PATIENT)
        .order_by(Study.taken_on.desc().nulls_last(), Study.created_at.desc(), Study.id.desc())
        .limit(1)
        .correlate(Patient)
        .scalar_subquery()
    )
    return (
        select(Segmentation.volume_ml)
        .where(Segmentation.study_id == latest_study, Segmentation.deletion_id.is_(None))
        .order_by(Segmentation.created_at.desc(), Segmentation.id.desc())
        .limit(1)
        .correlate(Patient)
        .scalar_subquery()
    )


def _flagged() -> ScalarSelect[int]:
    joined = select(func.count()).select_from(Study).join(Segmentation, _OF_STUDY)
    flagged = joined.where(_OF_PATIENT, Segmentation.review == Review.FLAGGED.value)
    return flagged.correlate(Patient).scalar_subquery()


_SORTED: dict[PatientSort, Any] = {
    PatientSort.PSEUDONYM: lambda: Patient.key,
    PatientSort.BORN: lambda: Patient.birth_year,
    PatientSort.SEX: lambda: Patient.sex,
    PatientSort.LATEST: _latest_on,
    PatientSort.VOLUME: _latest_ml,
    PatientSort.STUDIES: _studies,
    PatientSort.FLAGGED: _flagged,
}
