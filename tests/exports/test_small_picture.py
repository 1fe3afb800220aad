"""The small picture of a study, for lists."""

import io
from dataclasses import replace

import numpy as np
from made_readings import reading_of, study
from PIL import Image

from app.decision import palette
from app.decision.palette import rgb
from app.exports.slice_frame import MARGIN
from app.exports.small_picture import SIDE, small_png
from app.study import Probability


def opened(content: bytes) -> np.ndarray:
    picture = Image.open(io.BytesIO(content))
    assert (picture.format, picture.mode, picture.size, picture.info) == ("PNG", "RGB", (SIDE, SIDE), {})
    return np.asarray(picture).astype(int)


def coloured(pixels: np.ndarray) -> np.ndarray:
    """Where a pixel is not grey."""
    return pixels.max(axis=2) - pixels.min(axis=2) > 30


def test_the_slice_with_most_is_shown_with_its_outline_and_no_words_around_the_head() -> None:
    """At 0.7 two voxels deep are marked, rows 8 to 13 of 3 to 26 and columns 13 to 15 of 3 to 20."""
    pixels = opened(small_png(reading_of(study(), threshold=0.7)))
    rows, columns = (np.flatnonzero(coloured(pixels).any(axis=axis)) for axis in (1, 0))
    assert rows[0] > SIDE * 0.2 and rows[-1] < SIDE * 0.55 and columns[0] > SIDE * 0.5 and columns[-1] < SIDE * 0.8
    tumour = np.abs(pixels - rgb(palette.TUMOUR)).sum(axis=2) < 60
    assert tumour.sum() > 20
    edge = int(SIDE * MARGIN) - 1
    assert not np.concatenate([pixels[:edge].ravel(), pixels[-edge:].ravel()]).any()


def test_where_nothing_is_marked_the_middle_is_shown() -> None:
    reading = reading_of(study(spacing=None), threshold=1.0)
    empty = Probability(np.zeros_like(reading.result.levels), reading.study.sha256, reading.card.sha256, None)
    pixels = opened(small_png(replace(reading, result=empty)))
    assert not coloured(pixels).any() and pixels.max() > 100


def test_the_same_reading_gives_the_same_bytes() -> None:
    assert small_png(reading_of(study())) == small_png(reading_of(study()))
