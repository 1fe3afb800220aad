"""Gzip streams read no further than asked, into memory taken once."""

from io import BufferedIOBase, BufferedReader, RawIOBase

import numpy as np
from numpy.typing import NDArray
from zlib_ng import zlib_ng as zlib  # gives what zlib gives, in little more than half of its time

from app.errors import UnreadableFileError

MAX_RATIO = 1032
"""Deflate never unpacks to more than this many times its bytes (zlib technical details, zlib.net/zlib_tech.html)."""
_MEMBERS = 65536
"""Streams that one file may string together; those that pack for random access (BGZF) make one for each 64 KiB."""
_CHUNK = 16 * 1024
_PIECE = 1024 * 1024
_ERRORS: tuple[type[Exception], ...] = (EOFError, zlib.error)  # type: ignore[assignment]  # a class, despite its stub


def is_gzip(data: bytes) -> bool:
    """Whether the content starts as gzip (RFC 1952)."""
    return data.startswith(b"\x1f\x8b")


def unpack_start(name: str, data: bytes, size: int) -> bytes:
    """The first `size` bytes of what a gzip holds, fewer when it holds less.

    Raises UnreadableFileError when it is damaged before that.
    """
    with BufferedReader(_Unpacked(data, 0)) as stream:
        try:
            return stream.read(size)
        except _ERRORS as e:
            raise _damaged(name) from e


def unpack(name: str, data: bytes, size: int, slack: int, start: int = 0) -> NDArray[np.uint8]:
    """The first `size` bytes of what the gzip at `start` holds, which may go on for `slack` bytes more.

    The end of the stream is reached, so its checksum is tested (RFC 1952, CRC-32).
    Raises UnreadableFileError when it is damaged, or holds fewer or more bytes.
    """
    if size > MAX_RATIO * len(data):
        raise too_short(name)
    with BufferedReader(_Unpacked(data, start)) as stream:
        try:
            return fill(name, stream, size, slack)
        except _ERRORS as e:
            raise _damaged(name) from e


def fill(name: str, stream: BufferedIOBase, size: int, slack: int) -> NDArray[np.uint8]:
    """The first `size` bytes of a stream that unpacks as it is read, and may go on for `slack` bytes more.

    Raises UnreadableFileError when it holds fewer or more bytes, and what the stream raises.
    """
    unpacked = np.empty(size, np.uint8)
    start = 0
    while start < size and (count := stream.readinto(unpacked[start:].data)):
        start += count
    if start < size:
        raise too_short(name)
    if len(stream.read(slack + 1)) > slack:
        raise too_long(name)
    return unpacked


class _Unpacked(RawIOBase):
    """What the members of a gzip hold, one after the other; zeros that pad its end are let pass.

    Python's own reader takes the text in a member's header byte by byte, and any number of empty members: a file of a
    few megabytes could hold a processor for minutes.
    """

    def __init__(self, data: bytes, start: int) -> None:
        self._packed = memoryview(data)[start:]
        self._at = 0
        self._members = 0
        self._inflate = zlib.decompressobj(wbits=31)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._inflate.eof or self._next():
            packed = self._packed[self._at : self._at + _CHUNK]
            unpacked = self._inflate.decompress(packed, min(len(buffer), _PIECE))
            self._at += len(packed) - len(self._inflate.unconsumed_tail) - len(self._inflate.unused_data)
            if unpacked:
                buffer[: len(unpacked)] = unpacked
                return len(unpacked)
            if not len(packed) and not self._inflate.eof:
                raise EOFError("The gzip ends before its checksum.")
        return 0

    def _next(self) -> bool:
        """Whether another member follows; it is begun."""
        while len(packed := self._packed[self._at : self._at + _CHUNK]):
            zeros = len(packed) - len(bytes(packed).lstrip(b"\0"))
            self._at += zeros
            if zeros < len(packed):
                break
        else:
            return False
        self._members += 1
        if self._members > _MEMBERS:
            raise EOFError("The gzip has more members than a scan needs.")
        self._inflate = zlib.decompressobj(wbits=31)
        return True


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
