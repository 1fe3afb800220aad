"""One axial slice as a picture: the mask in its colours, outlines, diameters, and what it takes to read them.

The radiological view, each voxel in its true proportions: the patient's right is on the left.
"""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.decision import palette
from app.decision.measurements import Diameter, Lesion
from app.decision.palette import Rgb, rgb
from app.decision.reading import Reading
from app.exports.slice_frame import Frame, frame_of
from app.exports.slice_words import write_caption, write_legend, write_scale, write_sides
from app.exports.strokes import Points, stroke, write
from app.study import CLASS_LABELS, Sequence, threshold_level

SIZE = 1000
"""Pixels of a side of the square with the slice; the caption comes below it."""
FILL_ALPHA, AGREEMENT_ALPHA = 0.4, 0.5
"""As in the viewer."""
_WHITE: Rgb = (255, 255, 255)


def slice_picture(
    reading: Reading,
    index: int,
    *,
    lesion: Lesion | None = None,
    agreement: bool = False,
    sequence: Sequence | None = None,
    size: int = SIZE,
    caption: bool = True,
    legend: bool = True,
    letters: float = 1.0,
) -> Image.Image:
    """A slice with what was found in it, `size` pixels wide, RGB.

    Args:
        reading: what to draw.
        index: the axial slice, counted from 0.
        lesion: whose diameters to draw, where they lie in this slice; None for those of all lesions.
        agreement: colour hits, misses and false alarms instead of classes, without diameters.
        sequence: which one lies below; None for that of the reading.
        size: pixels of a side of the square with the slice.
        caption: whether lines below say what is shown.
        legend: whether the picture says what its colours mean.
        letters: how many times as large as usual letters are, and lines as wide: for pictures that are shown small.

    Raises:
        ValueError: there is no such slice, or no reference to agree with.
    """
    if not 0 <= index < reading.study.shape[0]:
        raise ValueError(f"A slice is counted from 0 to {reading.study.shape[0] - 1}. Received: {index}")
    if agreement and reading.study.reference is None:
        raise ValueError("Agreement is drawn against a reference. Received: a study without one")
    shown = sequence or reading.sequence
    frame = frame_of(reading, shown, size, letters)
    picture = frame.picture(reading.study.images[shown][index])
    if agreement and reading.study.reference is not None:
        _paint_agreement(picture, frame, reading, reading.study.reference, index)
    else:
        paint_mask(picture, frame, reading, index)
        lesions = reading.measurements.lesions if lesion is None else (lesion,)
        _draw_diameters(picture, frame, index, lesions, numbered=lesion is None and len(lesions) > 1)
    if legend:
        write_legend(picture, frame, reading, agreement=agreement)
    write_sides(picture, frame, reading.study)
    write_scale(picture, frame)
    return write_caption(picture, frame, reading, index, shown) if caption else picture


def slice_png(reading: Reading) -> bytes:
    """The slice and sequence on screen, as PNG."""
    packed = io.BytesIO()
    slice_picture(reading, reading.slice).save(packed, "PNG")
    return packed.getvalue()


def paint_mask(picture: Image.Image, frame: Frame, reading: Reading, index: int) -> None:
    """Colour what is marked in a slice, by class where they are known, and outline it and the reference, in place."""
    levels, level = reading.result.levels[index], threshold_level(reading.threshold)
    inside = levels >= level
    if reading.result.classes is None:
        parts = [(inside, rgb(palette.TUMOUR))]
    else:
        classes = reading.result.classes[index]
        parts = [(inside & (classes == label), rgb(palette.CLASSES[label][1])) for label in CLASS_LABELS]
    frame.fill(picture, parts, FILL_ALPHA)
    unit = frame.unit
    stroke(picture, frame.outlines(levels, level - 0.5), rgb(palette.TUMOUR), 2.2 * unit, rim=0.8 * unit)
    if reading.study.reference is not None:
        outlines = frame.outlines(reading.study.reference[index] != 0, 0.5)
        stroke(picture, outlines, rgb(palette.REFERENCE), 2.2 * unit, dash=9 * unit, rim=0.8 * unit)


def _paint_agreement(
    picture: Image.Image, frame: Frame, reading: Reading, reference: NDArray[np.uint8], index: int
) -> None:
    marked = reading.result.levels[index] >= threshold_level(reading.threshold)
    real = reference[index] != 0
    voxels: dict[str, NDArray[np.bool_]] = {
        "hit": marked & real,
        "missed": ~marked & real,
        "false alarm": marked & ~real,
    }
    parts = [(voxels[name], rgb(colour)) for name, colour in palette.AGREEMENT.items()]
    frame.fill(picture, parts, AGREEMENT_ALPHA)
    for part, colour in parts:
        stroke(picture, frame.outlines(part, 0.5), colour, 1.5 * frame.unit, rim=0.5 * frame.unit)


def _draw_diameters(
    picture: Image.Image, frame: Frame, index: int, lesions: tuple[Lesion, ...], *, numbered: bool
) -> None:
    for lesion in lesions:
        number = f"{lesion.number}: " if numbered else ""
        for diameter, text in ((lesion.longest, number), (lesion.perpendicular, "")):
            if diameter is not None and diameter.slice == index:
                _draw_diameter(picture, frame, diameter, f"{text}{diameter.mm:.1f} mm")


def _draw_diameter(picture: Image.Image, frame: Frame, diameter: Diameter, text: str) -> None:
    ends = frame.pixels(np.array([diameter.start, diameter.end]))
    unit = frame.unit
    stroke(picture, [ends, *_ticks(ends, 5 * unit)], _WHITE, 2 * unit, rim=unit)
    along = ends[np.argmax(ends[:, 0])] - ends[np.argmin(ends[:, 0])]
    beside = ends[np.argmax(ends[:, 0])] + (along / max(float(np.hypot(*along)), 1.0)) * 10 * unit
    write(picture, (float(beside[0]), float(beside[1])), text, _WHITE, 19 * unit)


def _ticks(ends: Points, half: float) -> list[Points]:
    """A short line across each end."""
    along = ends[1] - ends[0]
    across = np.array([-along[1], along[0]]) / max(float(np.hypot(*along)), 1.0) * half
    return [np.stack([end - across, end + across]) for end in ends]
