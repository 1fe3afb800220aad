"""NRRD with its voxels in the same file (teem.sourceforge.net/nrrd/format.html).

pynrrd reads the text of the header; voxels are unpacked here, because pynrrd unpacks whatever comes.
"""

from typing import Any

import nrrd
import numpy as np
from nrrd.errors import NRRDError

from app.errors import UnreadableFileError, UnsupportedFileError
from app.imaging.files import ScanFile
from app.imaging.limits import MIB, Limits
from app.imaging.nrrd_axes import affine_of, axes_in_file
from app.imaging.parts import Container
from app.imaging.unpacking import Packing
from app.imaging.volume_file import open_volume
from app.imaging.volume_header import VolumeHeader, check_sizes, damaged

_MAGIC = b"NRRD000"
_HEADER_BYTES = MIB
"""Bytes of a header at most; diffusion scans, with a line for each direction, stay far below."""
_LONGEST_LINE = 4096
_FIELDS = {
    *(b"dimension", b"type", b"sizes", b"encoding", b"endian", b"space", b"space directions", b"space origin"),
    *(b"space units", b"units", b"spacings", b"kinds"),
    *(b"data file", b"datafile", b"line skip", b"lineskip", b"byte skip", b"byteskip"),
}
_TYPES = {
    "i1": ("signed char", "int8", "int8_t"),
    "u1": ("uchar", "unsigned char", "uint8", "uint8_t"),
    "i2": ("short", "short int", "signed short", "signed short int", "int16", "int16_t"),
    "u2": ("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"),
    "i4": ("int", "signed int", "int32", "int32_t"),
    "u4": ("uint", "unsigned int", "uint32", "uint32_t"),
    "i8": ("longlong", "long long", "long long int", "signed long long", "signed long long int", "int64", "int64_t"),
    "u8": ("ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t"),
    "f4": ("float",),
    "f8": ("double",),
}
_NUMPY = {name: code for code, names in _TYPES.items() for name in names}
_PACKINGS: dict[str, Packing] = {"raw": "raw", "txt": "text", "text": "text", "ascii": "text"}
_PACKINGS |= {"gz": "gzip", "gzip": "gzip", "bz2": "bzip2", "bzip2": "bzip2"}
_ORDERS = {"little": "<", "big": ">"}
_ERRORS = (NRRDError, ValueError, TypeError, IndexError, OverflowError, StopIteration)
"""What pynrrd raises on damaged content."""


def is_nrrd(start: bytes) -> bool:
    """Whether content that starts so is NRRD, of any version."""
    return start.startswith(_MAGIC)


def open_nrrd(file: ScanFile, limits: Limits) -> Container:
    """Read the header of a file.

    Raises UnreadableFileError when it is damaged, UnsupportedFileError when it is of a shape, type or encoding that is
    not read or has its voxels in another file, and LimitError when it promises too much.
    """
    text, start = _split(file)
    fields = _fields(file.name, text)
    if fields.keys() & {"data file", "datafile"}:
        raise UnsupportedFileError(
            f"{file.name} is a header alone: its voxels are in another file. Save the scan as one .nrrd file."
        )
    if any(fields.get(skip) for skip in ("line skip", "lineskip", "byte skip", "byteskip")):
        raise UnsupportedFileError(f"{file.name} has other bytes before its voxels. Save it without byte or line skip.")
    if start is None:
        raise UnreadableFileError(f"{file.name} ends inside its header: it was cut off. Copy or download it again.")
    packing = _packing(file.name, fields)
    return open_volume(file, _header(file.name, fields, packing), limits, packing, start)


def _split(file: ScanFile) -> tuple[bytes, int | None]:
    """The text of the header, and where the blank line after it ends; None without one, as in a header alone."""
    start = file.data[:_HEADER_BYTES]
    ends = [(at, at + len(end)) for end in (b"\n\n", b"\n\r\n") if (at := start.find(end)) >= 0]
    if ends:
        end, voxels = min(ends)
        return start[:end], voxels
    if len(file.data) > _HEADER_BYTES:
        raise damaged(file.name, "NRRD", "no blank line ends it")
    return start, None


def _fields(name: str, text: bytes) -> dict[str, Any]:
    """The fields that count; pynrrd does not see others, as its time for some grows with the square of their length."""
    magic, *lines = text.splitlines(keepends=True) or [b""]
    counting = [line for line in lines if line.split(b":", 1)[0].strip() in _FIELDS and b":=" not in line]
    if any(len(line) > _LONGEST_LINE for line in (magic, *counting)):
        raise damaged(name, "NRRD", "a line of it is far too long")
    try:
        with np.errstate(all="ignore"):
            return dict(nrrd.read_header([magic, *counting]))
    except _ERRORS as e:
        raise damaged(name, "NRRD", "a line of it cannot be read, or stands there twice") from e


def _packing(name: str, fields: dict[str, Any]) -> Packing:
    encoding = str(fields.get("encoding", "")).lower()
    if encoding in _PACKINGS:
        return _PACKINGS[encoding]
    if encoding == "hex":
        raise UnsupportedFileError(f"{name} holds its voxels as hexadecimal text. Save it with the encoding gzip.")
    raise damaged(name, "NRRD", "it does not give a known encoding")


def _header(name: str, fields: dict[str, Any], packing: Packing) -> VolumeHeader:
    sizes = tuple(int(n) for n in fields.get("sizes", ()))
    if fields.get("dimension") != len(sizes):
        raise damaged(name, "NRRD", "the sizes of its axes are missing or too few")
    check_sizes(name, "NRRD", sizes)
    axes = axes_in_file(name, fields, sizes)
    affine, notes = affine_of(name, fields, axes)
    dtype = _dtype(name, fields, packing)
    if axes.colour and dtype != np.uint8:
        raise UnsupportedFileError(
            f"{name} holds colours that are not of 8 bit. Save it in grey, or with 8 bit colours."
        )
    return VolumeHeader(
        sizes=axes.sizes, frame_axis=axes.frame_axis, dtype=dtype, affine=affine, colour=axes.colour, notes=notes
    )


def _dtype(name: str, fields: dict[str, Any], packing: Packing) -> np.dtype[np.generic]:
    stored = str(fields.get("type", "")).lower()
    if stored == "block":
        raise UnsupportedFileError(f"{name} holds records in place of grey values. Export the scan as numbers.")
    if stored not in _NUMPY:
        raise damaged(name, "NRRD", "it does not give a known type")
    if packing == "text":
        return np.dtype(np.float32)
    code = _NUMPY[stored]
    order = _ORDERS.get(str(fields.get("endian", "")).lower())
    if order is None and code not in ("i1", "u1"):
        raise damaged(name, "NRRD", "it does not say which byte comes first (endian)")
    return np.dtype((order or "") + code)
