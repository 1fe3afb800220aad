"""Gzip streams that hold far more, or far less, than they seem to."""

import gzip
import zlib
from collections.abc import Callable

import numpy as np
from case import MIB, Case, one
from nifti_cases import VOXELS
from scan_files import nifti

from app.errors import InputError, LimitError, UnreadableFileError, UnsupportedFileError, VoxelError

NAME = "p_flair.nii.gz"
EMPTY = gzip.compress(b"", mtime=0)


def zeros(size: int) -> bytes:
    """A gzip of so many zeros, which is about a thousandth of that."""
    packer = zlib.compressobj(9, wbits=31)
    chunk = bytes(MIB)
    packed = [packer.compress(chunk) for _ in range(size // MIB)]
    return b"".join([*packed, packer.compress(bytes(size % MIB)), packer.flush()])


def followed(data: bytes, more: int) -> bytes:
    """A gzip of the data and so many zeros after it."""
    packer = zlib.compressobj(9, wbits=31)
    packed = [packer.compress(data), *(packer.compress(bytes(MIB)) for _ in range(more // MIB))]
    return b"".join([*packed, packer.flush()])


def nested(data: bytes, depth: int) -> bytes:
    """A gzip in a gzip in a gzip."""
    for _ in range(depth):
        data = gzip.compress(data, mtime=0)
    return data


def flagged(flags: int, field: bytes) -> bytes:
    """A gzip of a sound file whose own header has these flags and a field of theirs."""
    packed = gzip.compress(nifti(VOXELS), mtime=0)
    return packed[:3] + bytes([flags]) + packed[4:10] + field + packed[10:]


def claims(*shape: int) -> bytes:
    """A header of a volume of this shape of uint8, without the voxels."""
    return nifti(np.zeros((1, 1, 1), np.uint8), dim=[3, *shape, 1, 1, 1, 1])[:352]


def _altered(position: int, value: int) -> bytes:
    packed = bytearray(gzip.compress(nifti(VOXELS), mtime=0))
    packed[position] ^= value
    return bytes(packed)


def content(name: str, data: Callable[[], bytes], error: type[InputError] | None, *words: str) -> Case:
    """A file of this content."""
    return Case(f"gzip {name}", one(NAME, data), error, (NAME, *words) if error else ())


CASES = [
    content("128 MiB of zeros", lambda: zeros(128 * MIB), UnsupportedFileError, "something other", "NIfTI"),
    content("128 MiB after a sound scan", lambda: followed(nifti(VOXELS), 128 * MIB), UnreadableFileError, "goes on"),
    content("claims 64 MiB and holds them", lambda: followed(claims(512, 512, 256), 64 * MIB), LimitError, "Crop"),
    content("claims 2 MiB, holds 128 MiB", lambda: followed(claims(128, 128, 128), 128 * MIB), UnreadableFileError),
    content("claims 2 MiB, holds none", lambda: followed(claims(128, 128, 128), 0), UnreadableFileError, "cut off"),
    content("2 MiB of zeros", lambda: followed(claims(128, 128, 128), 2 * MIB), VoxelError, "everywhere"),
    content("two deep", lambda: nested(nifti(VOXELS), 2), UnsupportedFileError, "gzip", "Read are"),
    content("a hundred deep", lambda: nested(nifti(VOXELS), 100), UnsupportedFileError, "gzip"),
    content("three bombs deep", lambda: nested(zeros(128 * MIB), 2), UnsupportedFileError, "gzip"),
    content("two bytes", lambda: b"\x1f\x8b", UnreadableFileError, "gzip", "Copy"),
    content("header alone", lambda: EMPTY[:10], UnreadableFileError, "gzip", "Copy"),
    content("of nothing", lambda: EMPTY, UnsupportedFileError, "something other"),
    content("method unknown", lambda: _altered(2, 7), UnreadableFileError, "damaged"),
    content("checksum altered", lambda: _altered(-5, 1), UnreadableFileError, "damaged", "Copy"),
    content("length altered", lambda: _altered(-1, 1), UnreadableFileError, "damaged", "Copy"),
    content("text after it", lambda: gzip.compress(nifti(VOXELS)) + b"and so on", UnreadableFileError, "damaged"),
    content("zeros after it", lambda: gzip.compress(nifti(VOXELS)) + bytes(600), None),
    content("in two members", lambda: gzip.compress(nifti(VOXELS)[:300]) + gzip.compress(nifti(VOXELS)[300:]), None),
    content("a name of 40 MB", lambda: flagged(8, b"x" * 40 * MIB + b"\0"), None),
    content("a name without end", lambda: flagged(8, b"")[:10] + b"x" * 40 * MIB, UnreadableFileError, "Copy"),
    content("a comment of 40 MB", lambda: flagged(16, b"y" * 40 * MIB + b"\0"), None),
    content("an extra field that lies", lambda: flagged(4, b"\xff\xff"), UnreadableFileError, "Copy"),
    content("two million empty members", lambda: EMPTY * 2_000_000, UnreadableFileError, "Copy"),
    content(
        "a million empty members in it",
        lambda: gzip.compress(nifti(VOXELS)[:300]) + EMPTY * 1_000_000 + gzip.compress(nifti(VOXELS)[300:]),
        UnreadableFileError,
        "Copy",
    ),
    content(
        "a million empty members after it",
        lambda: gzip.compress(nifti(VOXELS)) + EMPTY * 1_000_000,
        UnreadableFileError,
        "Copy",
    ),
]
