"""A second copy of the audit log's digests, in a file beside the database.

After every transaction that wrote into the log, the number and the digest of its last entry are appended. So entries
that are removed from the end of the log, or a chain that is computed anew, are found by whoever holds the log against
this file: unless the file was altered as well. On PostgreSQL it lies on the app's machine, where whoever rules the
database may have no business; for SQLite it lies in the same folder. An anchor that somebody wrote down elsewhere is
worth more.

A line is written after its transaction, so a process that is killed in between, or a full disk, leaves one out, and a
power cut the last ones: then the file says less, and nothing wrong.
"""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.orm import Session

from app.errors import RecordsUnavailableError
from app.records.files import FileStore

Anchor = tuple[int, str]
"""The number of an entry, and the digest that it had."""
_HEAD, _FILES = "audit head", "files"
"""In the `info` of a session."""
_LINE = re.compile(r"([1-9]\d{0,18}):([0-9a-f]{64})")


def heads_file(folder: Path, kind: str) -> Path:
    """Where it is. `folder`: that of the records; `kind`: of their database."""
    return folder / f"audit-{kind}.heads"


def read_heads(path: Path) -> Iterator[Anchor]:
    """What the file knows. A line that was not written whole is passed over; a file that is not there knows nothing.

    Raises RecordsUnavailableError when it cannot be read.
    """
    try:
        with path.open(encoding="ascii", errors="replace") as lines:
            for line in lines:
                if found := _LINE.fullmatch(line.rstrip("\n")):
                    yield int(found[1]), found[2]
    except FileNotFoundError:
        return
    except OSError as error:
        raise RecordsUnavailableError(
            f"The file {path.name} beside the records cannot be read: {error.strerror}. Let this account read it."
        ) from error


def keep_head(session: Session, number: int, digest: str) -> None:
    """Have the file told of this entry once the session's transaction is saved; of several, of the last."""
    if _HEAD not in session.info:
        event.listen(session, "after_commit", _append)
    session.info[_HEAD] = (number, digest)


def _append(session: Session) -> None:
    files: FileStore | None = session.info.get(_FILES)
    if files is None or session.in_nested_transaction() or _HEAD not in session.info:
        return
    number, digest = session.info[_HEAD]
    path = heads_file(files.folder.parent, session.get_bind().dialect.name)
    line = f"\n{number}:{digest}\n".encode()  # begins anew after a line that was not written whole
    with suppress(OSError):  # what was saved is saved, and the next line says as much
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, line)
        finally:
            os.close(descriptor)
