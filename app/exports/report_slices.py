"""Which slices a report shows, and why."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from app.decision import palette
from app.decision.measurements import Lesion
from app.decision.opening import opening_slice
from app.decision.reading import Reading
from app.exports.report_parts import Picture
from app.exports.slice_picture import slice_picture

MOST_LESIONS = 4
"""Of the largest, each with a slice of its own."""
PIXELS = 800
"""A side of a picture: 76 mm at 267 dots an inch."""
LETTERS = 1.5
"""How many times as large as usual the letters in a picture are: 6 points at that size."""


@dataclass(frozen=True)
class Key:
    """A slice worth showing."""

    index: int
    """Counted from 0."""
    why: tuple[str, ...]
    lesion: int | None = None
    """The number of the lesion whose diameters are drawn; of the first that the slice is shown for."""
    agreement: bool = False
    """Whether it shows what the reference makes of the mask, in place of the tumour classes."""


def key_slices(reading: Reading) -> tuple[Key, ...]:
    """Most tumour; each of the largest lesions where it is widest; the worst disagreement with a reference.

    A slice that is two of these is shown once, but for the disagreement, which looks different. Where nothing is
    marked: the slice in which the study is opened.
    """
    mask = reading.result.mask(reading.threshold)
    largest = reading.measurements.lesions[:MOST_LESIONS]
    keys = [Key(measured_slice(lesion), (f"lesion {lesion.number}",), lesion.number) for lesion in largest]
    if mask.any():
        keys.insert(0, Key(int(np.count_nonzero(mask, axis=(1, 2)).argmax()), ("most tumour",)))
    else:
        opening = opening_slice(reading.study, reading.result, reading.card.threshold)
        keys.insert(0, Key(opening, ("nothing is marked in any slice",)))
    worst = _worst_slice(mask, reading.study.reference)
    if worst is not None:
        keys.append(Key(worst, ("worst disagreement with the reference",), agreement=True))
    return _joined(keys)


def pictures_of(reading: Reading) -> tuple[Picture, ...]:
    """The key slices, drawn on the study's first sequence, whichever is on screen: page and command line agree."""
    reading = replace(reading, sequence=reading.study.sequences[0])
    slices = reading.study.shape[0]
    pictures = []
    for key in key_slices(reading):
        lesion = None if key.lesion is None else reading.measurements.lesions[key.lesion - 1]
        image = slice_picture(
            reading,
            key.index,
            lesion=lesion,
            agreement=key.agreement,
            size=PIXELS,
            caption=False,
            legend=False,
            letters=LETTERS,
        )
        why = ", ".join(key.why)
        pictures.append(Picture(image, f"{why[0].upper()}{why[1:]}: slice {key.index + 1} of {slices}"))
    return tuple(pictures)


def legend_of(reading: Reading) -> tuple[tuple[str, str], ...]:
    """What the colours of the pictures mean."""
    marked = reading.result.mask(reading.threshold).any()
    entries = [("outline of the mask", palette.TUMOUR), *palette.CLASSES.values()] if marked else []
    if reading.study.reference is not None:
        entries += [("outline of the reference", palette.REFERENCE), *palette.AGREEMENT.items()]
    return tuple(entries)


def measured_slice(lesion: Lesion) -> int:
    """Where its diameters lie; where there are none, the slice with most of it."""
    return lesion.largest_slice if lesion.longest is None else lesion.longest.slice


def _worst_slice(mask: NDArray[np.bool_], reference: NDArray[np.uint8] | None) -> int | None:
    """The slice with most false negatives and false positives together; None without any."""
    if reference is None:
        return None
    wrong = np.count_nonzero(mask != (reference != 0), axis=(1, 2))
    return int(wrong.argmax()) if wrong.any() else None


def _joined(keys: list[Key]) -> tuple[Key, ...]:
    """One of each slice and kind, with all that it is shown for and the first lesion of it."""
    joined: dict[tuple[int, bool], Key] = {}
    for key in keys:
        same = joined.get((key.index, key.agreement))
        if same is not None:
            key = replace(same, why=same.why + key.why, lesion=key.lesion if same.lesion is None else same.lesion)
        joined[key.index, key.agreement] = key
    return tuple(joined.values())
