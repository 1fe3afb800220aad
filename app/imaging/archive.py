"""What is in a zip archive, unpacked into memory and never onto the disk.

What an archive says of itself is not believed: the number of its members is counted, each is unpacked no further than
the limits, and its checksum is tested. Left out are folders, links, hidden files and what systems and DICOM media put
beside the scans, programs and documents that are zip archives by themselves (.jar, .docx) too; refused are passwords,
rare ways of packing, members that share bytes (Fifield 2019, "A better zip bomb"), and a .zip in a .zip, as part of the
study could be in there.
"""

import stat
import struct
import zlib
from collections import Counter
from collections.abc import Iterable
from io import BytesIO
from itertools import pairwise
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from app.errors import LimitError, UnreadableFileError, UnsupportedFileError
from app.imaging.files import ScanFile
from app.imaging.limits import MIB, Limits

_ENTRY = b"PK\x01\x02"
"""Start of each entry of a zip's directory (APPNOTE 4.3.12)."""
_LOCAL_HEADER = 30
"""Bytes before a member at least (APPNOTE 4.3.7)."""
_OTHERS = 4
"""Entries of the directory for each file that the limits allow: folders, and what macOS puts beside each file."""
_IGNORED = frozenset(("__macosx", "thumbs.db", "desktop.ini", "dicomdir"))
_ZIPS = (b"PK\x03\x04", b"PK\x05\x06")
_CHUNK = MIB
_ERRORS = (
    BadZipFile,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    struct.error,
    ValueError,
    zlib.error,
)


def unzip(file: ScanFile, limits: Limits) -> list[ScanFile]:
    """The files in a zip archive, each called by the archive and its path in there: `study.zip/series/IM0001`.

    Raises UnreadableFileError when the archive is damaged, UnsupportedFileError when it is locked, packed in a way that
    is not read, or holds an archive or nothing; and LimitError when it holds too many files or bytes.
    """
    if file.data.count(_ENTRY) > _OTHERS * limits.files:
        raise _too_many(file.name, limits)
    try:
        with ZipFile(BytesIO(file.data)) as archive:
            members = [member for member in archive.infolist() if _is_wanted(member)]
            _check(file.name, members, limits)
            return _unpacked(file.name, archive, members, limits)
    except _ERRORS as e:
        raise UnreadableFileError(
            f"{file.name} is a zip archive that is cut off or damaged. Copy it again, or give the files in it."
        ) from e


def _is_wanted(member: ZipInfo) -> bool:
    pieces = member.filename.replace("\\", "/").lower().split("/")
    return not (
        member.filename.endswith("/")  # is_dir fails where a name is empty
        or stat.S_ISLNK(member.external_attr >> 16)
        or any(piece in _IGNORED or (piece.startswith(".") and piece.strip(".")) for piece in pieces)
    )


def _check(name: str, members: list[ZipInfo], limits: Limits) -> None:
    """Check what the directory says, before anything is unpacked."""
    if not members:
        raise _nothing(name)
    if len(members) > limits.files:
        raise _too_many(name, limits)
    if any(member.flag_bits & 0x1 for member in members):
        raise UnsupportedFileError(f"{name} is locked with a password. Unpack it, and give the files in it.")
    if any(member.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for member in members):
        raise UnsupportedFileError(
            f"{name} is packed in a way that is not read. Pack it as an ordinary zip, or give the files in it."
        )
    for before, after in pairwise(sorted(members, key=lambda member: member.header_offset)):
        if before.header_offset + _LOCAL_HEADER + before.compress_size > after.header_offset:
            raise BadZipFile("Two members share bytes.")
    _check_total(name, sum(member.file_size for member in members), limits)


def _unpacked(name: str, archive: ZipFile, members: list[ZipInfo], limits: Limits) -> list[ScanFile]:
    files = []
    total = 0
    for member, path in zip(members, _paths(member.filename for member in members), strict=True):
        data = _content(f"{name}/{path}", archive, member, limits)
        total += len(data)
        _check_total(name, total, limits)
        if not data.startswith(_ZIPS):
            files.append(ScanFile(f"{name}/{path}", data))
        elif path.lower().endswith(".zip"):
            raise UnsupportedFileError(f"{name}/{path} is an archive in an archive. Unpack it, and give what is in it.")
    if not files:
        raise _nothing(name)
    return files


def _content(name: str, archive: ZipFile, member: ZipInfo, limits: Limits) -> bytes:
    content = BytesIO()
    with archive.open(member) as packed:
        while chunk := packed.read(_CHUNK):
            content.write(chunk)
            if content.tell() > limits.file_bytes:
                raise LimitError(
                    f"{name} unpacks to more than {limits.file_bytes // MIB:,} MiB, and is read no further. "
                    "Crop or resample it."
                )
    if content.tell() != member.file_size:
        raise BadZipFile("A member is of another size than the directory says.")
    return content.getvalue()


def _paths(names: Iterable[str]) -> list[str]:
    """The paths of members, without what would lead out of the archive, no two alike."""
    times: Counter[str] = Counter()
    paths: dict[str, None] = {}
    for name in names:
        pieces = name.replace("\\", "/").split("/")
        path = "/".join(piece for piece in pieces if piece.strip(". ")) or "file"
        unlike = path
        while unlike in paths:
            times[path] += 1
            unlike = f"{times[path] + 1}/{path}"
        paths[unlike] = None
    return list(paths)


def _check_total(name: str, size: int, limits: Limits) -> None:
    if size > limits.study_bytes:
        raise LimitError(
            f"{name} unpacks to more than {limits.study_bytes // MIB:,} MiB, and is read no further. "
            "Give one study at a time."
        )


def _too_many(name: str, limits: Limits) -> LimitError:
    return LimitError(f"{name} holds more than {limits.files:,} files. Give one study at a time.")


def _nothing(name: str) -> UnsupportedFileError:
    return UnsupportedFileError(f"{name} is a zip archive without a file that could be a scan. Give the scan.")
