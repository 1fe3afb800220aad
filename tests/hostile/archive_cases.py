"""Zip archives that unpack to too much, point out of themselves, or contain themselves."""

import io
import stat
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable

import numpy as np
from case import MIB, Case, one
from scan_files import nifti
from sound_files import head, zipped

from app.errors import InputError, LimitError, StudyError, UnreadableFileError, UnsupportedFileError
from app.imaging import Limits

NAME = "study.zip"
SCAN = nifti(head())


def archive(*members: tuple[zipfile.ZipInfo | str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of these members; names may be given twice."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", kind) as made:
        for name, data in members:
            info = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name)
            info.compress_type = kind
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of names that are there twice
                made.writestr(info, data)
    return stream.getvalue()


def flat(size: int, count: int = 1) -> bytes:
    """Members of zeros, a thousandth of their size each."""
    return archive(*((f"{n}.nii", bytes(size)) for n in range(count)))


def overlapping(count: int, size: int) -> bytes:
    """A directory whose entries all name one member."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packer.compress(bytes(size)) + packer.flush()
    said = struct.pack("<5H3I", 20, 0, 8, 0, 33, zlib.crc32(bytes(size)), len(body), size)
    local = b"PK\x03\x04" + said + struct.pack("<2H", 5, 0) + b"a.nii" + body
    entry = b"PK\x01\x02\x14\0" + said + struct.pack("<5H2I", 9, 0, 0, 0, 0, 0, 0)
    listed = b"".join(entry + f"{n:05d}.nii".encode() for n in range(count))
    end = b"PK\x05\x06" + struct.pack("<4H2IH", 0, 0, count, count, len(listed), len(local), 0)
    return local + listed + end


def _lying(size: int) -> bytes:
    """An archive whose directory gives its member another size."""
    data = bytearray(archive(("p_flair.nii", SCAN)))
    at = data.index(b"PK\x01\x02")
    struct.pack_into("<I", data, at + 24, size)
    struct.pack_into("<I", data, 22, size)
    return bytes(data)


def _set(marker: bytes, offset: int, form: str, value: int) -> bytes:
    data = bytearray(archive(("p_flair.nii", SCAN)))
    struct.pack_into(form, data, data.index(marker) + offset, value)
    return bytes(data)


def _link(name: str, target: bytes) -> tuple[zipfile.ZipInfo, bytes]:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info, target


def _nested(depth: int) -> bytes:
    data = SCAN
    for n in range(depth):
        data = archive((f"{n}.zip" if n else "p_flair.nii", data))
    return data


def content(
    name: str, data: Callable[[], bytes], error: type[InputError] | None, *words: str, limits: Limits | None = None
) -> Case:
    """An archive of this content."""
    made = Case(f"zip {name}", one(NAME, data), error, (NAME, *words) if error else ())
    return made if limits is None else Case(made.name, made.files, error, made.words, limits)


_BOMBS = [
    content("of 128 MiB of zeros", lambda: flat(128 * MIB), LimitError, "Give"),
    content("of 64 times 4 MiB", lambda: flat(4 * MIB, 64), LimitError, "Give"),
    content("of overlapping members", lambda: overlapping(50, MIB), UnreadableFileError, "Copy"),
    content("of 60,000 overlapping members", lambda: overlapping(60_000, MIB), LimitError, "Give"),
    content("of 65,535 members", lambda: flat(0, 65_535), LimitError, "files", "Give"),
    content("of 9,000 members", lambda: flat(0, 9_000), LimitError, "files", "Give"),
    content("of 65,535 folders", lambda: archive(*((f"{n}/", b"") for n in range(65_535))), LimitError, "Give"),
    content("that gives 1 byte for a scan", lambda: _lying(1), UnreadableFileError, "Copy"),
    content("that gives 4 GiB for a scan", lambda: _lying(2**32 - 2), LimitError, "Give"),
    content("in a zip", lambda: _nested(2), UnsupportedFileError, "archive", "Unpack"),
    content("a hundred deep", lambda: _nested(100), UnsupportedFileError, "Unpack"),
    content("that holds itself", lambda: archive((NAME, archive((NAME, SCAN)))), UnsupportedFileError, "Unpack"),
    content("of a gzip bomb", lambda: archive(("p.nii.gz", _gzip_bomb())), UnsupportedFileError, "Read are"),
]
_LINKS = [
    content(
        "of a link to a secret", lambda: archive(_link("p_flair.nii", b"/etc/passwd")), UnsupportedFileError, "Give"
    ),
    content("of a link and a scan", lambda: archive(_link("a.nii", b"/etc/passwd"), ("p_flair.nii", SCAN)), None),
    content("of a link to itself", lambda: archive(_link("p_flair.nii", b"p_flair.nii")), UnsupportedFileError),
]
_PATHS = [
    content(f"of a member called {name[:30]!r}", lambda name=name: archive((name, SCAN)), None)
    for name in (
        *(
            "../../../etc/passwd",
            "/etc/cron.d/flair.nii",
            "C:\\Windows\\flair.nii",
            "..\\..\\flair.nii",
            "a/../../b.nii",
        ),
        *("...", "con", "NUL.nii", "x" * 5000 + ".nii", "\u202eiin.gpj", "a\nb.nii", "🧠.nii", "<b>flair</b>.nii"),
        *("[a](http://example.org)_flair.nii", " ", "p_flair.nii ", "~/flair.nii", "%2e%2e%2fflair.nii", "|calc.nii"),
    )
]
_PARTS = [
    content("of a member without a name", lambda: _nameless(), None),
    content(
        "of one name twice", lambda: archive(("p_flair.nii", SCAN), ("p_flair.nii", SCAN)), StudyError, "Leave one"
    ),
    content("of nothing", lambda: archive(), UnsupportedFileError, "Give"),
    content("of a folder", lambda: archive(("scans/", b"")), UnsupportedFileError, "Give"),
    content("of an empty file", lambda: zipped(p_flair__nii=b""), UnreadableFileError, "empty"),
    content("of text", lambda: zipped(notes__txt=b"nothing to see"), UnreadableFileError, "notes.txt", "Read are"),
    content("of text and a scan", lambda: zipped(notes__txt=b"nothing to see", p_flair__nii=SCAN), None),
    content(
        "with a comment before it", lambda: b"#!/bin/sh\n" + zipped(p_flair__nii=SCAN), UnreadableFileError, "Read are"
    ),
    content(
        "locked with a password", lambda: _set(b"PK\x01\x02", 8, "<H", 1), UnsupportedFileError, "password", "Unpack"
    ),
    content(
        "packed in another way", lambda: archive(("a.nii", SCAN), kind=zipfile.ZIP_LZMA), UnsupportedFileError, "Pack"
    ),
    content("packed in an unknown way", lambda: _set(b"PK\x01\x02", 10, "<H", 999), UnsupportedFileError, "Pack"),
    content("with a wrong checksum", lambda: _set(b"PK\x01\x02", 16, "<I", 1), UnreadableFileError, "Copy"),
    content("whose member starts elsewhere", lambda: _set(b"PK\x01\x02", 42, "<I", 2**31), UnreadableFileError, "Copy"),
    content("whose directory starts elsewhere", lambda: _set(b"PK\x05\x06", 16, "<I", 2**32 - 1), UnreadableFileError),
    content("whose directory is of 4 GiB", lambda: _set(b"PK\x05\x06", 12, "<I", 2**32 - 1), UnreadableFileError),
    content("that says it has 65,535 members", lambda: _set(b"PK\x05\x06", 10, "<H", 65_535), None),
    content("signature alone", lambda: b"PK\x03\x04", UnreadableFileError, "Copy"),
    content("signature and noise", lambda: b"PK\x03\x04" + np.random.default_rng(3).bytes(9999), UnreadableFileError),
]


def _nameless() -> bytes:
    """An archive of one member whose name has no letters, neither before it nor in the directory."""
    data = archive(("p", SCAN))
    for marker, length, start in ((b"PK\x03\x04", 26, 30), (b"PK\x01\x02", 28, 46)):
        at = data.index(marker)
        data = data[: at + length] + b"\0\0" + data[at + length + 2 : at + start] + data[at + start + 1 :]
    at = data.index(b"PK\x05\x06")
    size, start = struct.unpack_from("<2I", data, at + 12)
    return data[: at + 12] + struct.pack("<2I", size - 1, start - 1) + data[at + 20 :]


def _gzip_bomb() -> bytes:
    from gzip_cases import zeros

    return zeros(128 * MIB)


CASES = [*_BOMBS, *_LINKS, *_PATHS, *_PARTS]
