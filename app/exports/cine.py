"""The whole volume as an animation: slice by slice from the feet, each with its mask and outlines."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops
from scipy import ndimage

from app import NOTICE
from app.decision import palette
from app.decision.palette import Rgb, rgb
from app.decision.reading import Reading
from app.decision.window import head_floor
from app.exports.animation import animated_gif, greys
from app.exports.slice_frame import Frame, frame_of
from app.exports.slice_picture import FILL_ALPHA
from app.exports.slice_words import write_sides
from app.exports.strokes import fitting, font, write
from app.study import CLASS_LABELS

SIZE = 400
"""Pixels of a side of the square with the slice."""
LETTERS = 1.6
"""Times as large as in a picture of that size."""
GREYS, SHADES = 118, 44
"""Of the 256 colours of an animation: greys, and shades of each of three classes; the others are the outlines."""
_TUMOUR, _REFERENCE = GREYS + SHADES * len(CLASS_LABELS), GREYS + SHADES * len(CLASS_LABELS) + 1
_PALE: Rgb = (201, 201, 201)
_CAPTION = 42
"""Pixels below the slice."""
_PLACE = 120
"""Pixels of a line that are left for the number of the slice."""


def cine_gif(reading: Reading) -> bytes:
    """All slices in which the sequence on screen shows some of the head, or something is marked, as an animated GIF.

    Red runs just inside the edge of the mask, green just outside that of the reference; inside are the colours of the
    classes.
    """
    frame = frame_of(reading, reading.sequence, SIZE, LETTERS)
    image = reading.study.images[reading.sequence]
    shown = (image > head_floor(image)).any(axis=(1, 2)) | reading.result.mask(reading.threshold).any(axis=(1, 2))
    if reading.study.reference is not None:
        shown |= reading.study.reference.any(axis=(1, 2))
    return animated_gif(_frames(reading, frame, np.flatnonzero(shown).tolist()), colour_table())


def colour_table() -> list[Rgb]:
    """Greys, the shades of each class over grey, tumour, reference."""
    fills = [np.array(rgb(colour)) for _, colour in palette.CLASSES.values()]
    shades = [
        tuple(np.rint(fill * FILL_ALPHA + grey * (1 - FILL_ALPHA)).astype(int).tolist())
        for fill in fills
        for grey in np.linspace(0, 255, SHADES)
    ]
    return [*greys(GREYS), *shades, rgb(palette.TUMOUR), rgb(palette.REFERENCE)]


def _frames(reading: Reading, frame: Frame, indices: list[int]) -> Iterator[NDArray[np.uint8]]:
    mask, reference, classes = reading.result.mask(reading.threshold), reading.study.reference, reading.result.classes
    words = _words(reading, frame)
    for index in indices:
        picture = words.copy()
        picture.paste(frame.picture(reading.study.images[reading.sequence][index]))
        picture = ImageChops.lighter(picture, words)
        place = f"slice {index + 1} of {reading.study.shape[0]}"
        write(picture, (frame.size - 8, frame.size + 11), place, _PALE, 13, anchor="rm")
        grey = np.asarray(picture.convert("L"))
        colours = _shade(grey, GREYS)
        inside = frame.enlarged(mask[index], colours.shape)
        if classes is not None:
            likeliest = frame.enlarged(classes[index], colours.shape)
            for number, label in enumerate(CLASS_LABELS):
                part = inside & (likeliest == label)
                colours[part] = GREYS + SHADES * number + _shade(grey[part], SHADES)
        if reference is not None:
            real = frame.enlarged(reference[index] != 0, colours.shape)
            colours[ndimage.binary_dilation(real) & ~real] = _REFERENCE
        colours[inside & ~ndimage.binary_erosion(inside, border_value=1)] = _TUMOUR
        yield colours


def _words(reading: Reading, frame: Frame) -> Image.Image:
    """What is the same in all frames, on black: letters of the sides, and the caption without the slice."""
    picture = Image.new("RGB", (frame.size, frame.size))
    write_sides(picture, frame, reading.study)
    whole = Image.new("RGB", (frame.size, frame.size + _CAPTION))
    whole.paste(picture)
    facts = f"  ·  {reading.sequence}  ·  threshold {reading.threshold:.3f}"
    name = fitting(reading.study.name, frame.size - _PLACE - font(13).getlength(facts), 13)
    write(whole, (8, frame.size + 11), name + facts, _PALE, 13)
    write(whole, (8, frame.size + 30), NOTICE, _PALE, 12)
    return whole


def _shade(grey: NDArray[np.uint8], count: int) -> NDArray[np.uint8]:
    """Greys 0 to 255 as the numbers of so many even steps."""
    step: NDArray[np.uint8] = np.rint(grey * ((count - 1) / 255)).astype(np.uint8)
    return step
