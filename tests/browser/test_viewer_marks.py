"""Diameters on the axial picture: where they lie, when they are drawn, and in the copied picture."""

import base64
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hands import IS_ON, PAINTED_SAME, START, STUDY, probed, start, zoom_in
from numpy.typing import NDArray
from PIL import Image
from room import Room
from viewer_extras import MARKS

APP = Path(__file__).with_name("viewer_extras_app.py")
NONE = "r.dataset.marks === '[]'"
ENDS = {1: [MARKS[0].start, MARKS[0].end], 0: [MARKS[1].start, MARKS[1].end]}
"""Of the two lines in the slice START, by whether they are strong."""
MM = (1.0, 1.1)
"""Rows and columns of the study."""


@pytest.fixture(scope="module")
def pages(serve: Callable[[Path], str], open_room: Callable[..., Room]) -> dict[float, Room]:
    """One for each density of the screen."""
    profile = {"permissions": ["clipboard-read", "clipboard-write"]}
    return {ratio: open_room(f"{serve(APP)}?study=right&extras=marks", ratio, **profile) for ratio in (1, 2)}


@pytest.fixture(params=[1, 2])
def room(pages: dict[float, Room], request: pytest.FixtureRequest) -> Room:
    return begin(pages[request.param])


@pytest.fixture
def plain(pages: dict[float, Room]) -> Room:
    return begin(pages[1])


def begin(room: Room) -> Room:
    room.wait_for_overlay(STUDY.sha256)
    start(room)
    room.press("g")  # the reference's line would run under the diameters
    room.wait("!r.querySelector('.legend').textContent.includes('reference')")
    return room


def drawn(room: Room) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = json.loads(room.attribute("marks"))
    return lines


def pixels(room: Room) -> NDArray[np.uint8]:
    """`(rows, columns, 3)` of the axial picture."""
    png = base64.b64decode(room.fingerprint().split(",")[1])
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def brightness_along(room: Room, line: dict[str, Any]) -> NDArray[np.int64]:
    """The darkest colour of each pixel along the middle of a line: white where it is drawn."""
    picture = pixels(room).min(axis=2)
    ratio = picture.shape[1] / room.canvas().evaluate("canvas => canvas.clientWidth")
    (x0, y0), (x1, y1) = (np.array(line[end]) * ratio for end in ("from", "to"))
    at = np.linspace(0.1, 0.9, 30)
    rows, columns = (y0 + at * (y1 - y0)).astype(int), (x0 + at * (x1 - x0)).astype(int)
    return picture[rows, columns].astype(int)


def voxel_under(room: Room, at: list[float]) -> tuple[float, float]:
    """Row and column of a place in the picture, in voxels from some origin, by the scale bar and the letters."""
    bar = room.root.locator(".pane.axial .scale").evaluate("bar => [parseFloat(bar.style.width), bar.textContent]")
    per_mm = bar[0] / float(bar[1].split()[0])
    sign = 1 if room.text(".axial .side.left") == "R" else -1
    return at[1] / per_mm / MM[0], sign * at[0] / per_mm / MM[1]


def test_lines_lie_where_their_voxels_are(room: Room) -> None:
    lines = drawn(room)
    assert [(line["lesion"], line["strong"], line["label"]) for line in lines] == [
        (1, False, "12.8 mm"),
        (1, True, "19.3 mm"),
    ]
    for line in lines:
        (row, column), (last_row, last_column) = ENDS[line["strong"]]
        first, second = voxel_under(room, line["from"]), voxel_under(room, line["to"])
        away = np.subtract(second, first) - (last_row - row, last_column - column)
        assert np.abs(away).max() < 0.2
        assert np.median(brightness_along(room, line)) > (240 if line["strong"] else 200)
    room.press("e")
    room.wait(NONE)
    assert all(np.median(brightness_along(room, line)) < 200 for line in lines)


def test_an_end_is_under_the_pointer_that_points_at_its_voxel(plain: Room) -> None:
    plain.press("s")
    strong = drawn(plain)[1]
    for end, (row, column) in zip(("from", "to"), ENDS[1], strict=True):
        box = plain.pane("axial").bounding_box()
        assert box
        before = plain.text(".probe")
        plain.page.mouse.click(box["x"] + strong[end][0], box["y"] + strong[end][1])
        plain.wait(f"r.querySelector('.probe').textContent !== {json.dumps(before)}")
        assert probed(plain) == (START, row, column)


def test_zoom_and_convention_move_them_with_the_picture(plain: Room) -> None:
    before = drawn(plain)[1]
    picture = plain.fingerprint()
    plain.press("x")
    plain.wait_for_pixels(picture)
    mirrored = drawn(plain)[1]
    width = plain.canvas().evaluate("canvas => canvas.clientWidth")
    assert mirrored["from"][1] == before["from"][1]
    assert mirrored["from"][0] + before["from"][0] == pytest.approx(width, abs=width / 10)
    assert (mirrored["from"][0] < mirrored["to"][0]) != (before["from"][0] < before["to"][0])
    assert np.median(brightness_along(plain, mirrored)) > 200
    picture = plain.fingerprint()
    zoom_in(plain, (0.6, 0.4))
    plain.wait_for_pixels(picture)
    zoomed = drawn(plain)[1]
    factor = np.exp(240 / 300)
    grown = np.subtract(zoomed["to"], zoomed["from"]) / np.subtract(mirrored["to"], mirrored["from"])
    assert grown == pytest.approx([factor, factor], rel=0.02)
    assert np.median(brightness_along(plain, zoomed)) > 200


def test_another_threshold_or_slice_has_none_of_them(plain: Room) -> None:
    plain.press("]")
    plain.wait_for_state(f"{START}|0.305")
    plain.wait(NONE)
    plain.press("[")
    plain.wait_for_state(f"{START}|0.300")
    assert len(drawn(plain)) == 2
    plain.press("ArrowUp")
    plain.wait_for_state(f"{START + 1}|0.300")
    assert [line["label"] for line in drawn(plain)] == ["15.4 mm"]
    plain.press("ArrowUp")
    plain.wait_for_state(f"{START + 2}|0.300")
    plain.wait(NONE)


@pytest.mark.parametrize("key", ["e", "o"])
def test_they_go_and_come_back_by_key_and_by_button(plain: Room, key: str) -> None:
    control = {"e": ".measures-toggle", "o": ".overlay-toggle"}[key]
    with_lines = plain.fingerprint()
    plain.press(key)
    plain.wait(NONE)
    plain.wait(IS_ON, [control, False])
    plain.wait_for_pixels(with_lines)
    plain.root.locator(control).click()
    plain.wait(PAINTED_SAME, with_lines)
    assert len(drawn(plain)) == 2


def test_the_copied_picture_has_lines_and_lengths(plain: Room) -> None:
    shown = pixels(plain)
    plain.press("y")
    plain.wait("r.querySelector('.toast.there')?.textContent.includes('clipboard')")
    png = plain.page.evaluate(
        """async () => {
            const [item] = await navigator.clipboard.read();
            const bytes = new Uint8Array(await (await item.getType("image/png")).arrayBuffer());
            return btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ""));
        }"""
    )
    copied = np.asarray(Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB"))
    (x0, y0), (x1, y1) = (np.round(drawn(plain)[1][end]).astype(int) for end in ("from", "to"))
    left, right, top, bottom = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
    part = np.s_[top:bottom, left:right]
    assert np.abs(copied[part].astype(int) - shown[part]).mean() < 0.5
    assert (shown[part].min(axis=2) > 200).sum() > max(x1 - x0, y1 - y0) / 2


def test_without_marks_there_is_no_button(serve: Callable[[Path], str], open_room: Callable[..., Room]) -> None:
    room = open_room(f"{serve(APP)}?study=right")
    room.wait_for_overlay(STUDY.sha256)
    assert not room.root.locator(".measures-toggle").is_visible()
    assert room.attribute("marks") == "[]"
