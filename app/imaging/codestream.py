"""The size that a compressed image gives itself, read before a decoder takes memory for it."""

from struct import unpack_from

JPEG2000 = b"\xff\x4f\xff\x51"
"""Start of a codestream, and its first segment: SIZ (ISO/IEC 15444-1, A.4.1 and A.5.1)."""
_JPEG = b"\xff\xd8"
_FRAMES = frozenset((*range(0xC0, 0xD0), 0xF7)) - {0xC4, 0xC8, 0xCC}
"""Markers of a frame's header: SOF0 to SOF15 (ITU-T T.81, B.1.1.3), and that of JPEG-LS (ITU-T T.87, C.1.1)."""
_ALONE = frozenset((0x01, *range(0xD0, 0xD9)))
"""Markers without a segment."""


def coded_size(stream: bytes) -> tuple[int, int] | None:
    """`(rows, columns)` of a JPEG, JPEG-LS or JPEG 2000 image; None where it does not say, or is something else.

    Raises struct.error when it is cut off.
    """
    start = stream.find(JPEG2000, 0, 1024)
    if start >= 0:
        columns, rows, left, top = unpack_from(">4I", stream, start + 8)
        return rows - top, columns - left
    return _jpeg_size(stream) if stream.startswith(_JPEG) else None


def _jpeg_size(stream: bytes) -> tuple[int, int] | None:
    at = len(_JPEG)
    while at + 4 <= len(stream):
        if stream[at] != 0xFF:
            return None
        marker = stream[at + 1]
        if marker in _FRAMES:
            rows, columns = unpack_from(">HH", stream, at + 5)
            return rows, columns
        if marker == 0xFF:  # fill bytes may stand before a marker
            at += 1
        elif marker in _ALONE:
            at += 2
        else:
            at += 2 + unpack_from(">H", stream, at + 2)[0]
    return None
