"""The ways in which formats other than NIfTI pack their voxels, each read no further than the header promises."""

import bz2
import zlib
from io import BufferedIOBase, BufferedReader, BytesIO, RawIOBase
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.errors import LimitError, UnreadableFileError
from app.imaging import gzipped
from app.imaging.gzipped import fill, too_long, too_short
from app.imaging.limits import MIB

Packing: TypeAlias = Literal["raw", "gzip", "zlib", "bzip2", "text"]
TEXT_BYTES = 32 * MIB
"""Voxels written as text, at most; that takes seconds to read."""
_BZIP2_RATIO = 1_200_000
"""bzip2 packs at most 45,899,235 equal bytes into a block of 41 (bzip2 manual, sourceware.org/bzip2)."""
_CHUNK = 16 * 1024
_PIECE = 1024 * 1024
_STREAMS = 65536
"""Streams that one bzip2 file may string together; those that pack on several processors make one for each 900 kB."""
_LONGEST = 400
"""Characters of one number in a text; the longest that a double needs has 327."""


def unpack(name: str, packing: Packing, data: bytes, start: int, size: int, slack: int) -> NDArray[np.uint8]:
    """The `size` bytes that `data` holds from `start` on, which may go on for `slack` bytes more.

    Of text the numbers are returned as the bytes of float32.
    Raises UnreadableFileError when the content is damaged, or holds fewer or more bytes, and LimitError when a text is
    too long.
    """
    match packing:
        case "raw":
            return _raw(name, data, start, size, slack)
        case "gzip":
            return gzipped.unpack(name, data, size, slack, start)
        case "zlib":
            if size > gzipped.MAX_RATIO * len(data):
                raise too_short(name)
            return _unpacked(name, "zlib", BufferedReader(_ZlibFile(data, start)), size, slack)
        case "bzip2":
            if size > _BZIP2_RATIO * len(data):
                raise too_short(name)
            return _unpacked(name, "bzip2", BufferedReader(_Bzip2File(data, start)), size, slack)
        case "text":
            return _numbers(name, data, start, size // 4).view(np.uint8)


def _raw(name: str, data: bytes, start: int, size: int, slack: int) -> NDArray[np.uint8]:
    if len(data) - start < size:
        raise too_short(name)
    if len(data) - start > size + slack:
        raise too_long(name)
    return np.frombuffer(data, np.uint8, size, start)


def _unpacked(name: str, packing: str, stream: BufferedIOBase, size: int, slack: int) -> NDArray[np.uint8]:
    with stream:
        try:
            return fill(name, stream, size, slack)
        except (OSError, EOFError, ValueError, zlib.error) as e:
            raise UnreadableFileError(
                f"{name} is damaged: its {packing} compression is cut off or altered. Copy it again."
            ) from e


class _ZlibFile(RawIOBase):
    """A zlib stream (RFC 1950) as a file; the checksum at its end is tested."""

    def __init__(self, data: bytes, start: int) -> None:
        self._packed = _at(data, start)
        self._inflate = zlib.decompressobj()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._inflate.eof:
            packed = self._inflate.unconsumed_tail or self._packed.read(_CHUNK)
            if unpacked := self._inflate.decompress(packed, min(len(buffer), _PIECE)):
                buffer[: len(unpacked)] = unpacked
                return len(unpacked)
            if not packed:
                raise EOFError("The stream ends before its checksum.")
        return 0


class _Bzip2File(RawIOBase):
    """What the streams of a bzip2 hold, one after the other; Python's own reader takes any number of empty ones."""

    def __init__(self, data: bytes, start: int) -> None:
        self._packed = _at(data, start)
        self._streams = 1
        self._decompressor = bz2.BZ2Decompressor()
        self._pending = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._decompressor.eof or self._next():
            packed = self._pending
            if self._decompressor.needs_input and not packed and not (packed := self._packed.read(_CHUNK)):
                raise EOFError("The stream ends before its checksum.")
            self._pending = b""
            if unpacked := self._decompressor.decompress(packed, min(len(buffer), _PIECE)):
                buffer[: len(unpacked)] = unpacked
                return len(unpacked)
        return 0

    def _next(self) -> bool:
        """Whether another stream follows; it is begun."""
        self._pending = self._decompressor.unused_data or self._packed.read(_CHUNK)
        if not self._pending:
            return False
        self._streams += 1
        if self._streams > _STREAMS:
            raise ValueError("The file has more streams than a scan needs.")
        self._decompressor = bz2.BZ2Decompressor()
        return True


def _numbers(name: str, data: bytes, start: int, count: int) -> NDArray[np.float32]:
    """`count` numbers that stand in a text, with blanks between them."""
    if len(data) - start > TEXT_BYTES:
        raise LimitError(
            f"{name} holds its voxels as more than {TEXT_BYTES // MIB} MiB of text. Save it as raw or gzip."
        )
    if 2 * count - 1 > len(data) - start:
        raise too_short(name)
    numbers = np.empty(count, np.float32)
    text, done, rest = _at(data, start), 0, b""
    while chunk := text.read(_CHUNK):
        words = (rest + chunk).split()
        rest = b"" if chunk[-1:].isspace() else words.pop()
        done = _put(name, words, numbers, done)
        if len(rest) > _LONGEST:
            raise _no_number(name)
    if _put(name, [rest] if rest else [], numbers, done) < count:
        raise too_short(name)
    return numbers


def _put(name: str, words: list[bytes], numbers: NDArray[np.float32], done: int) -> int:
    """Put the numbers that the words are behind those that are done; the count of those that are done then."""
    if done + len(words) > len(numbers):
        raise too_long(name)
    try:
        with np.errstate(over="ignore"):
            numbers[done : done + len(words)] = np.fromiter(map(float, words), np.float64, len(words))
    except ValueError as e:
        raise _no_number(name) from e
    return done + len(words)


def _no_number(name: str) -> UnreadableFileError:
    return UnreadableFileError(
        f"{name} is damaged: among the numbers of its voxels stands something else. Copy it again."
    )


def _at(data: bytes, start: int) -> BytesIO:
    """A file over the bytes, which are not copied."""
    stream = BytesIO(data)
    stream.seek(start)
    return stream
