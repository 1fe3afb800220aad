"""What stands around a slice: legend, letters of the sides, scale bar, caption."""

import numpy as np
from PIL import Image, ImageDraw

from app import NOTICE
from app.decision import palette
from app.decision.palette import Rgb, rgb
from app.decision.reading import Reading
from app.exports.slice_frame import Frame
from app.exports.strokes import fitting, font, stroke, write
from app.study import Sequence, Study

_PALE: Rgb = (201, 212, 227)
_SIDES: Rgb = (143, 184, 238)
_WHITE: Rgb = (255, 255, 255)
_GROUND: Rgb = (5, 7, 10)
_BARS = (1, 2, 5, 10, 20, 25, 50, 100)
"""Lengths in mm that a scale bar may have."""
_BAR = 0.22
"""Share of the picture that it takes at most."""
_LINE = 28
"""Pixels of a line of the caption in a picture 1000 wide, as all sizes here."""


def write_legend(picture: Image.Image, frame: Frame, reading: Reading, *, agreement: bool) -> None:
    """What each colour means, in the upper left corner."""
    unit = frame.unit
    if agreement:
        entries = list(palette.AGREEMENT.items())
    else:
        classes = [] if reading.result.classes is None else list(palette.CLASSES.values())
        entries = [("tumour", palette.TUMOUR), *classes]
    for row, (name, colour) in enumerate(entries):
        middle = (24 + 27 * row) * unit
        box = [14 * unit, middle - 7 * unit, 34 * unit, middle + 7 * unit]
        ImageDraw.Draw(picture).rectangle(box, rgb(colour))
        write(picture, (44 * unit, middle), name, _PALE, 19 * unit)
    if reading.study.reference is not None and not agreement:
        middle = (24 + 27 * len(entries)) * unit
        swatch = np.array([[14.0, 0], [34.0, 0]]) * unit + (0, middle)
        stroke(picture, [swatch], rgb(palette.REFERENCE), 3 * unit, dash=7.5 * unit)
        write(picture, (44 * unit, middle), "reference", _PALE, 19 * unit)


def write_sides(picture: Image.Image, frame: Frame, study: Study) -> None:
    """R, L, A and P at the edges, where the file says where they are."""
    if study.source.affine is None:
        return
    end, unit = picture.width, frame.unit
    edge = 20 * unit
    for letter, at in (
        ("R", (edge, end / 2)),
        ("L", (end - edge, end / 2)),
        ("A", (end / 2, edge)),
        ("P", (end / 2, end - edge)),
    ):
        write(picture, at, letter, _SIDES, 26 * unit, anchor="mm")


def write_scale(picture: Image.Image, frame: Frame) -> None:
    """A bar as long as some round number of mm, in the lower right corner, where the spacing is known."""
    if frame.pixels_per_mm is None:
        return
    millimetres = bar_length(frame.pixels_per_mm, _BAR * picture.width)
    unit = frame.unit
    right, low = picture.width - 22 * unit, picture.height - 22 * unit
    length = millimetres * frame.pixels_per_mm
    stroke(picture, [np.array([[right - length, low], [right, low]])], _WHITE, 4 * unit)
    write(picture, (right - length / 2, low - 20 * unit), f"{millimetres} mm", _WHITE, 19 * unit, anchor="mm")


def bar_length(pixels_per_mm: float, most: float) -> int:
    """The longest round number of mm that is at most so many pixels long; 1 where all are longer."""
    return max((mm for mm in _BARS if mm * pixels_per_mm <= most), default=_BARS[0])


def write_caption(picture: Image.Image, frame: Frame, reading: Reading, index: int, sequence: Sequence) -> Image.Image:
    """The picture over lines that say what is shown."""
    unit = frame.unit
    slices = reading.study.shape[0]
    place = [f"slice {index + 1} of {slices}"] if slices > 1 else []
    facts = "  ·  ".join([*place, sequence.value, f"threshold {reading.threshold:.3f}"])
    size, width = 19 * unit, picture.width - 28 * unit
    name = fitting(reading.study.name, width - font(size).getlength(f"  ·  {facts}"), size)
    lines = [f"{name}  ·  {facts}", NOTICE]
    whole = Image.new("RGB", (picture.width, picture.height + round(_LINE * (len(lines) + 0.6) * unit)), _GROUND)
    whole.paste(picture)
    for row, line in enumerate(lines):
        at = 14 * unit, picture.height + _LINE * (row + 0.8) * unit
        write(whole, at, line, _PALE, size if row == 0 else 0.8 * size)
    return whole
