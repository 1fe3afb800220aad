"""Gzip streams read no further than asked, into memory taken once."""

import gzip
import zlib
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from app.errors import UnreadableFileError

MAX_RATIO = 1032
"""Deflate never unpacks to more than this many times its bytes (zlib technical details, zlib.net/zlib_tech.html)."""
_ERRORS = (gzip.BadGzipFile, EOFError, zlib.error)


def is_gzip(data: bytes) -> bool:
    """Whether the content starts as gzip (RFC 1952)."""
    return data.startswith(b"\x1f\x8b")


def unpack_start(name: str, data: bytes, size: int) -> bytes:
    """The first `size` bytes of what a gzip holds, fewer when it holds less.

    Raises UnreadableFileError when it is damaged before that.
    """
    with gzip.GzipFile(fileobj=BytesIO(data)) as stream:
        try:
            return stream.read(size)
        except _ERRORS as e:
            raise _damaged(name) from e


def unpack(name: str, data: bytes, size: int, slack: int) -> NDArray[np.uint8]:
    """The first `size` bytes of what a gzip holds, which may go on for `slack` bytes more.

    The end of the stream is reached, so its checksum is tested (RFC 1952, CRC-32).
    Raises UnreadableFileError when it is damaged, or holds fewer or more bytes.
    """
    if size > MAX_RATIO * len(data):
        raise too_short(name)
    unpacked = np.empty(size, np.uint8)
    with gzip.GzipFile(fileobj=BytesIO(data)) as stream:
        try:
            start = 0
            while start < size and (count := stream.readinto(unpacked[start:].data)):
                start += count
            rest = len(stream.read(slack + 1))
        except _ERRORS as e:
            raise _damaged(name) from e
    if start < size:
        raise too_short(name)
    if rest > slack:
        raise too_long(name)
    return unpacked


def too_short(name: str) -> UnreadableFileError:
    """The error of a file that ends before the voxels its header promises."""
    return UnreadableFileError(
        f"{name} ends before all the voxels that its header promises: it was cut off. Copy or download it again."
    )


def too_long(name: str) -> UnreadableFileError:
    """The error of a file that goes on after the voxels its header promises."""
    return UnreadableFileError(
        f"{name} goes on after the voxels that its header promises: header and voxels do not belong together. "
        "Export it again."
    )


def _damaged(name: str) -> UnreadableFileError:
    return UnreadableFileError(f"{name} is damaged: its gzip compression is cut off or altered. Copy it again.")
