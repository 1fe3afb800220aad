"""How many pieces a picture may be made of, checked before a decoder walks through them.

A decoder does as the file says: ten million strips of one pixel, ten thousand passes over one picture, or as many
empty comments as fit into the file take minutes.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from app.errors import UnreadableFileError
from app.imaging.limits import MIB

MAX_SCANS = 256
"""Passes over a progressive JPG; those in use have about ten. The marker may stand in a few places by chance."""
MAX_PIECES = 2**16
"""Chunks of a PNG, and segments of a JPG before its pixels; a PNG that is as large as allowed has half as many."""
MAX_NUMBERS = 2**18
"""Numbers in one entry of a TIFF directory: strips of 4,096 rows, or a palette of 3 x 65,536."""
MAX_ENTRIES = 2**20
"""Entries in all directories of a TIFF; a page has about twenty."""
_PNG, _JPG, _SCAN = b"\x89PNG\r\n\x1a\n", b"\xff\xd8", b"\xff\xda"
_NO_SEGMENTS = frozenset((0x00, 0x01, 0xC8, *range(0xD0, 0xDA), *range(0xF0, 0xFE), 0xFF))
"""What stands behind 255 without a segment, or is taken so by the decoder."""
_BYTES = {1: 1, 2: 1, 6: 1, 7: 1, 3: 2, 8: 2, 4: 4, 9: 4, 11: 4, 13: 4, 5: 8, 10: 8, 12: 8, 16: 8, 17: 8, 18: 8}
"""Bytes of a value by its type (TIFF 6.0, section 2; BigTIFF adds 16 to 18)."""
_TEXT = (1, 2, 7)
"""Types whose values are taken as they stand, however many."""


@dataclass(frozen=True)
class _Layout:
    """How a kind of TIFF writes where its first directory is, its number of entries, an entry and the next place."""

    first: int
    count: struct.Struct
    entry: struct.Struct
    place: struct.Struct


_LAYOUTS: Final = {
    magic: _Layout(first, *(struct.Struct(magic_order + form) for form in forms))
    for magic, magic_order, first, forms in (
        (b"II*\0", "<", 4, ("H", "HHII", "I")),
        (b"MM\0*", ">", 4, ("H", "HHII", "I")),
        (b"II+\0", "<", 8, ("Q", "HHQQ", "Q")),
        (b"MM\0+", ">", 8, ("Q", "HHQQ", "Q")),
    )
}


def check_structure(name: str, data: bytes) -> None:
    """Check a picture before it is decoded; a damaged one is left to the decoder.

    Raises UnreadableFileError when decoding would take far more than the pixels do.
    """
    if data.startswith(_JPG) and (scans := data.count(_SCAN)) > MAX_SCANS:
        raise UnreadableFileError(f"{name} is drawn in {scans:,} scans, and no picture needs so many. Save it anew.")
    if data.startswith(_JPG):
        _count(name, _jpg_segments(data))
    if data.startswith(_PNG):
        _count(name, _png_chunks(data))
    if layout := _LAYOUTS.get(data[:4]):
        try:
            _walk(name, data, layout)
        except (struct.error, OverflowError):
            return  # it points beyond its end


def _count(name: str, pieces: Iterator[int]) -> None:
    for _ in islice(pieces, MAX_PIECES, None):
        raise UnreadableFileError(f"{name} is made of more than {MAX_PIECES:,} pieces. Save it anew.")


def _png_chunks(data: bytes) -> Iterator[int]:
    """Where each chunk of a PNG begins."""
    at = len(_PNG)
    while at + 12 <= len(data):
        yield at
        at += 12 + int.from_bytes(data[at : at + 4])


def _jpg_segments(data: bytes) -> Iterator[int]:
    """Where each segment of a JPG begins, up to its pixels; and each byte that is part of none."""
    at = len(_JPG)
    while at + 4 <= len(data) and data[at : at + 2] != _SCAN:
        yield at
        marked = data[at] == 0xFF and data[at + 1] not in _NO_SEGMENTS
        at += 2 + int.from_bytes(data[at + 2 : at + 4]) if marked else 1


def _walk(name: str, data: bytes, layout: _Layout) -> None:
    """Go from directory to directory, as far as the chain goes without meeting itself."""
    seen: set[int] = set()
    entries = 0
    room = 4 * len(data) + MIB  # pages may share what they say of themselves
    at: int = layout.place.unpack_from(data, layout.first)[0]
    while at and at not in seen:
        seen.add(at)
        count: int = layout.count.unpack_from(data, at)[0]
        entries += count
        if entries > MAX_ENTRIES:
            raise _damaged(name)
        first = at + layout.count.size
        end = first + count * layout.entry.size
        for _, kind, numbers, place in layout.entry.iter_unpack(data[first:end]):
            size = numbers * _BYTES.get(kind, 0)
            room -= min(size, max(len(data) - place, 0))
            if room < 0 or (numbers > MAX_NUMBERS and kind not in _TEXT):
                raise _damaged(name)
        at = layout.place.unpack_from(data, end)[0]


def _damaged(name: str) -> UnreadableFileError:
    return UnreadableFileError(f"{name} is a TIFF whose directory counts more than its pixels need. Save it anew.")
