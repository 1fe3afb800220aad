"""One slice as a picture: what is painted where, and what stands around it."""

import io
from dataclasses import replace

import numpy as np
import pytest
from made_readings import SHAPE, image, reading_of, study
from PIL import Image

from app.decision import palette
from app.decision.palette import rgb
from app.decision.reading import Reading
from app.exports.slice_frame import MARGIN, Frame, frame_of
from app.exports.slice_picture import SIZE, slice_picture, slice_png
from app.exports.slice_words import bar_length
from app.study import Probability, Sequence

SLICE = 3
FLAIR = Sequence.FLAIR


def frame(reading: Reading) -> Frame:
    return frame_of(reading, FLAIR, SIZE)


def drawn(reading: Reading, index: int = SLICE, **options: bool) -> np.ndarray:
    return np.asarray(slice_picture(reading, index, **options)).astype(int)


def pixel(picture: np.ndarray, reading: Reading, row: float, column: float) -> np.ndarray:
    x, y = frame(reading).pixels(np.array([[row, column]]))[0].astype(int)
    return picture[y, x]


def blend(grey: float, colour: str, alpha: float) -> np.ndarray:
    return np.array(rgb(colour)) * alpha + grey * (1 - alpha)


def near(picture: np.ndarray, colour: str, tolerance: int = 12) -> np.ndarray:
    return (np.abs(picture - np.array(rgb(colour))) <= tolerance).all(axis=2)


def test_the_head_fills_the_square_in_true_proportions() -> None:
    reading = reading_of(study())
    shown = frame(reading)
    # The head has 24 rows of 1 mm and 18 columns of 1.5 mm, and two voxels more on each side.
    assert (shown.top, shown.left, shown.rows, shown.columns) == (1, 1, 28, 22)
    assert shown.column_pixels == pytest.approx(1.5 * shown.row_pixels)
    assert shown.columns * shown.column_pixels == pytest.approx(SIZE * (1 - 2 * MARGIN))
    assert shown.pixels_per_mm == pytest.approx(shown.row_pixels)
    corners = shown.pixels(np.array([[0.5, 0.5], [28.5, 22.5]]))
    assert corners.mean(axis=0) == pytest.approx([SIZE / 2, SIZE / 2], abs=1)


def test_grey_is_the_window_and_lies_row_by_row() -> None:
    reading = reading_of(study(), threshold=1)
    picture = drawn(reading)
    front, back = pixel(picture, reading, 4, 5), pixel(picture, reading, 25, 5)
    assert (front == front[0]).all() and (back == back[0]).all()
    assert front[0] < 30 and back[0] > 225 and pixel(picture, reading, 1, 1).max() == 0


def test_classes_are_filled_and_the_mask_is_outlined() -> None:
    reading = reading_of(study())
    grey = drawn(reading_of(study(), threshold=1))
    picture = drawn(replace(reading, measurements=replace(reading.measurements, lesions=())))
    for row, column, label in ((15, 14, 2), (9, 13, 4), (10, 14, 1)):
        under = pixel(grey, reading, row, column)[0]
        expected = blend(under, palette.CLASSES[label][1], 0.4)
        np.testing.assert_allclose(pixel(picture, reading, row, column), expected, atol=4)
    np.testing.assert_allclose(pixel(picture, reading, 20, 14), pixel(grey, reading, 20, 14), atol=1)
    # Levels fall from 120 to 0 from column 12 to 11, so the level of the threshold lies nearer to 12.
    x, y = frame(reading).pixels(np.array([[10.0, 12 - (120 - 99.5) / 120]]))[0].astype(int)
    assert near(picture, palette.TUMOUR)[y, x - 1 : x + 2].any()
    rows, columns = np.nonzero(near(picture[:SIZE], palette.TUMOUR, 3))
    inside = (columns > 100) | (rows > 100)  # the legend is in the corner
    left, top = frame(reading).pixels(np.array([[5.0, 11.0]]))[0]
    right, bottom = frame(reading).pixels(np.array([[17.0, 18.0]]))[0]
    assert left < columns[inside].min() and columns[inside].max() < right
    assert top < rows[inside].min() and rows[inside].max() < bottom


def test_without_classes_the_tumour_has_one_colour() -> None:
    reading = reading_of(study(), classed=False)
    picture = drawn(reading)
    under = pixel(drawn(reading_of(study(), threshold=1)), reading, 9, 16)[0]
    np.testing.assert_allclose(pixel(picture, reading, 9, 16), blend(under, palette.TUMOUR, 0.4), atol=4)
    for label in (1, 2, 4):
        assert not near(picture, palette.CLASSES[label][1]).any()


def test_the_reference_is_a_dashed_line_where_there_is_one() -> None:
    assert not near(drawn(reading_of(study())), palette.REFERENCE).any()
    reading = reading_of(study(labelled=True))
    green = near(drawn(reading)[:SIZE], palette.REFERENCE)
    x, _ = frame(reading).pixels(np.array([[0.0, 10.5]]))[0].astype(int)  # half way before its first column
    top, bottom = frame(reading).pixels(np.array([[7.0, 0], [15.0, 0]]))[:, 1].astype(int)
    line = green[top:bottom, x - 1 : x + 2].any(axis=1)
    assert 0.4 < line.mean() < 0.8 and np.count_nonzero(np.diff(line.astype(int))) > 10


def test_agreement_shows_hits_misses_and_false_alarms() -> None:
    reading = reading_of(study(labelled=True))
    picture = drawn(reading, agreement=True)
    grey = drawn(reading_of(study(), threshold=1))
    for column, name in ((14, "hit"), (11, "missed"), (17, "false alarm")):
        under = pixel(grey, reading, 14.5, column)[0]
        expected = blend(under, palette.AGREEMENT[name], 0.5)
        np.testing.assert_allclose(pixel(picture, reading, 14.5, column), expected, atol=6)
    with pytest.raises(ValueError, match="study without one"):
        drawn(reading_of(study()), agreement=True)


def test_diameters_of_the_slice_are_drawn_from_end_to_end() -> None:
    reading = reading_of(study())
    (lesion,) = reading.measurements.lesions
    assert lesion.longest is not None
    bare = replace(reading, measurements=replace(reading.measurements, lesions=()))
    changed = drawn(reading, lesion.longest.slice) != drawn(bare, lesion.longest.slice)
    for share in (0.05, 0.3, 0.7, 0.95):
        point = np.array(lesion.longest.start) * (1 - share) + np.array(lesion.longest.end) * share
        assert pixel(changed, reading, *point).all()
    other = next(index for index in range(SHAPE[0]) if index != lesion.longest.slice)
    np.testing.assert_array_equal(drawn(reading, other), drawn(bare, other))


def test_letters_and_bar_stand_only_where_the_file_gives_them() -> None:
    scanned, stacked = reading_of(study(), threshold=1), reading_of(study(spacing=None), threshold=1)
    side, corner = (slice(470, 530), slice(2, 40)), (slice(940, 995), slice(700, 995))
    assert drawn(scanned)[side].max() > 150 and drawn(stacked)[side].max() == 0
    assert drawn(scanned)[corner].max() > 150 and drawn(stacked)[corner].max() == 0
    bar = np.flatnonzero((drawn(scanned)[978, 700:] == 255).all(axis=1))
    assert len(bar) == pytest.approx(bar_length(frame(scanned).row_pixels, 220) * frame(scanned).row_pixels, abs=2)


@pytest.mark.parametrize(("scale", "length"), [(4.3, 50), (4.5, 25), (300, 1), (0.1, 100)])
def test_a_bar_has_a_round_length(scale: float, length: int) -> None:
    assert bar_length(scale, 220) == length


def test_the_caption_says_which_slice_and_can_be_left_out() -> None:
    reading = reading_of(study())
    first, second = drawn(reading, 3), drawn(reading, 4)
    assert first.shape[0] > SIZE and not np.array_equal(first[SIZE:], second[SIZE:])
    assert drawn(reading, 3, caption=False).shape == (SIZE, SIZE, 3)
    named = drawn(reading_of(study("another")))
    assert not np.array_equal(named[SIZE:], first[SIZE:])
    np.testing.assert_array_equal(named[:SIZE], first[:SIZE])


def test_any_name_can_be_written() -> None:
    for name in ("x" * 3000, "a\nb\r\x00\x1b[2J", "山田 \N{BRAIN} \u202edesrever", ""):
        assert drawn(reading_of(study(name))).shape == drawn(reading_of(study())).shape


def test_another_sequence_and_size() -> None:
    scanned = study()
    both = replace(scanned, images={Sequence.FLAIR: image(), Sequence.T2: 300 - image()})
    reading = replace(reading_of(study()), study=both)
    small = slice_picture(reading, SLICE, sequence=Sequence.T2, size=300, caption=False)
    assert small.size == (300, 300)
    assert not np.array_equal(np.asarray(small), np.asarray(slice_picture(reading, SLICE, size=300, caption=False)))


@pytest.mark.parametrize("index", [-1, SHAPE[0]])
def test_a_slice_that_is_not_there(index: int) -> None:
    with pytest.raises(ValueError, match=f"from 0 to 8. Received: {index}"):
        slice_picture(reading_of(study()), index)


def test_the_png_is_the_slice_on_screen() -> None:
    reading = replace(reading_of(study()), slice=4)
    opened = Image.open(io.BytesIO(slice_png(reading)))
    assert (opened.format, opened.mode, opened.width) == ("PNG", "RGB", SIZE)
    np.testing.assert_array_equal(np.asarray(opened), np.asarray(slice_picture(reading, 4)))
    assert slice_png(reading) == slice_png(reading)


def test_a_mask_outside_the_head_is_shown_too() -> None:
    scanned = study()
    levels = np.zeros(SHAPE, np.uint8)
    levels[0, 29, 23] = 200
    reading = replace(reading_of(scanned), result=Probability(levels, scanned.sha256, "c"))
    assert (frame(reading).rows, frame(reading).columns) == (29, 23)
