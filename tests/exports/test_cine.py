"""The animation of a volume, opened by Pillow and imageio."""

import io
from dataclasses import replace

import imageio.v3
import numpy as np
from made_readings import SHAPE, reading_of, study
from PIL import Image

from app.decision import palette
from app.decision.palette import rgb
from app.exports.cine import GREYS, LETTERS, SHADES, SIZE, cine_gif, colour_table
from app.exports.slice_frame import Frame, frame_of
from app.study import Probability, Sequence


def frame(reading) -> Frame:
    return frame_of(reading, Sequence.FLAIR, SIZE, LETTERS)


def at(picture: np.ndarray, shown: Frame, row: float, column: float) -> list[int]:
    x, y = shown.pixels(np.array([[row, column]]))[0].astype(int)
    return picture[y, x].tolist()


def test_there_is_a_frame_for_each_slice_that_shows_some_head() -> None:
    data = cine_gif(reading_of(study()))
    with Image.open(io.BytesIO(data)) as opened:
        assert (opened.format, opened.n_frames, opened.info["loop"]) == ("GIF", SHAPE[0] - 2, 0)
        assert opened.width == SIZE and opened.height > SIZE
    assert cine_gif(reading_of(study())) == data


def test_a_slice_with_a_mark_but_without_head_is_shown() -> None:
    scanned = study()
    levels = np.zeros(SHAPE, np.uint8)
    levels[0, 5, 5] = 200
    data = cine_gif(replace(reading_of(scanned), result=Probability(levels, scanned.sha256, "c")))
    with Image.open(io.BytesIO(data)) as opened:
        assert opened.n_frames == SHAPE[0] - 1


def test_classes_outline_and_reference_lie_where_they_should() -> None:
    reading = reading_of(study(labelled=True))
    frames = imageio.v3.imread(cine_gif(reading), extension=".gif", index=None)
    plain = imageio.v3.imread(cine_gif(reading_of(study(), threshold=1)), extension=".gif", index=None)
    shown = frame(reading)
    picture, under = frames[2], plain[2]  # slice 3, as slice 0 shows no head
    for row, column, label in ((14.5, 15, 2), (9, 13, 4), (10, 14, 1)):
        expected = np.array(rgb(palette.CLASSES[label][1])) * 0.4 + at(under, shown, row, column)[0] * 0.6
        np.testing.assert_allclose(at(picture, shown, row, column), expected, atol=6)
    np.testing.assert_allclose(at(picture, shown, 22, 15), at(under, shown, 22, 15))
    red = np.argwhere((picture[:SIZE] == rgb(palette.TUMOUR)).all(axis=2))
    green = np.argwhere((picture[:SIZE] == rgb(palette.REFERENCE)).all(axis=2))
    first, last = shown.pixels(np.array([[5.5, 11.5], [16.5, 17.5]]))  # x and y of the tumour's edges
    np.testing.assert_allclose(red.min(axis=0), first[::-1], atol=1.5)
    np.testing.assert_allclose(red.max(axis=0), last[::-1], atol=1.5)
    np.testing.assert_allclose(green[:, 1].min(), first[0] - shown.column_pixels, atol=1.5)


def test_without_classes_there_is_the_outline_alone() -> None:
    frames = imageio.v3.imread(cine_gif(reading_of(study(), classed=False)), extension=".gif", index=None)
    coloured = frames[2][np.ptp(frames[2], axis=2) > 0]
    assert {tuple(colour) for colour in coloured.tolist()} == {rgb(palette.TUMOUR)}


def test_the_colours_fit_into_a_table() -> None:
    table = colour_table()
    assert len(table) == GREYS + 3 * SHADES + 2 <= 256
    assert table[0] == (0, 0, 0) and table[GREYS - 1] == (255, 255, 255)
    assert table[-2:] == [rgb(palette.TUMOUR), rgb(palette.REFERENCE)]


def test_the_caption_counts_the_slices() -> None:
    frames = imageio.v3.imread(cine_gif(reading_of(study("x" * 500))), extension=".gif", index=None)
    assert not np.array_equal(frames[0][SIZE:], frames[1][SIZE:])
    assert np.array_equal(frames[0][SIZE + 20 :], frames[1][SIZE + 20 :])  # the notice
    assert frames[0][SIZE + 20 :].max() > 150
