"""What is drawn in each mode, against stored pictures.

Only the canvases are compared, since letters look different on other machines. After a change that is meant, look at
what is new and store it: `GLIOLENS_STORE_PICTURES=1 python -m pytest tests/browser/test_viewer_modes.py`.
"""

import base64
import io
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from room import Room
from viewer_studies import STUDIES

APP = Path(__file__).with_name("viewer_app.py")
PICTURES = Path(__file__).with_name("pictures")
STORE = "GLIOLENS_STORE_PICTURES" in os.environ
SIDE = 360
PANES = {"one": ("axial",), "three": ("axial", "coronal", "sagittal")}
MODES = ("fill", "outline", "heat", "agreement")
VISIBLE = 0.12
"""A pixel differs when one of its colours does, by more than this share of the range."""
MOST = 0.01
"""The share of pixels that may differ: those along edges do, from one machine to the next."""

Pixels = NDArray[np.uint8]


@pytest.fixture(scope="module")
def page_once(serve: Callable[[Path], str], open_room: Callable[..., Room]) -> Room:
    room = open_room(serve(APP))
    room.wait_for_overlay(STUDIES["right"]()[0].sha256)
    room.page.add_style_tag(content=f":root {{ --gliolens-stage: {SIDE}px }}")
    return room


@pytest.fixture
def drawn(page_once: Room) -> Callable[..., Pixels]:
    """The canvases of a mode and a layout side by side, at threshold 0.6 in the slice with most tumour."""

    def draw(mode: str, layout: str = "one") -> Pixels:
        room = page_once
        width = SIDE if layout == "one" else 520  # for an axial picture of about the same size
        room.root.evaluate("(root, width) => (root.style.gridTemplateColumns = `${width}px 340px`)", width)
        room.press("r")
        room.page.locator("input.threshold").fill("0.6")
        room.press("t")
        if layout == "one":
            room.press("l")
        room.root.locator(f"[data-mode={mode}]").click()
        room.page.mouse.move(2, 2)
        room.wait("r.querySelector('.axial canvas').height === a", SIDE)
        room.wait("r.querySelector(`[data-mode=${a}]`).ariaPressed === 'true'", mode)
        return beside([pixels(room, plane) for plane in PANES[layout]])

    return draw


def pixels(room: Room, plane: str) -> Pixels:
    url = room.fingerprint(plane)
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))).convert("RGB"))


def beside(parts: list[Pixels]) -> Pixels:
    whole = np.zeros((max(len(part) for part in parts), sum(part.shape[1] for part in parts), 3), np.uint8)
    left = 0
    for part in parts:
        whole[: len(part), left : left + part.shape[1]] = part
        left += part.shape[1]
    return whole


def difference(picture: Pixels, stored: Pixels) -> float:
    """The share of pixels that differ visibly; all of them, when the sizes differ."""
    if picture.shape != stored.shape:
        return 1.0
    return float((np.abs(picture.astype(int) - stored) > VISIBLE * 255).any(axis=2).mean())


def check(picture: Pixels, name: str) -> None:
    file = PICTURES / f"{name}.png"
    if STORE:
        PICTURES.mkdir(exist_ok=True)
        Image.fromarray(picture).save(file, optimize=True)
    assert difference(picture, stored_picture(name)) < MOST


def stored_picture(name: str) -> Pixels:
    return np.asarray(Image.open(PICTURES / f"{name}.png").convert("RGB"))


@pytest.mark.parametrize("mode", MODES)
def test_a_mode_looks_as_its_stored_picture(drawn: Callable[..., Pixels], mode: str) -> None:
    check(drawn(mode), mode)


def test_three_planes_look_as_their_stored_picture(drawn: Callable[..., Pixels]) -> None:
    check(drawn("fill", "three"), "three_planes")


@pytest.mark.parametrize("mode", MODES)
def test_no_mode_passes_for_another(drawn: Callable[..., Pixels], mode: str) -> None:
    picture = drawn(mode)
    for other in set(MODES) - {mode}:
        assert difference(picture, stored_picture(other)) > 2 * MOST


def test_a_moved_overlay_or_another_size_does_not_pass() -> None:
    stored = stored_picture("fill")
    assert difference(stored, stored) == 0
    assert difference(np.roll(stored, 8, axis=1), stored) > MOST
    assert difference(stored[:, 1:], stored) == 1
