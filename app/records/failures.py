"""What a database's error means to whoever asked; its own words may hold a patient's data, and are never repeated."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import DBAPIError, TimeoutError
from sqlalchemy.orm.exc import StaleDataError

from app.errors import RecordsConflictError, RecordsDamagedError, RecordsError, RecordsUnavailableError

_Meaning = tuple[type[RecordsError], str]
"""The error, and its message: what is wrong, that nothing was saved, and what to do."""
_LOCKED: _Meaning = (
    RecordsUnavailableError,
    "The records were in use elsewhere for too long. Nothing was saved. Wait a moment, and try again.",
)
_FULL: _Meaning = (
    RecordsUnavailableError,
    "The disk of the records is full. Nothing was saved. Free some space on it, and try again.",
)
_READ_ONLY: _Meaning = (
    RecordsUnavailableError,
    "The database of the records can only be read. Nothing was saved. Let this account write to it, and try again.",
)
_GONE: _Meaning = (
    RecordsUnavailableError,
    "The database of the records cannot be reached, or does not let this account in. Nothing was saved. Bring it "
    "back, and try again; `python -m app doctor` says how it is.",
)
_DISK: _Meaning = (
    RecordsUnavailableError,
    "The disk of the records does not read or write as it should. Nothing was saved. Check it, and try again.",
)
_DAMAGED: _Meaning = (
    RecordsDamagedError,
    "The database of the records is damaged. Nothing was saved. Stop the app and restore it from a backup.",
)
_CONFLICT: _Meaning = (
    RecordsConflictError,
    "Somebody else has changed this meanwhile. Nothing was saved. Look at what is there now, and try again.",
)
_OF_SQLITE: dict[str, _Meaning] = {
    "BUSY": _LOCKED,
    "LOCKED": _LOCKED,
    "PROTOCOL": _LOCKED,
    "FULL": _FULL,
    "READONLY_DBMOVED": _GONE,
    "READONLY": _READ_ONLY,
    "PERM": _READ_ONLY,
    "CANTOPEN": _GONE,
    "IOERR": _DISK,
    "CORRUPT": _DAMAGED,
    "NOTADB": _DAMAGED,
    "CONSTRAINT_UNIQUE": _CONFLICT,
    "CONSTRAINT_PRIMARYKEY": _CONFLICT,
    "CONSTRAINT_FOREIGNKEY": _CONFLICT,
}
"""How the names of result codes begin, without SQLITE_ (sqlite.org/rescode.html); the first that fits counts."""
_OF_POSTGRESQL: dict[str, _Meaning] = {
    "08": _GONE,
    "28": _GONE,
    "3D": _GONE,
    "57P": _GONE,
    "533": _GONE,
    "55P03": _LOCKED,
    "57014": _LOCKED,
    "40": _LOCKED,
    "53": _FULL,
    "58": _DISK,
    "25006": _READ_ONLY,
    "42501": _READ_ONLY,
    "XX00": _DAMAGED,
    "23505": _CONFLICT,
    "23503": _CONFLICT,
}
"""How error codes begin (PostgreSQL's manual, appendix A); the first that fits counts."""


@contextmanager
def explained() -> Iterator[None]:
    """Errors of the database come out as RecordsError; what nobody foresaw comes out as it is."""
    try:
        yield
    except (DBAPIError, TimeoutError, StaleDataError, sqlite3.Error, psycopg.Error) as error:
        meaning = _meaning(error)
        if meaning is None:
            raise
        kind, message = meaning
        raise kind(message) from None  # what it came from may quote an address with its password


def _meaning(error: BaseException) -> _Meaning | None:
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, StaleDataError):
        return _CONFLICT
    if isinstance(cause, TimeoutError):
        return _LOCKED
    if isinstance(cause, sqlite3.Error):
        name = getattr(cause, "sqlite_errorname", "").removeprefix("SQLITE_")
        return next((meaning for start, meaning in _OF_SQLITE.items() if name.startswith(start)), None)
    if isinstance(cause, psycopg.Error):
        state = cause.sqlstate or ("08" if isinstance(cause, psycopg.OperationalError) else "")
        return next((meaning for start, meaning in _OF_POSTGRESQL.items() if state.startswith(start)), None)
    return None
