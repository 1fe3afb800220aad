"""How DICOM content starts (PS3.10 section 7.1), told without the DICOM library, which takes long to load."""

from struct import unpack_from

START_BYTES = 1024
"""Bytes of a file that are enough to tell."""
_LONG = frozenset((b"OB", b"OW", b"OF", b"OD", b"OL", b"OV", b"SQ", b"UC", b"UR", b"UT", b"UN", b"SV", b"UV"))
"""Value representations whose length is kept in four bytes after two empty ones."""
_SHORT = frozenset((b"AE", b"CS", b"DA", b"DT", b"LO", b"PN", b"SH", b"ST", b"TM", b"UI", b"UL", b"US"))
_GROUPS = (0x0002, 0x0008)
"""File meta information, and identification: one of them comes first."""
_LONGEST = 512
"""Bytes of a value at the start of a dataset: character set, type of image, identifiers, dates."""


def is_dicom(start: bytes) -> bool:
    """Whether content that starts so, with `START_BYTES` unless it is shorter, is DICOM.

    It is with `DICM` after the preamble of 128 bytes; and without, as old software writes it, when two data elements of
    the first groups follow each other in ascending order, in any of the three encodings.
    """
    return start[128:132] == b"DICM" or any(
        _two_elements(start, order, explicit) for order, explicit in (("<", True), ("<", False), (">", True))
    )


def _two_elements(start: bytes, order: str, explicit: bool) -> bool:
    first = _element(start, 0, order, explicit)
    second = first and _element(start, first[1], order, explicit)
    return bool(first and second and first[0] < second[0])


def _element(start: bytes, at: int, order: str, explicit: bool) -> tuple[tuple[int, int], int] | None:
    """The tag of the data element at a byte, and where the next one begins; None when it cannot be one."""
    if len(start) < at + 12:
        return None
    group, element = unpack_from(f"{order}HH", start, at)
    vr = start[at + 4 : at + 6]
    if not explicit:
        head, length = 8, unpack_from(f"{order}I", start, at + 4)[0]
    elif vr in _LONG:
        head, length = 12, unpack_from(f"{order}I", start, at + 8)[0]
    elif vr in _SHORT:
        head, length = 8, unpack_from(f"{order}H", start, at + 6)[0]
    else:
        return None
    if group not in _GROUPS or length > _LONGEST or length % 2:
        return None
    return (group, element), at + head + length
