"""Keys for how the view looks: each does what it says, and its control on the page shows and does the same."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hands import IS_ON, LEVELS, PAINTED_SAME, SLICES, START, probed, start, zoom_in
from room import Room
from viewer_studies import STUDIES

APP = Path(__file__).with_name("viewer_app.py")
TOGGLES = {
    "o": ".overlay-toggle",
    "g": ".reference-toggle",
    "i": "[data-check=inverted]",
    "s": "[data-check=smooth]",
    "x": "[data-check=mirrored]",
    "l": "input.three",
}


@pytest.fixture(scope="module")
def page_once(serve: Callable[[Path], str], open_room: Callable[..., Room]) -> Room:
    return open_room(serve(APP))


@pytest.fixture
def room(page_once: Room) -> Room:
    return start(page_once)


def sides(room: Room, plane: str) -> str:
    """Letters on the left, right, top and bottom of a plane."""
    return "".join(room.text(f".{plane} .side.{side}") for side in ("left", "right", "top", "bottom"))


@pytest.mark.parametrize("key", TOGGLES)
def test_a_look_goes_and_comes_back_by_key_and_by_control(room: Room, key: str) -> None:
    control, before = TOGGLES[key], room.fingerprint()
    was_on = room.root.locator(control).evaluate("control => control.checked ?? control.ariaPressed === 'true'")
    room.press(key)
    room.wait(IS_ON, [control, not was_on])
    changed = room.wait_for_pixels(before)
    if control.startswith(("[", "input")):
        room.root.locator("summary").click()
    room.root.locator(control).click()
    room.wait(IS_ON, [control, was_on])
    room.wait(PAINTED_SAME, before)
    room.press(key)
    room.wait(PAINTED_SAME, changed)


def test_without_overlay_nothing_is_marked(room: Room) -> None:
    room.press("g")
    room.press("o")
    room.wait("r.dataset.overlay === ''")
    assert room.tumour_on_screen() is None
    assert room.text(".legend") == ""
    room.press("o")
    room.wait("r.dataset.overlay !== ''")
    assert room.tumour_on_screen() is not None
    assert "reference" not in room.text(".legend")
    room.press("g")
    room.wait("r.querySelector('.legend').textContent.includes('reference')")


def test_modes_follow_each_other_and_agreement_needs_a_reference(room: Room) -> None:
    pressed = ".modes button[aria-pressed=true]"
    pictures = {room.fingerprint()}
    for name in ("Outline", "Heat", "Agreement"):
        room.press("m")
        room.root.locator(pressed, has_text=name).wait_for()
        pictures.add(room.fingerprint())
    assert len(pictures) == 4
    room.press("m")
    room.root.locator(pressed, has_text="Fill").wait_for()

    room.open_study("bare")
    room.wait_for_overlay(STUDIES["bare"]()[0].sha256)
    for name in ("Outline", "Heat", "Fill"):
        room.press("m")
        room.root.locator(pressed, has_text=name).wait_for()
    assert not room.root.locator("[data-mode=agreement]").is_visible()
    assert not room.root.locator(".reference-toggle").is_visible()


def test_inverted_greys_make_the_air_white(room: Room) -> None:
    corner = "canvas => [...canvas.getContext('2d').getImageData(3, 3, 1, 1).data]"
    assert room.canvas().evaluate(corner) == [0, 0, 0, 255]
    room.press("i")
    room.wait("r.matches('.inverted')")
    assert room.canvas().evaluate(corner) == [255, 255, 255, 255]


def test_the_other_convention_mirrors_pictures_and_letters(room: Room) -> None:
    before = room.tumour_on_screen()
    assert before and before[2] < 0.5  # the patient's right is on the left
    assert [sides(room, plane) for plane in ("axial", "coronal", "sagittal")] == ["RLAP", "RLSI", "APSI"]
    room.press("x")
    room.wait("r.querySelector('.axial .side.left').textContent === 'L'")
    assert [sides(room, plane) for plane in ("axial", "coronal", "sagittal")] == ["LRAP", "LRSI", "APSI"]
    left, top, right, bottom = before
    assert room.tumour_on_screen() == pytest.approx((1 - right, top, 1 - left, bottom), abs=0.004)


def test_one_plane_is_larger_than_axial_beside_the_others(room: Room) -> None:
    wide = room.canvas().evaluate("canvas => canvas.width")
    room.press("l")
    room.wait("r.querySelector('.stage canvas').width > a", wide)
    assert not room.pane("coronal").is_visible()
    assert not room.pane("sagittal").is_visible()
    room.press("l")
    room.wait("r.querySelector('.stage canvas').width === a", wide)
    assert room.pane("coronal").is_visible()


def test_fit_brings_the_whole_head_back(room: Room) -> None:
    before = room.fingerprint()
    for back in (lambda: room.press("f"), room.root.locator(".fit").click):
        zoom_in(room, (0.4, 0.4))
        room.wait_for_pixels(before)
        back()
        room.wait(PAINTED_SAME, before)


@pytest.mark.parametrize("way", ["key", "button"])
def test_reset_leaves_only_slice_threshold_and_sequence(room: Room, way: str) -> None:
    room.press("2")
    room.press("]")
    room.press("ArrowDown")
    room.wait_for_state(f"{START - 1}|0.305")
    room.root.locator("[data-sequence=T1][aria-pressed=true]").wait_for()
    before = room.fingerprint()
    for key in ("i", "s", "x", "l", "g", "m"):
        room.press(key)
    room.root.locator("summary").click()
    room.root.locator(".opacity").fill("0.4")
    room.root.locator(".preset").select_option("full")
    room.wait("r.querySelector('.preset').value === 'full' && r.querySelector('.opacity').value === '0.4'")
    if way == "key":
        room.press("r")
    else:
        room.root.locator(".reset").click()
    room.wait(PAINTED_SAME, before)
    room.wait("r.querySelector('.preset').value === 'automatic' && r.querySelector('.opacity').value === '1'")
    assert room.attribute("state") == f"{START - 1}|0.305"
    assert room.text(".caption").startswith("T1  ·")


@pytest.mark.parametrize(("plane", "axis"), [("coronal", 1), ("sagittal", 2)])
def test_arrows_move_the_plane_that_has_the_focus(room: Room, plane: str, axis: int) -> None:
    before, picture = probed(room), room.fingerprint(plane)
    room.pane(plane).focus()
    room.page.keyboard.press("ArrowUp")
    room.wait_for_pixels(picture, plane)
    moved = list(before)
    moved[axis] += 1
    assert probed(room) == tuple(moved)
    assert room.attribute("state") == f"{START}|0.300"


@pytest.mark.parametrize("way", ["key", "button"])
def test_zoom_without_a_mouse(room: Room, way: str) -> None:
    first = room.fingerprint()
    if way == "key":
        room.press("+")
    else:
        room.page.get_by_text("View", exact=True).click()
        room.page.get_by_role("button", name="Zoom in").click()
    larger = room.wait_for_pixels(first)
    room.press("-")
    room.wait_for_pixels(larger)
    room.wait(PAINTED_SAME, first)


@pytest.mark.parametrize("name", ["Most", "Next", "Previous"])
def test_slices_with_tumour_without_a_key(room: Room, name: str) -> None:
    room.press("Home" if name == "Next" else "End")
    room.wait_for_state(f"{0 if name == 'Next' else SLICES - 1}|0.300")
    room.page.get_by_text("View", exact=True).click()
    room.page.get_by_role("button", name=name, exact=True).click()
    marked = np.flatnonzero((LEVELS >= 60).any(axis=(1, 2)))
    above_first, below_last = marked[marked > 0][0], marked[marked < SLICES - 1][-1]
    wanted = {"Most": START, "Next": above_first, "Previous": below_last}
    room.wait_for_state(f"{wanted[name]}|0.300")
