"""The records as a whole: where they are, and transactions on them."""

import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Literal, cast

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.errors import RecordsUnavailableError
from app.records.engine import for_reading, for_writing, postgresql_engine, sqlite_engine
from app.records.failures import explained
from app.records.files import FileStore
from app.records.migrating import migrate
from app.records.place import DATABASE, FILES, FOLDER, data_folder, server_url
from app.records.who import Actor

__all__ = ["Records", "actor_of", "data_folder", "files_of", "open_records"]

_PATIENCE = 10.0
"""Seconds for which somebody waits for somebody else's transaction."""


class Records:
    """The records: a database and a folder of files. Many threads may use it."""

    def __init__(self, folder: Path, engine: Engine) -> None:
        """`engine`: on a database that has been migrated."""
        self.folder = folder
        self.files = FileStore(folder / FILES)
        self.kind = cast(Literal["sqlite", "postgresql"], engine.dialect.name)
        self._engine = engine
        self._reading, self._writing = for_reading(engine), for_writing(engine)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the records. What is changed in it is not kept.

        Raises RecordsUnavailableError or RecordsDamagedError when the database does not answer as it should.
        """
        with explained(), Session(self._reading) as session:
            yield session

    @contextmanager
    def writing(self, actor: Actor) -> Iterator[Session]:
        """A session of one transaction, which waits for its turn: saved as a whole at the end, or not at all.

        Raises, besides what the inside raises, RecordsUnavailableError when the database is locked for too long, gone
        or without room, RecordsDamagedError, and RecordsConflictError when somebody else was faster.
        """
        with explained(), Session(self._writing, info={"actor": actor, "files": self.files}) as session:
            session.connection()  # waits for its turn
            yield session
            session.commit()

    def close(self) -> None:
        """Give the connections back; the next session makes new ones."""
        self._engine.dispose()


def actor_of(session: Session) -> Actor:
    """Who does what is done in a session of `Records.writing`."""
    return cast(Actor, session.info["actor"])


def files_of(session: Session) -> FileStore:
    """The store of files that the rows of a session of `Records.writing` name."""
    return cast(FileStore, session.info["files"])


def open_records(environ: Mapping[str, str] = os.environ, *, patience: float = _PATIENCE) -> Records:
    """Open the records that the environment names, made or brought up to date where needed.

    Args:
        environ: `GLIOLENS_DATA` and `GLIOLENS_DATABASE_URL`.
        patience: seconds for which a lock is waited for.

    Raises RecordsUnavailableError, or RecordsDamagedError for what is no sound database.
    """
    folder, url = data_folder(environ), server_url(environ)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise RecordsUnavailableError(
            f"The folder for data cannot be made: {error.strerror} ({folder}). Let this account make it, or name "
            f"another one in {FOLDER}."
        ) from error
    with explained():
        if url is None:
            _make_sqlite(folder / DATABASE, patience)
        engine = sqlite_engine(folder / DATABASE, patience) if url is None else postgresql_engine(url, patience)
        try:
            migrate(engine)
        except BaseException:
            engine.dispose()
            raise
    return Records(folder, engine)


def _make_sqlite(path: Path, patience: float) -> None:
    """A database file with a write-ahead log is there afterwards. Raises RecordsUnavailableError and sqlite3.Error."""
    with suppress(OSError):  # SQLite says more
        os.close(os.open(path, os.O_CREAT, 0o600))
    until = time.monotonic() + patience
    while True:
        try:
            with closing(sqlite3.connect(path, timeout=patience)) as connection:
                (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
            break
        except sqlite3.OperationalError as error:  # SQLite does not wait when two change the mode at once
            if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > until:
                raise
            time.sleep(0.01)
    if mode != "wal":
        raise RecordsUnavailableError(
            f"SQLite cannot keep a write-ahead log in {path.parent}, as on some network drives. Name a folder on a "
            f"disk of this machine in {FOLDER}."
        )
