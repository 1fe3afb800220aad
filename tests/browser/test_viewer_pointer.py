"""Every gesture of the mouse: what it does to the view, and what stays where it is meanwhile."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hands import LEVELS, SLICES, START, STUDY, hover, leave, probed, start, window, zoom_in
from room import Room

APP = Path(__file__).with_name("viewer_app.py")


@pytest.fixture(scope="module")
def page_once(serve: Callable[[Path], str], open_room: Callable[..., Room]) -> Room:
    return open_room(serve(APP))


@pytest.fixture
def room(page_once: Room) -> Room:
    return start(page_once)


def middle_of_tumour(room: Room, plane: str) -> tuple[float, float]:
    box = room.tumour_on_screen(plane)
    assert box
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def wheel(room: Room, delta: float, plane: str = "axial", at: tuple[float, float] = (0.5, 0.5)) -> None:
    room.page.mouse.move(*room.point(plane, *at))
    room.page.mouse.wheel(0, delta)


@contextmanager
def holding(room: Room, key: str) -> Iterator[None]:
    room.stage.focus()
    room.page.keyboard.down(key)
    yield
    room.page.keyboard.up(key)


def drag(room: Room, start: tuple[float, float], by: tuple[float, float], button: str = "left", plane="axial") -> None:
    """From shares of a pane, by CSS pixels."""
    x, y = room.point(plane, *start)
    room.page.mouse.move(x, y)
    room.page.mouse.down(button=button)
    room.page.mouse.move(x + by[0] / 2, y + by[1] / 2)
    room.page.mouse.move(x + by[0], y + by[1])
    room.page.mouse.up(button=button)


def test_a_notch_of_the_wheel_is_one_slice_and_five_with_shift(room: Room) -> None:
    wheel(room, -120)
    room.wait_for_state(f"{START + 1}|0.300")
    wheel(room, 120)
    wheel(room, 120)
    room.wait_for_state(f"{START - 1}|0.300")
    with holding(room, "Shift"):
        wheel(room, 120)
    room.wait_for_state(f"{START - 6}|0.300")


def test_small_steps_of_a_trackpad_add_up(room: Room) -> None:
    for _ in range(3):
        wheel(room, 13)
    room.press("]")
    room.wait_for_state(f"{START}|0.305")
    wheel(room, 13)
    room.wait_for_state(f"{START - 1}|0.305")


def test_the_page_does_not_scroll_under_the_wheel(room: Room) -> None:
    wheel(room, 120)
    room.wait_for_state(f"{START - 1}|0.300")
    assert room.page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == 0


@pytest.mark.parametrize(("plane", "axis"), [("coronal", 1), ("sagittal", 2)])
def test_the_wheel_moves_the_plane_under_it_and_no_other(room: Room, plane: str, axis: int) -> None:
    before, picture = probed(room), room.fingerprint(plane)
    wheel(room, -120, plane, (0.02, 0.02))
    room.wait_for_pixels(picture, plane)
    leave(room)
    moved = list(before)
    moved[axis] += 1
    assert probed(room) == tuple(moved)
    assert room.attribute("state") == f"{START}|0.300"


def test_a_click_on_the_axial_plane_moves_the_others(room: Room) -> None:
    others = {plane: room.fingerprint(plane) for plane in ("coronal", "sagittal")}
    room.page.mouse.click(*room.point("axial", 0.55, 0.6))
    for plane, before in others.items():
        room.wait_for_pixels(before, plane)
    clicked = probed(room)
    leave(room)
    assert probed(room) == clicked  # away from the picture the probe is where the planes cross
    assert clicked[0] == START
    assert clicked[1] > STUDY.shape[1] / 2 and clicked[2] > STUDY.shape[2] / 2


@pytest.mark.parametrize(("plane", "axis"), [("coronal", 2), ("sagittal", 1)])
def test_a_click_on_another_plane_jumps_to_the_slice_there(room: Room, plane: str, axis: int) -> None:
    marked = np.argwhere(LEVELS >= 60)
    middle = (marked.min(axis=0) + marked.max(axis=0)) / 2
    room.page.mouse.click(*room.point("axial", *middle_of_tumour(room, "axial")))
    room.press("Home")
    room.wait_for_state("0|0.300")
    room.page.mouse.click(*room.point(plane, *middle_of_tumour(room, plane)))
    room.wait("!r.dataset.state.startsWith('0|')")
    z, *_ = voxel = probed(room)
    assert room.attribute("state") == f"{z}|0.300"
    assert voxel[0] == pytest.approx(middle[0], abs=2)
    assert voxel[axis] == pytest.approx(middle[axis], abs=2)


def test_a_drag_takes_the_crosshair_along(room: Room) -> None:
    drag(room, (0.4, 0.5), (100, 0))
    leave(room)
    left = probed(room)
    drag(room, (0.4, 0.5), (100, -80))
    leave(room)
    higher = probed(room)
    assert higher[2] == left[2]
    assert higher[1] < left[1] - 5


def test_a_right_drag_across_widens_the_window_and_down_raises_the_level(room: Room) -> None:
    (width, level), before = window(room), room.fingerprint()
    box = room.stage.bounding_box()
    assert box
    drag(room, (0.5, 0.5), (0.2 * box["width"], 0), "right")
    after = room.wait_for_pixels(before)
    assert window(room) == pytest.approx((1.2 * width, level), rel=0.01)
    drag(room, (0.5, 0.5), (0, 0.1 * box["height"]), "right")
    room.wait_for_pixels(after)
    assert window(room) == pytest.approx((1.2 * width, level + 0.1 * width), rel=0.01)
    assert room.root.locator(".preset").input_value() == "hand"
    assert room.attribute("state") == f"{START}|0.300"


def test_a_window_belongs_to_its_sequence(room: Room) -> None:
    before = window(room)
    drag(room, (0.5, 0.5), (120, 60), "right")
    room.wait("r.querySelector('.preset').value === 'hand'")
    chosen = window(room)
    room.press("2")
    room.wait("r.querySelector('.preset').value === 'automatic'")
    room.press("1")
    room.wait("r.querySelector('.preset').value === 'hand'")
    assert window(room) == chosen != before


def test_a_right_click_opens_no_menu(room: Room) -> None:
    room.page.evaluate("addEventListener('contextmenu', event => (window.menu = event.defaultPrevented))")
    room.page.mouse.click(*room.point("axial", 0.5, 0.5), button="right")
    room.page.wait_for_function("window.menu === true")


@pytest.mark.parametrize("way", ["middle", "space"])
def test_a_drag_pans_the_picture_and_leaves_the_crosshair(room: Room, way: str) -> None:
    picture = room.fingerprint()
    box, before, at = room.stage.bounding_box(), room.tumour_on_screen(), probed(room)
    assert box and before
    if way == "space":
        with holding(room, "Space"):
            drag(room, (0.5, 0.5), (60, 40))
    else:
        drag(room, (0.5, 0.5), (60, 40), "middle")
    room.wait_for_pixels(picture)
    right, down = 60 / box["width"], 40 / box["height"]
    expected = (before[0] + right, before[1] + down, before[2] + right, before[3] + down)
    assert room.tumour_on_screen() == pytest.approx(expected, abs=0.004)
    leave(room)
    assert probed(room) == at


def test_after_space_is_let_go_a_drag_moves_the_crosshair_again(room: Room) -> None:
    with holding(room, "Space"):
        drag(room, (0.5, 0.5), (1, 1))
    leave(room)
    at = probed(room)
    drag(room, (0.3, 0.5), (20, 20))
    leave(room)
    assert probed(room) != at


@pytest.mark.parametrize("plane", ["axial", "coronal", "sagittal"])
def test_control_and_wheel_zoom_to_the_pointer(room: Room, plane: str) -> None:
    at = middle_of_tumour(room, plane)
    hover(room, plane, at)
    before, under, picture = room.tumour_on_screen(plane), room.text(".probe"), room.fingerprint(plane)
    assert before
    with holding(room, "Control"):
        for _ in range(2):
            room.page.mouse.wheel(0, -90)  # exp(90 / 300) each
    room.wait_for_pixels(picture, plane)
    after = room.tumour_on_screen(plane)
    assert after
    assert room.text(".probe") == under
    factor = np.exp(180 / 300)
    grown = [at[axis % 2] + factor * (edge - at[axis % 2]) for axis, edge in enumerate(before)]
    expected = np.clip(grown, 0, 1)
    assert after == pytest.approx(expected, abs=0.02)
    assert room.attribute("state") == f"{START}|0.300"


def test_zoom_on_one_plane_leaves_the_others_and_a_double_click_fits(room: Room) -> None:
    coronal = room.fingerprint("coronal")
    room.page.mouse.click(*room.point("axial", 0.4, 0.4))
    room.wait_for_pixels(coronal, "coronal")
    pictures = {plane: room.fingerprint(plane) for plane in ("axial", "coronal", "sagittal")}
    zoom_in(room, (0.4, 0.4))
    room.wait_for_pixels(pictures["axial"])
    assert room.fingerprint("coronal") == pictures["coronal"]
    room.page.mouse.dblclick(*room.point("axial", 0.4, 0.4))
    for plane, picture in pictures.items():
        room.wait(f"r.querySelector('.pane.{plane} canvas').toDataURL() === a", picture)


def test_a_press_on_the_strip_jumps_and_a_drag_scrolls(room: Room) -> None:
    box = room.root.locator(".strip").bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2
    room.page.mouse.move(box["x"] + 2, middle)
    room.page.mouse.down()
    room.wait_for_state("0|0.300")
    room.page.mouse.move(box["x"] + box["width"] / 2, middle)
    room.wait("Math.abs(Number(r.dataset.state.split('|')[0]) - a) <= 1", (SLICES - 1) / 2)
    room.page.mouse.move(box["x"] + box["width"] - 2, middle)
    room.wait_for_state(f"{SLICES - 1}|0.300")
    room.page.mouse.up()
    room.page.mouse.move(box["x"] + 2, middle)
    room.press("]")
    room.wait_for_state(f"{SLICES - 1}|0.305")


def test_the_pointer_over_a_picture_takes_the_keys(room: Room) -> None:
    room.page.evaluate("document.activeElement.blur()")
    room.page.mouse.move(*room.point("axial", 0.5, 0.5))
    room.page.keyboard.press("]")
    room.wait_for_state(f"{START}|0.305")
