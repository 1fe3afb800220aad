"""NRRD, MetaImage and MGH files that point elsewhere, lie about their sizes, or have a header without end."""

import gzip
import struct
import zlib
from collections.abc import Callable

from case import MIB, Case, one
from gzip_cases import zeros
from sound_files import metaimage, mgh, nrrd

from app.errors import InputError, LimitError, UnreadableFileError, UnsupportedFileError


def _nrrd(name: str, data: Callable[[], bytes], error: type[InputError] | None, *words: str) -> Case:
    file = "p_flair.nrrd"
    return Case(f"nrrd {name}", one(file, data), error, (file, *words) if error else ())


def _mha(name: str, data: Callable[[], bytes], error: type[InputError] | None, *words: str) -> Case:
    file = "p_flair.mha"
    return Case(f"mha {name}", one(file, data), error, (file, *words) if error else ())


def _mgh(name: str, data: Callable[[], bytes], error: type[InputError] | None, *words: str) -> Case:
    file = "p_flair.mgh"
    return Case(f"mgh {name}", one(file, data), error, (file, *words) if error else ())


_ELSEWHERE = [
    _nrrd(f"with its voxels in {where}", lambda where=where: nrrd(data_file=where), UnsupportedFileError, "Save")
    for where in ("/etc/passwd", "../../secret.raw", "http://example.org/a.raw", "LIST", "a%03d.raw 0 9 1", "NUL")
]
_ELSEWHERE += [
    _mha(
        f"with its voxels in {where}",
        lambda where=where: metaimage(ElementDataFile=where),
        UnsupportedFileError,
        "Save",
    )
    for where in ("/etc/passwd", "../../secret.raw", "http://example.org/a.raw", "LIST", "a%03d.raw 0 9 1", "NUL")
]
_NRRD = [
    _nrrd(f"{field.replace('_', ' ')}: {value[:40]}", lambda f=field, v=value: nrrd(**{f: v}), error, *words)
    for field, value, error, *words in (
        ("sizes", "0 9 7", UnreadableFileError),
        ("sizes", "-11 9 7", UnreadableFileError),
        ("sizes", "11 9", UnreadableFileError),
        ("sizes", "", UnreadableFileError),
        ("sizes", "NaN 9 7", UnreadableFileError),
        ("dimension", "0", UnreadableFileError),
        ("dimension", "999999999", UnreadableFileError),
        ("dimension", "-3", UnreadableFileError),
        ("dimension", "three", UnreadableFileError),
        ("encoding", "rot13", UnreadableFileError),
        ("encoding", "", UnreadableFileError),
        ("type", "quaternion", UnreadableFileError),
        ("endian", "middle", UnreadableFileError),
        ("space directions", "(0,0,0) (0,1,0) (0,0,5)", UnreadableFileError),
        ("space directions", "(nan,0,0) (0,1,0) (0,0,5)", UnreadableFileError),
        ("space directions", "(inf,0,0) (0,1,0) (0,0,5)", UnreadableFileError),
        ("space directions", "(1,0,0) (1,0,0) (0,0,5)", UnreadableFileError),
        ("space directions", "(1,0) (0,1) (0,0)", UnsupportedFileError),
        ("space directions", "(" * 100_000, UnreadableFileError),
        ("space origin", "(nan,0,0)", UnreadableFileError),
    )
]
_NRRD += [
    _nrrd("sizes: 32767 32767 32767", lambda: nrrd(sizes="32767 32767 32767"), LimitError, "Crop"),
    _nrrd("sizes beyond 64 bit", lambda: nrrd(sizes=f"{10**30} 1 1"), UnreadableFileError, "Export"),
    _nrrd("sizes that are not there", lambda: nrrd("raw", sizes="11 9 70"), UnreadableFileError, "cut off"),
    _nrrd("sizes of less than is there", lambda: nrrd("raw", sizes="1 1 1") + bytes(MIB), UnreadableFileError),
    _nrrd("gzip of 128 MiB behind it", lambda: _bare(nrrd("raw")) + zeros(128 * MIB), UnreadableFileError),
    _nrrd("gzip that is none", lambda: nrrd("raw").replace(b"encoding: raw", b"encoding: gzip"), UnreadableFileError),
    _nrrd("hexadecimal", lambda: nrrd("hex"), UnsupportedFileError, "Save"),
    _nrrd("records", lambda: nrrd(type="block"), UnsupportedFileError, "Export"),
    _nrrd("bytes to skip", lambda: nrrd(byte_skip="-1"), UnsupportedFileError, "skip"),
    _nrrd("lines to skip", lambda: nrrd(line_skip="999999999"), UnsupportedFileError, "skip"),
    _nrrd("a header of 10 MB without end", lambda: b"NRRD0004\n" + b"# a\n" * 2_500_000, UnreadableFileError),
    _nrrd("a line of 10 MB", lambda: b"NRRD0004\n#" + b"a" * 10 * MIB, UnreadableFileError),
    _nrrd("100,000 keys", lambda: b"NRRD0004\n" + b"".join(b"a%d:=b\n" % n for n in range(10**5)), UnreadableFileError),
    _nrrd("signature alone", lambda: b"NRRD0004", UnreadableFileError),
    _nrrd("signature and zeros", lambda: b"NRRD0004\n" + bytes(9999), UnreadableFileError),
    _nrrd("version 9", lambda: nrrd().replace(b"NRRD0004", b"NRRD0009"), UnreadableFileError),
]
_MHA = [
    _mha(f"{field} = {value[:40]}", lambda f=field, v=value: metaimage(**{f: v}), error, *words)
    for field, value, error, *words in (
        ("DimSize", "0 9 7", UnreadableFileError),
        ("DimSize", "-11 9 7", UnreadableFileError),
        ("DimSize", "11 9", UnsupportedFileError, "2-D"),
        ("DimSize", "", UnreadableFileError),
        ("DimSize", "nan 9 7", UnreadableFileError),
        ("DimSize", "1e400 9 7", UnreadableFileError),
        ("NDims", "0", UnreadableFileError),
        ("NDims", "999999999", UnreadableFileError),
        ("ElementType", "MET_QUATERNION", UnreadableFileError),
        ("ElementType", "", UnreadableFileError),
        ("ElementSpacing", "0 1 1", UnreadableFileError),
        ("ElementSpacing", "-1 1 1", UnreadableFileError),
        ("ElementSpacing", "nan 1 1", UnreadableFileError),
        ("ElementSpacing", "inf 1 1", UnreadableFileError),
        ("ElementSpacing", "1", UnreadableFileError),
        ("TransformMatrix", "0 0 0 0 0 0 0 0 0", UnreadableFileError),
        ("TransformMatrix", "1 0 0 1 0 0 0 0 1", UnreadableFileError),
        ("TransformMatrix", "1 0 0", UnreadableFileError),
        ("Offset", "nan 0 0", UnreadableFileError),
        ("Offset", "1e300 0 0", UnreadableFileError),
    )
]
_MHA += [
    _mha("sizes of 32767", lambda: metaimage(DimSize="32767 32767 32767"), LimitError, "Crop"),
    _mha("sizes beyond 64 bit", lambda: metaimage(DimSize=f"{10**30} 1 1"), UnreadableFileError, "Export"),
    _mha(
        "sizes that are not there", lambda: metaimage(packed=False, DimSize="11 9 70"), UnreadableFileError, "cut off"
    ),
    _mha("0 channels", lambda: metaimage(ElementNumberOfChannels="0"), UnsupportedFileError),
    _mha("2^40 channels", lambda: metaimage(ElementNumberOfChannels=str(2**40)), LimitError, "Keep"),
    _mha("128 MiB behind it", lambda: _bare_mha() + zlib.compress(bytes(128 * MIB)), UnreadableFileError, "goes on"),
    _mha("voxels that are no zlib stream", lambda: _bare_mha() + bytes(9999), UnreadableFileError, "Copy"),
    _mha("a header of 10 MB without end", lambda: b"NDims = 3\n" + b"a = b\n" * 1_700_000, UnreadableFileError),
    _mha("a line of 10 MB", lambda: b"NDims = 3" + b" " * 10 * MIB, UnreadableFileError),
    _mha("first line alone", lambda: b"ObjectType = Image\n", UnreadableFileError, "Copy"),
    _mha("text that is no number", lambda: metaimage(packed=False, BinaryData="False"), UnreadableFileError),
]


def _bare(data: bytes) -> bytes:
    """A header without voxels, which says that gzip follows."""
    return data[: data.index(b"\n\n") + 2].replace(b"encoding: raw", b"encoding: gzip")


def _bare_mha() -> bytes:
    data = metaimage()
    return data[: data.index(b"LOCAL\n") + 6]


def _patched(at: int, form: str, *values: float) -> bytes:
    data = bytearray(mgh())
    struct.pack_into(form, data, at, *values)
    return bytes(data)


_MGH = [
    _mgh(name, lambda at=at, form=form, values=values: _patched(at, form, *values), error)
    for name, at, form, values, error in (
        ("version 2", 0, ">i", (2,), UnreadableFileError),
        ("sizes of 0", 4, ">i", (0,), UnreadableFileError),
        ("sizes of -1", 8, ">i", (-1,), UnreadableFileError),
        ("sizes of 32767", 4, ">3i", (32767,) * 3, LimitError),
        ("sizes of 2^31 - 1", 4, ">3i", (2**31 - 1,) * 3, LimitError),
        ("sizes that are not there", 12, ">i", (12,), UnreadableFileError),
        ("0 frames", 16, ">i", (0,), UnreadableFileError),
        ("2^31 - 1 frames", 16, ">i", (2**31 - 1,), LimitError),
        ("data type 2", 20, ">i", (2,), UnsupportedFileError),
        ("data type 99", 20, ">i", (99,), UnreadableFileError),
        ("voxels of 0 mm", 30, ">f", (0,), UnreadableFileError),
        ("voxels of -1 mm", 34, ">f", (-1,), None),
        ("voxels of NaN mm", 38, ">f", (float("nan"),), UnreadableFileError),
        ("voxels of infinite size", 30, ">f", (float("inf"),), UnreadableFileError),
        ("directions of zeros", 42, ">9f", (0,) * 9, UnreadableFileError),
        ("a direction twice", 42, ">6f", (1, 0, 0, 1, 0, 0), UnreadableFileError),
        ("centre at NaN", 78, ">f", (float("nan"),), UnreadableFileError),
    )
]
_MGH += [
    _mgh("header alone", lambda: mgh()[:284], UnreadableFileError, "Copy"),
    _mgh("16 MiB behind it", lambda: mgh() + bytes(16 * MIB), UnreadableFileError, "goes on"),
    _mgh("gzip of 128 MiB behind it", lambda: gzip.compress(mgh()) + zeros(128 * MIB), UnreadableFileError, "goes on"),
]

CASES = [*_ELSEWHERE, *_NRRD, *_MHA, *_MGH]
