"""The database of the records: whether it can be used, or made, and is whole. Nothing in it is changed."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine, text

from app.checks.finding import Finding
from app.checks.storage import TRIED, elsewhere, made, removed
from app.records.engine import for_reading, postgresql_engine, sqlite_engine
from app.records.failures import explained
from app.records.migrating import newest, present, refuse_newer
from app.records.place import DATABASE, SERVER, data_folder, server_url

_PATIENCE = 5.0


def database(environ: Mapping[str, str]) -> Finding:
    """Whether the records can be kept where the environment says. Raises RecordsError where they cannot be reached."""
    url = server_url(environ)
    if url is not None:
        return _server(postgresql_engine(url, _PATIENCE))
    path = data_folder(environ) / DATABASE
    return _whole(path) if path.exists() else _makeable(path.parent)


def _makeable(folder: Path) -> Finding:
    try:
        with made(folder), removed(folder / f"{TRIED}.db") as tried, closing(sqlite3.connect(tried)) as connection:
            (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
            connection.execute("CREATE TABLE tried (number INTEGER PRIMARY KEY)")
    except (OSError, sqlite3.Error) as error:
        return Finding(False, f"no database can be made in {folder}: {error}", elsewhere())
    if mode != "wal":
        return Finding(False, f"SQLite in {folder} keeps no write-ahead log, but: {mode}", elsewhere())
    return Finding(True, f"SQLite {sqlite3.sqlite_version} works in {folder}, which has no database yet")


def _whole(path: Path) -> Finding:
    engine = sqlite_engine(path, _PATIENCE)
    try:
        with explained():
            with for_reading(engine).connect() as connection:
                said = connection.scalar(text("PRAGMA integrity_check"))
                orphan = connection.execute(text("PRAGMA foreign_key_check")).first()
                mode = connection.scalar(text("PRAGMA journal_mode"))
            if said != "ok" or orphan is not None:
                what = said if orphan is None else f"a row of {orphan[0]} names one that is not there"
                return Finding(False, f"{path} is damaged: {what}", "Stop the app and restore it from a backup.")
            return _at(engine, f"{path} is whole, in SQLite {sqlite3.sqlite_version} with the journal {mode}")
    finally:
        engine.dispose()


def _server(engine: Engine) -> Finding:
    try:
        with explained():
            with for_reading(engine).connect() as connection:
                version = connection.scalar(text("SHOW server_version"))
                encoding = connection.scalar(text("SHOW server_encoding"))
                free = connection.scalar(text("SELECT has_schema_privilege(current_schema(), 'CREATE')"))
            if encoding != "UTF8":
                advice = f"Make a database with the encoding UTF8, and name that one in {SERVER}."
                return Finding(False, f"the database in PostgreSQL {version} has the encoding {encoding}", advice)
            if not free:
                said = f"the account may make no tables in the database in PostgreSQL {version}"
                return Finding(False, said, "Have it own the database or its schema.")
            return _at(engine, f"PostgreSQL {version} answers")
    finally:
        engine.dispose()


def _at(engine: Engine, said: str) -> Finding:
    """At which step of the tables it is. Raises RecordsUnavailableError for one of a newer app."""
    revision = present(engine)
    refuse_newer(revision)
    if revision == newest():
        return Finding(True, f"{said}; its tables are those of this app")
    state = "has no tables yet" if revision is None else f"its tables are older (step {revision})"
    return Finding(True, f"{said}; {state}, which the app changes when it starts")
