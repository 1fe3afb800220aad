"""Everything that the records hold, written into one zip while the app runs.

All rows are of one moment, whatever is saved meanwhile. Files are copied after that, having been marked as new before:
so nobody's sweep takes one for a day, even if its row goes. The zip is read again and checked before it gets its name.
"""

import hashlib
import os
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from app import VERSION
from app.durable import DISK_FULL, writing_whole
from app.errors import InputError
from app.records.audit import note
from app.records.audit_chain import START
from app.records.database import Records
from app.records.deletions import files_in_use
from app.records.files import FileStore
from app.records.migrating import newest
from app.records.moving import LIST, MANIFEST, Manifest, Member, Progress, file_name, listed
from app.records.moving_rows import all_tables, files_of, line_of, table_name
from app.records.moving_zip import RecordsZip
from app.records.who import Act, Actor

_ROWS = 500
"""In memory at once."""


def export_records(records: Records, actor: Actor, target: Path, *, progress: Progress | None = None) -> Manifest:
    """Write everything to a zip (`app.records.moving`), and note it in the log, which the zip holds too.

    `progress`: told of files, each of which is copied and then checked.

    Raises InputError when there is a file of that name or the zip cannot be written, RecordMissingError or
    RecordsDamagedError when a file or the log is not what was once saved, NotAllowedError and RecordsUnavailableError.
    Then nothing is left behind.
    """
    if target.exists():
        raise InputError(f"{target} is there already, and is left as it is. Give another name.")
    if not target.parent.is_dir():
        raise InputError(f"There is no folder {target.parent}. Make it, or name another.")
    with records.writing(actor) as session:
        actor.require(Act.EXPORT)
        note(session, Act.EXPORT, "records", format="zip")
    _hold(records)
    try:
        with writing_whole(target) as file:
            with suppress(AttributeError):  # where files have no such rights
                os.fchmod(file.fileno(), 0o600)
            manifest = _write(records, file, _half(progress, 0))
            RecordsZip(file, target.name).check(_half(progress, 1))
    except OSError as error:
        advice = "Free some space there, or choose" if error.errno in DISK_FULL else "Choose"
        raise InputError(f"{target} cannot be written: {error.strerror}. {advice} another folder.") from error
    return manifest


def _hold(records: Records) -> None:
    """Have the sweep leave alone for a day what is to be copied."""
    with records.reading() as session:
        digests = files_in_use(session)
    for digest in digests:
        with suppress(OSError):  # it is told when it is copied
            os.utime(records.files.path(digest))


def _half(progress: Progress | None, done: int) -> Progress | None:
    if progress is None:
        return None
    return lambda number, of: progress(done * of + number, 2 * of)


def _write(records: Records, file: BinaryIO, progress: Progress | None) -> Manifest:
    digests: dict[str, None] = {}
    log: list[str] = []
    with ZipFile(file, "w") as archive:
        with records.reading() as session:
            members = [_table(archive, session, table, digests, log) for table in all_tables()]
        members.append(_files(archive, records.files, list(digests), progress))
        manifest = Manifest(
            schema=newest(),
            app=VERSION,
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            origin=log[0] if log else START,
            head=log[-1] if log else START,
            members=tuple(members),
        )
        archive.writestr(_member(MANIFEST, ZIP_DEFLATED), manifest.packed())
    return manifest


def _table(archive: ZipFile, session: Session, table: Table, digests: dict[str, None], log: list[str]) -> Member:
    """Write a table; adds the files that its rows name, and the first and the last digest of the log."""
    told = _Lines()
    order = select(table).order_by(*table.primary_key).execution_options(yield_per=_ROWS)
    with archive.open(_member(table_name(table), ZIP_DEFLATED), "w", force_zip64=True) as packed:
        for row in session.execute(order).mappings():
            packed.write(told.add(line_of(table, row)))
            digests.update(dict.fromkeys(files_of(table, row)))
            if table.name == "audit":
                log[min(len(log), 1) :] = [row["digest"]]
    return told.member(table_name(table))


def _files(archive: ZipFile, files: FileStore, digests: list[str], progress: Progress | None) -> Member:
    """Write the files, and the list of them."""
    told, lines = _Lines(), []
    for number, digest in enumerate(digests, 1):
        content = files.get(digest)
        archive.writestr(_member(file_name(digest), ZIP_STORED), content)
        lines.append(told.add(listed(digest, len(content))))
        if progress:
            progress(number, len(digests))
    archive.writestr(_member(LIST, ZIP_DEFLATED), b"".join(lines))
    return told.member(LIST)


def _member(name: str, packed: int) -> ZipInfo:
    info = ZipInfo(name, time.gmtime()[:6])
    info.compress_type, info.external_attr = packed, 0o600 << 16
    return info


class _Lines:
    """Counts lines, and has the digest of them."""

    def __init__(self) -> None:
        self._digest, self._lines, self._bytes = hashlib.sha256(), 0, 0

    def add(self, line: bytes) -> bytes:
        self._digest.update(line)
        self._lines, self._bytes = self._lines + 1, self._bytes + len(line)
        return line

    def member(self, name: str) -> Member:
        return Member(name, self._lines, self._bytes, self._digest.hexdigest())
