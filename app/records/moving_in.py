"""Records from a zip, into records that hold nothing yet.

Everything is checked before anything is written. Then the files go into a folder of their own, one transaction adds all
rows, and the files are moved to their places before it is saved; what a crash leaves behind has a name by which the
next import, or purge, removes it.
"""

import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Table, exists, insert, select, update
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from app.durable import PARTIAL, flush_folder
from app.errors import (
    InputError,
    RecordsConflictError,
    RecordsDamagedError,
    RecordsUnavailableError,
    UnreadableFileError,
)
from app.records.audit import note, verify
from app.records.database import Records
from app.records.files import FileStore
from app.records.moving import Manifest, Progress
from app.records.moving_rows import all_tables, loose
from app.records.moving_zip import RecordsZip
from app.records.who import Act, Actor

_ROWS = 500
"""Added at once."""
_LEFT, _LEFT_AFTER = ".import-", 86400
"""How the folders begin that an import fills, and after how many seconds one was left behind."""


def import_records(records: Records, actor: Actor, path: Path, *, progress: Progress | None = None) -> Manifest:
    """Restore what `moving_out.export_records` wrote, exactly, and note it in the log after all its entries.

    `progress`: told of files, each of which is checked and then copied.

    Raises InputError for a zip that cannot be used, whatever is wrong with it; RecordsConflictError when the records
    hold something already, RecordsDamagedError when the log was altered before it was exported, NotAllowedError, and
    RecordsUnavailableError. Then the records are as they were.
    """
    actor.require(Act.IMPORT)
    with records.reading() as session:
        _refuse_unless_empty(session, records)
    try:
        with path.open("rb") as file:
            archive = RecordsZip(file, path.name)
            _refuse_without_room(records, sum(archive.files.values()))
            archive.check(lambda number, of: progress(number, 2 * of) if progress else None)
            _restore(records, actor, archive, path.name, progress)
            return archive.manifest
    except FileNotFoundError as error:
        raise InputError(f"There is no file {path}. Name the zip that `records export` or `backup` wrote.") from error
    except (IsADirectoryError, PermissionError) as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. Nothing was changed.") from error


def remove_left_behind(records: Records) -> int:
    """Remove what imports left behind that were ended by a crash; returns how many of them."""
    left = [path for path in records.files.folder.glob(f"{_LEFT}*{PARTIAL}") if _is_old(path)]
    for path in left:
        shutil.rmtree(path, ignore_errors=True)
    return len(left)


def _is_old(path: Path) -> bool:
    try:
        return path.stat().st_mtime < time.time() - _LEFT_AFTER
    except OSError:
        return False


def _restore(records: Records, actor: Actor, archive: RecordsZip, name: str, progress: Progress | None) -> None:
    remove_left_behind(records)
    staged = FileStore(records.files.folder / f"{_LEFT}{secrets.token_hex(8)}{PARTIAL}")
    try:
        for number, digest in enumerate(archive.files, 1):
            if staged.put(archive.content(digest)) != digest:
                raise _changed(name)
            if progress:
                progress(len(archive.files) + number, 2 * len(archive.files))
        with records.writing(actor) as session:
            _refuse_unless_empty(session, records)
            try:
                for table in all_tables():
                    _add(session, table, archive.rows(table))
            except (DataError, IntegrityError):  # of which the words may be a patient's data
                raise _changed(name) from None
            if not verify(session).sound:
                raise RecordsDamagedError(f"The audit log in {name} does not hold together. Nothing was changed.")
            note(session, Act.IMPORT, "records", files=len(archive.files), head=archive.manifest.head)
            _move(staged, records.files)
    finally:
        shutil.rmtree(staged.folder, ignore_errors=True)


def _add(session: Session, table: Table, rows: Iterator[dict[str, Any]]) -> None:
    """Add the rows; what refers to another row of the same table follows when all are there."""
    later: list[dict[str, Any]] = []
    columns = loose(table)
    while batch := list(islice(rows, _ROWS)):
        for row in batch:
            if any(row[column] is not None for column in columns):
                later.append(dict(row))
                row.update(dict.fromkeys(columns))
        session.execute(insert(table), batch)
    for row in later:
        values = {column: row[column] for column in columns}
        session.execute(update(table).where(table.c.id == row["id"]).values(values))


def _move(staged: FileStore, files: FileStore) -> None:
    """Move all files to where the rows look for them. Raises RecordsUnavailableError."""
    try:
        for folder in _moved(staged, files):
            flush_folder(folder)
        flush_folder(files.folder)
        flush_folder(files.folder.parent)
    except OSError as error:
        raise RecordsUnavailableError(
            f"The files cannot be moved to {files.folder}: {error.strerror}. Let this account write there."
        ) from error


def _moved(staged: FileStore, files: FileStore) -> Iterable[Path]:
    """The folders into which files were moved."""
    folders: dict[Path, None] = {}
    for digest in staged.all():
        target = files.path(digest)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        staged.path(digest).replace(target)
        folders[target.parent] = None
    return folders


def _refuse_unless_empty(session: Session, records: Records) -> None:
    for table in all_tables():
        if session.scalar(select(exists(select(table)))):
            raise RecordsConflictError(
                f"The records in {records.folder} hold something already; an import goes into empty ones. Nothing was "
                "changed. Name a new folder in GLIOLENS_DATA (and an empty database in GLIOLENS_DATABASE_URL, where "
                "that is set), and import there."
            )


def _refuse_without_room(records: Records, size: int) -> None:
    folder = records.files.folder if records.files.folder.is_dir() else records.folder
    free = shutil.disk_usage(folder).free
    if size > free:
        raise RecordsUnavailableError(
            f"The files take {size / 2**30:.1f} GiB, and {free / 2**30:.1f} are free on the disk of {folder}. "
            "Nothing was changed. Free some space, and try again."
        )


def _changed(name: str) -> UnreadableFileError:
    return UnreadableFileError(
        f"The rows in {name} do not fit together, or it was changed meanwhile. Nothing was saved."
    )
