"""Lines and words: where they land, and that they are smooth."""

import numpy as np
import pytest
from PIL import Image

from app.exports.strokes import dashes, fitting, font, stroke, write

RED = (255, 0, 0)


def canvas(width: int = 60, height: int = 40, grey: int = 200) -> Image.Image:
    return Image.new("RGB", (width, height), (grey, grey, grey))


def test_a_line_is_as_wide_as_it_should_be_inside_a_dark_rim() -> None:
    picture = canvas()
    stroke(picture, [np.array([[10.0, 20.0], [50.0, 20.0]])], RED, 4, rim=2)
    column = np.asarray(picture)[:, 30].astype(int)
    assert [tuple(pixel) for pixel in column[19:21]] == [RED] * 2
    assert column[:, 0].max() == 255 and (column[:, 0] > column[:, 1] + 50).sum() in (4, 5)
    assert all(pixel[1] < 120 for pixel in (*column[17:19], *column[21:23]))  # the rim, and the line's own edge
    assert (column[:14] == 200).all() and (column[26:] == 200).all()


def test_a_slanted_line_has_smooth_edges() -> None:
    picture = canvas(grey=0)
    stroke(picture, [np.array([[5.0, 5.0], [55.0, 30.0]])], RED, 2, rim=0)
    assert len(np.unique(np.asarray(picture)[..., 0])) > 5


def test_lines_may_leave_the_picture() -> None:
    picture = canvas()
    stroke(picture, [np.array([[-30.0, 20.0], [90.0, 20.0]])], RED, 2)
    row = np.asarray(picture)[20]
    assert (row == RED).all()


def test_nothing_to_draw_changes_nothing() -> None:
    picture = canvas()
    stroke(picture, [np.zeros((1, 2))], RED, 2)
    stroke(picture, [], RED, 2)
    assert (np.asarray(picture) == 200).all()


def test_dashes_follow_the_line_round_its_corner() -> None:
    pieces = dashes(
        np.array([[0.0, 0.0], [7.0, 0.0], [7.0, 5.0]]), 6
    )  # 12 long: a dash to 6, a gap to 10, a dash to 12
    assert [piece.tolist() for piece in pieces] == [[[0, 0], [6, 0]], [[7, 3], [7, 5]]]
    bent = dashes(np.array([[0.0, 0.0], [3.0, 0.0], [3.0, 9.0]]), 6)[0]
    assert bent.tolist() == [[0, 0], [3, 0], [3, 3]]


def test_words_stay_inside_the_picture() -> None:
    picture = canvas(200, 40, 0)
    write(picture, (195, 20), "42.0 mm", RED, 16)
    columns = np.flatnonzero((np.asarray(picture)[..., 0] > 100).any(axis=0))
    assert columns.min() > 100 and columns.max() < 199
    assert columns.max() - columns.min() == pytest.approx(font(16).getlength("42.0 mm"), abs=4)


def test_a_long_name_is_cut_and_never_more_than_one_line() -> None:
    assert fitting("short", 400, 16) == "short"
    cut = fitting("a" * 500, 100, 16)
    assert cut.endswith("…") and font(16).getlength(cut) <= 100 < font(16).getlength("a" + cut)
    assert fitting("x" * 50, 0, 16) == "…"
    assert fitting("a\nb\x1b[31m", 400, 16) == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}[31m"
