"""A study in a small picture, for lists: the slice with most of what was found, and not a word in it."""

import io

from app.decision.opening import opening_slice
from app.decision.reading import Reading
from app.exports.slice_frame import frame_of
from app.exports.slice_picture import paint_mask

SIDE = 192
"""Pixels of a side: lists show it half as large, sharp on fine screens too."""
THICK = 2.5
"""Lines are so many times as wide as in a large picture, or they would not be seen."""


def small_png(reading: Reading) -> bytes:
    """The slice with most of the mask, in the sequence on screen, `SIDE` pixels wide, as PNG without metadata.

    Where nothing is marked, the one with most of the reference, or else the middle one.
    """
    index = opening_slice(reading.study, reading.result, reading.threshold)
    frame = frame_of(reading, reading.sequence, SIDE, THICK)
    picture = frame.picture(reading.study.images[reading.sequence][index])
    paint_mask(picture, frame, reading, index)
    packed = io.BytesIO()
    picture.save(packed, "PNG")
    return packed.getvalue()
