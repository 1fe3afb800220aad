"""The tables. What is deleted keeps its row, with the deletion that took it, until that is purged."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, ForeignKey, Index, Integer, MetaData, String, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


def _by_code(kind: type[String], length: int | None = None) -> String:
    """Text that is compared by its characters' codes, as SQLite does it, whatever the server's language."""
    return kind(length).with_variant(kind(length, collation="C"), "postgresql")


ID, SHA256 = _by_code(String, 32), _by_code(String, 64)
"""A random identifier, and a digest, both in hexadecimal."""
_NAMES = {
    "ix": "%(table_name)s_by_%(column_0_name)s",
    "uq": "one_%(table_name)s_by_%(column_0_name)s",
    "fk": "%(table_name)s_%(column_0_name)s",
    "pk": "%(table_name)s_key",
}
"""Of indexes and constraints: a migration has to name what it changes."""


class Moment(TypeDecorator[datetime]):
    """A moment in UTC; SQLite keeps no time zone, so it is put on again."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """From the database."""
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Table(DeclarativeBase):
    """Of all tables."""

    metadata = MetaData(naming_convention=_NAMES)


def _where_known(name: str, column: str) -> Index:
    """Of the rows alone that have a value there: SQLite would take an index of all to look for those that have none."""
    known = text(f"{column} IS NOT NULL")
    return Index(name, column, sqlite_where=known, postgresql_where=known)


def _unique_while_there(name: str, *columns: str, also: str = "") -> Index:
    """No two rows that are not deleted have the same values in these columns."""
    there = text(f"deletion_id IS NULL{also}")
    return Index(name, *columns, unique=True, sqlite_where=there, postgresql_where=there)


class Patient(Table):
    """Somebody, by a pseudonym."""

    __tablename__ = "patients"
    __table_args__ = (
        _unique_while_there("one_pseudonym_once", "key", also=" AND merged_into IS NULL"),
        _where_known("patients_by_deletion_id", "deletion_id"),
        _where_known("patients_by_merged_into", "merged_into"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    pseudonym: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(_by_code(Text))
    """The pseudonym without regard to case and space, by which it is unique and sorted (`words.key_of`)."""
    searched: Mapped[str] = mapped_column(Text)
    """Pseudonym and notes without regard to case, in which a search looks (`words.folded`)."""
    birth_year: Mapped[int | None] = mapped_column(Integer)
    sex: Mapped[str | None] = mapped_column(String(10))
    """ "female", "male" or "other"."""
    notes: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    archived_at: Mapped[datetime | None] = mapped_column(Moment)
    merged_into: Mapped[str | None] = mapped_column(ForeignKey("patients.id"))
    deletion_id: Mapped[str | None] = mapped_column(ForeignKey("deletions.id"))
    version: Mapped[int] = mapped_column(Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - as SQLAlchemy wants it


class Study(Table):
    """One scan of a patient."""

    __tablename__ = "studies"
    __table_args__ = (
        _unique_while_there("one_scan_once", "patient_id", "source_sha256"),
        # this one and `segmentations_of_study` hold all that the list of patients wants to know
        Index("studies_of_patient", "patient_id", "taken_on", "created_at", "id", "deletion_id"),
        Index("studies_of_scan", "source_sha256"),
        _where_known("studies_by_deletion_id", "deletion_id"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patients.id"))
    taken_on: Mapped[date | None]
    """The day of the scan; None where nobody said."""
    sequences: Mapped[str] = mapped_column(String(40))
    """Such as "FLAIR+T1ce"."""
    slices: Mapped[int] = mapped_column(Integer)
    source_sha256: Mapped[str] = mapped_column(SHA256)
    """`Study.sha256`: of what the network sees."""
    scan_file: Mapped[str] = mapped_column(SHA256)
    """In the store of files, as `thumbnail_file`."""
    thumbnail_file: Mapped[str] = mapped_column(SHA256)
    created_at: Mapped[datetime] = mapped_column(Moment)
    created_by: Mapped[str] = mapped_column(String(200))
    deletion_id: Mapped[str | None] = mapped_column(ForeignKey("deletions.id"))


class Segmentation(Table):
    """What a network made of a study, as somebody saved it."""

    __tablename__ = "segmentations"
    __table_args__ = (
        Index("segmentations_of_study", "study_id", "created_at", "id", "volume_ml", "review", "deletion_id"),
        _where_known("segmentations_by_deletion_id", "deletion_id"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    study_id: Mapped[str] = mapped_column(ForeignKey("studies.id"))
    checkpoint_sha256: Mapped[str] = mapped_column(SHA256)
    preprocessing: Mapped[int] = mapped_column(Integer)
    """`network_input.VERSION` that it was made with."""
    step: Mapped[int] = mapped_column(Integer)
    """The threshold times 200."""
    slice: Mapped[int] = mapped_column(Integer)
    """On screen, counted from 0."""
    sequence: Mapped[str] = mapped_column(String(10))
    """On screen."""
    smallest: Mapped[int] = mapped_column(Integer)
    """Voxels from which on a lesion was measured."""
    result_file: Mapped[str] = mapped_column(SHA256)
    """Levels and classes, in the store of files."""
    card_file: Mapped[str] = mapped_column(SHA256)
    """The checkpoint's card, in the store of files."""
    mask_sha256: Mapped[str] = mapped_column(SHA256)
    """Of the mask's bytes at the threshold: `(z, y, x)`, one byte a voxel, 0 or 1."""
    voxels: Mapped[int] = mapped_column(BigInteger)
    """Of the mask."""
    volume_ml: Mapped[float | None]
    lesions: Mapped[int] = mapped_column(Integer)
    measurements: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(Moment)
    created_by: Mapped[str] = mapped_column(String(200))
    review: Mapped[str] = mapped_column(String(20), default="not started")
    """A `rows.Review`."""
    comment: Mapped[str] = mapped_column(Text, default="")
    reviewed_at: Mapped[datetime | None] = mapped_column(Moment)
    reviewed_by: Mapped[str | None] = mapped_column(String(200))
    deletion_id: Mapped[str | None] = mapped_column(ForeignKey("deletions.id"))
    version: Mapped[int] = mapped_column(Integer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - as SQLAlchemy wants it


class Deletion(Table):
    """One act of deleting, which took rows of one or more tables and can be undone until it is purged."""

    __tablename__ = "deletions"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    by: Mapped[str] = mapped_column(String(200))
    what: Mapped[str] = mapped_column(String(300))
    """In words, such as "patient P-7 with 2 studies and 3 segmentations"."""


class AuditEntry(Table):
    """What somebody did; never changed, and chained to the entry before it."""

    __tablename__ = "audit"

    number: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    """From 1, without gaps."""
    at: Mapped[str] = mapped_column(String(32))
    """ISO 8601 in UTC, with microseconds; text, so that what is hashed is what is stored."""
    who: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(10))
    act: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(120))
    """Such as "patient 3f…": a kind and an identifier, never a pseudonym."""
    detail: Mapped[str] = mapped_column(Text)
    """A JSON object in canonical form."""
    previous: Mapped[str] = mapped_column(SHA256)
    """`digest` of the entry before; 64 zeros before the first."""
    digest: Mapped[str] = mapped_column(SHA256, unique=True)
    """SHA-256 of all columns before this one."""
