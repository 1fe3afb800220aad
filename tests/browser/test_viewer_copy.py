"""The view as a picture: on the clipboard, or where that is closed as a file."""

import base64
import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hands import START, STUDY, start
from numpy.typing import NDArray
from PIL import Image
from room import Room

from app import NOTICE

APP = Path(__file__).with_name("viewer_app.py")
PERMISSIONS = ["clipboard-read", "clipboard-write"]
LINES, LINE = 3, 24
"""Under the pictures: what is shown, the scores, the notice; in lines of so many CSS pixels."""
ON_CLIPBOARD = "r.querySelector('.toast.there')?.textContent.includes('clipboard, as a picture')"
READ_CLIPBOARD = """async () => {
    const [item] = await navigator.clipboard.read();
    const bytes = new Uint8Array(await (await item.getType("image/png")).arrayBuffer());
    return btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ""));
}"""
RECORD_TEXTS = """() => {
    window.written = [];
    const write = CanvasRenderingContext2D.prototype.fillText;
    CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
        window.written.push(text);
        return write.call(this, text, ...rest);
    };
}"""

Pixels = NDArray[np.uint8]


def decode(png: bytes) -> Pixels:
    """`(rows, columns, 3)`"""
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def copied(room: Room) -> Pixels:
    """What is on the clipboard, once the page says that it is there."""
    room.wait(ON_CLIPBOARD)
    return decode(base64.b64decode(room.page.evaluate(READ_CLIPBOARD)))


def painted(room: Room, plane: str) -> Pixels:
    return decode(base64.b64decode(room.fingerprint(plane).split(",")[1]))


def inner(picture: Pixels) -> Pixels:
    """Without the edges, where letters, legend and scale bar are written."""
    rows, columns, _ = picture.shape
    return picture[rows // 4 : rows * 3 // 4, columns // 4 : columns * 3 // 4]


def place(room: Room, plane: str, density: float) -> tuple[int, int]:
    """Of a pane's upper left corner in the copy: row, column."""
    first, box = room.stage.bounding_box(), room.pane(plane).bounding_box()
    assert first and box
    return round((box["y"] - first["y"]) * density), round((box["x"] - first["x"]) * density)


@pytest.fixture
def open_copy(serve: Callable[[Path], str], open_room: Callable[..., Room]) -> Callable[..., Room]:
    def opened(density: float = 1, permissions: list[str] = PERMISSIONS) -> Room:
        room = open_room(serve(APP), density, permissions=permissions)
        room.wait_for_overlay(STUDY.sha256)
        return start(room)

    return opened


@pytest.mark.parametrize(("density", "way"), [(1, "key"), (2, "button")])
def test_the_clipboard_holds_the_pictures_and_what_they_are(
    open_copy: Callable[..., Room], density: float, way: str
) -> None:
    room = open_copy(density)
    room.page.evaluate(RECORD_TEXTS)
    if way == "key":
        room.press("y")
    else:
        room.root.locator(".copy").click()
    picture = copied(room)

    boxes = {plane: room.pane(plane).bounding_box() for plane in ("axial", "coronal", "sagittal")}
    left, top = boxes["axial"]["x"], boxes["axial"]["y"]
    width = max(box["x"] + box["width"] for box in boxes.values()) - left
    height = max(box["y"] + box["height"] for box in boxes.values()) - top
    rows, columns, _ = picture.shape
    assert columns == pytest.approx(width * density, abs=1)
    assert rows == pytest.approx((height + LINE * (LINES + 0.6)) * density, abs=1)
    for plane in boxes:
        row, column = place(room, plane, density)
        shown = painted(room, plane)
        part = picture[row : row + shown.shape[0], column : column + shown.shape[1]]
        away = np.abs(inner(part).astype(int) - inner(shown))
        assert away.mean() < (0.5 if plane == "axial" else 6)  # the others may lie between two pixels
        assert inner(shown).std() > 10
    below = picture[round(height * density) :].max(axis=2)
    written = [below[round(LINE * (n + 0.4) * density) : round(LINE * (n + 1.4) * density)] for n in range(LINES)]
    assert all((line > 150).sum() > 50 for line in written)

    texts: list[str] = room.page.evaluate("written")
    assert sorted(text for text in texts if len(text) == 1) == sorted("RLAPRLSIAPSI")
    assert sum(bool(re.fullmatch(r"\d+ mm", text)) for text in texts) == 3
    assert f"{STUDY.name}  ·  FLAIR  ·  slice {START + 1} of {len(STUDY.images['FLAIR'])}  ·  threshold 0.300" in texts
    recall, precision = (room.root.locator(f".card.{name} .number").inner_text() for name in ("recall", "precision"))
    assert f"recall {recall} %, precision {precision} % (against the reference mask)" in texts
    assert NOTICE in texts
    assert {"tumour", "reference"} <= set(texts)


def test_a_copy_shows_the_convention_and_layout_of_the_moment(open_copy: Callable[..., Room]) -> None:
    room = open_copy()
    for key in ("x", "l"):
        room.press(key)
    room.wait("!r.matches('.three-planes')")
    room.page.evaluate(RECORD_TEXTS)
    room.press("y")
    picture = copied(room)
    assert picture.shape[1] == room.canvas().evaluate("canvas => canvas.width")
    assert "".join(text for text in room.page.evaluate("written") if len(text) == 1) == "LRAP"


def test_where_the_clipboard_is_closed_a_file_is_saved(open_copy: Callable[..., Room]) -> None:
    room = open_copy(permissions=[])
    session = room.page.context.new_cdp_session(room.page)
    session.send("Browser.setPermission", {"permission": {"name": "clipboard-write"}, "setting": "denied"})
    with room.page.expect_download() as download:
        room.press("y")
    assert download.value.suggested_filename == f"gliolens-slice-{START + 1}.png"
    picture = decode(Path(download.value.path()).read_bytes())
    assert inner(picture).std() > 10
    room.wait("r.querySelector('.toast.there')?.textContent.includes('saved as a file')")
