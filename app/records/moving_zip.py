"""A zip of records that is read: what it says of itself is held against what is in it, whoever made it.

Nothing of it is written anywhere here, and a member is unpacked no further than it says. Names are compared with those
that have to be there, so none can lead anywhere else.
"""

import hashlib
import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from sqlalchemy import Table

from app.errors import LimitError, RecordsDamagedError, UnreadableFileError, UnsupportedFileError
from app.records.audit_chain import START, Entry, check
from app.records.migrating import newest
from app.records.moving import LIST, MANIFEST, Manifest, Member, NewerFormatError, Progress, file_name, parse_listed
from app.records.moving import parse_manifest as _parsed
from app.records.moving_rows import all_tables, files_of, row_of, table_name

_CHUNK = 2**20
_LONGEST_LINE = 64 * 2**20
"""Bytes; the measurements of a study are the longest value."""
_LARGEST_MANIFEST = 2**20
_RATIO, _SLACK = 200, 2**20
"""How much smaller than its lines a table may be; digests, of which every row has some, hardly pack."""
_DIRECTORY = 64 * 2**20
"""Bytes of the zip's list of members: about 500,000 of them."""
_END, _BEFORE_END = 22, 76
"""Bytes of the last record of a zip, which has no comment here, and of the two before it in a large one (APPNOTE 4.3.14
to 16)."""
_ERRORS = (
    *(BadZipFile, EOFError, LookupError, NotImplementedError, OSError, RuntimeError, ValueError),
    *(struct.error, zlib.error),
)


class _TooMuchError(Exception):
    """The zip claims more than can be."""


class RecordsZip:
    """A zip of records; its manifest and the names and sizes of its members are in order."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        """Read the lists of what is in it.

        Raises UnreadableFileError when it is damaged or no zip of records, LimitError when it claims too much, and
        UnsupportedFileError when another version of Gliolens wrote it.
        """
        self._name = name
        with self._readable():
            size = _checked_end(file)
            self._zip = ZipFile(file)
            self._members = {member.filename: member for member in self._zip.infolist()}
            _check_members(self._zip.infolist(), size)
            self.manifest = self._manifest()
            self._lines = {member.name: member for member in self.manifest.members}
            _check_lines(self._lines, self._members)
        self.files = self._listed()
        """Bytes of the files, by their SHA-256."""

    def check(self, progress: Progress | None = None) -> None:
        """Hold every line and file against its checksum, every row against its table, and the audit log's chain.

        Raises UnreadableFileError, and RecordsDamagedError when it is as it was written, but the log altered before.
        """
        named = {digest for table in all_tables() for row in self.rows(table) for digest in files_of(table, row)}
        with self._readable():
            if named != set(self.files):
                raise ValueError("The rows name other files.")
        self._check_log()
        for number, digest in enumerate(self.files, 1):
            self._check_file(digest)
            if progress:
                progress(number, len(self.files))

    def rows(self, table: Table) -> Iterator[dict[str, Any]]:
        """The rows of a table, as the database takes them. Raises UnreadableFileError, at the end at the latest."""
        with self._readable():
            for line in self._told(table_name(table)):
                yield row_of(table, line)

    def content(self, sha256: str) -> bytes:
        """Of a file; nobody has checked yet that it has this digest. Raises UnreadableFileError."""
        with self._readable():
            return self._zip.read(file_name(sha256))

    def _manifest(self) -> Manifest:
        if MANIFEST not in self._members or self._members[MANIFEST].file_size > _LARGEST_MANIFEST:
            raise ValueError("There is no manifest.")
        try:
            manifest = _parsed(self._zip.read(MANIFEST))
        except NewerFormatError:
            manifest = None
        if manifest is None or manifest.schema != newest():
            raise UnsupportedFileError(
                f"{self._name} was written by another version of Gliolens, which keeps records differently. "
                "Nothing was changed. Import it with that version, or update the older of the two."
            )
        return manifest

    def _listed(self) -> dict[str, int]:
        with self._readable():
            files = dict(map(parse_listed, self._told(LIST)))
            expected = {MANIFEST, *self._lines, *map(file_name, files)}
            if expected != set(self._members) or len(files) != self._lines[LIST].lines:
                raise ValueError("Members are missing, or there are others.")
            if any(self._members[file_name(digest)].file_size != size for digest, size in files.items()):
                raise ValueError("A file is of another size than the list says.")
            return files

    def _told(self, name: str) -> Iterator[bytes]:
        """The lines of a member. Raises ValueError at their end when they are not what the manifest says."""
        digest, lines, size = hashlib.sha256(), 0, 0
        with self._zip.open(name) as packed:
            while line := packed.readline(_LONGEST_LINE):
                if not line.endswith(b"\n"):
                    raise ValueError("A line is too long, or has no end.")
                digest.update(line)
                lines, size = lines + 1, size + len(line)
                yield line
        if Member(name, lines, size, digest.hexdigest()) != self._lines[name]:
            raise ValueError(f"{name} is not what the manifest says.")

    def _check_log(self) -> None:
        (audit,) = (table for table in all_tables() if table.name == "audit")
        first, last = START, START

        def entries() -> Iterator[Entry]:
            nonlocal first, last
            for row in self.rows(audit):
                entry = Entry(**row)
                first, last = entry.digest if first == START else first, entry.digest
                yield entry

        verdict = check(entries(), ())
        if not verdict.sound:
            raise RecordsDamagedError(
                f"The audit log in {self._name} was altered: entry {verdict.broken} does not follow from those before "
                "it. Nothing was changed. Where the records are, `python -m app audit verify` says more."
            )
        with self._readable():
            if (first, last) != (self.manifest.origin, self.manifest.head):
                raise ValueError("The log is another one than the manifest says.")

    def _check_file(self, sha256: str) -> None:
        digest = hashlib.sha256()
        with self._readable(), self._zip.open(file_name(sha256)) as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
            if digest.hexdigest() != sha256:
                raise ValueError("A file is not what its name says.")

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except _TooMuchError as error:
            raise LimitError(
                f"{self._name} holds or unpacks to more than records could. It is read no further; nothing was changed."
            ) from error
        except _ERRORS as error:
            raise UnreadableFileError(
                f"{self._name} is cut off, was changed, or holds no records. Nothing was changed. Copy it again from "
                "where it was made, or take an earlier backup."
            ) from error


def _checked_end(file: BinaryIO) -> int:
    """The bytes of the zip. Its list of members is bounded before it is read. Raises ValueError or _TooMuchError."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _END - _BEFORE_END))
    tail = file.read()
    end, before = tail[-_END:], tail[:-_END]
    if not end.startswith(b"PK\x05\x06") or end[-2:] != b"\0\0":
        raise ValueError("This is no zip, or one with a comment.")
    (directory,) = struct.unpack_from("<L", end, 12)
    if before[-20:].startswith(b"PK\x06\x07") and before.startswith(b"PK\x06\x06"):
        (directory,) = struct.unpack_from("<Q", before, 40)
    if directory > _DIRECTORY:
        raise _TooMuchError
    return size


def _check_members(members: list[ZipInfo], size: int) -> None:
    """Raises ValueError or _TooMuchError."""
    if len({member.filename for member in members}) != len(members):
        raise ValueError("Two members have one name.")
    if any(member.flag_bits & 0x1 or member.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for member in members):
        raise ValueError("A member is locked, or packed in another way.")
    if sum(member.compress_size for member in members) > size:
        raise ValueError("Members share bytes.")
    for member in members:
        if member.file_size > _RATIO * member.compress_size + _SLACK:
            raise _TooMuchError
        if member.filename.startswith("files/") and member.file_size != member.compress_size:
            raise ValueError("A file is packed.")


def _check_lines(lines: dict[str, Member], members: dict[str, ZipInfo]) -> None:
    """Raises ValueError when the manifest does not name the tables and the list of files, each once, as they are."""
    if set(lines) != {LIST, *map(table_name, all_tables())}:
        raise ValueError("The manifest does not name the tables.")
    if any(name not in members or members[name].file_size != line.bytes for name, line in lines.items()):
        raise ValueError("A table is missing, or of another size.")
