"""Fingers on the pictures: real touch events, as a tablet sends them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hands import START, probed, start, window
from room import Room

APP = Path(__file__).with_name("viewer_app.py")
SWIPE = 14
"""CSS pixels of a slice."""

Finger = tuple[float, float]


@pytest.fixture(scope="module")
def page_once(serve: Callable[[Path], str], open_room: Callable[..., Room]) -> Room:
    return open_room(serve(APP), has_touch=True, viewport={"width": 1180, "height": 820})


@pytest.fixture
def room(page_once: Room) -> Room:
    return start(page_once)


def move_fingers(room: Room, *path: list[Finger]) -> None:
    """Put fingers down at the first places, move them through the others in CSS pixels of the window, and lift them."""
    session = room.page.context.new_cdp_session(room.page)
    for kind, fingers in zip(("touchStart", *["touchMove"] * (len(path) - 1)), path, strict=True):
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(fingers)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    session.detach()


def between(start: Finger, end: Finger, steps: int = 5) -> list[Finger]:
    shares = [step / steps for step in range(steps + 1)]
    return [(start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])) for share in shares]


def swipe(room: Room, plane: str, down: float) -> None:
    x, y = room.point(plane, 0.5, 0.5)
    move_fingers(room, *([finger] for finger in between((x, y), (x, y + down))))


def two_fingers(room: Room, starts: tuple[Finger, Finger], ends: tuple[Finger, Finger]) -> None:
    """On the axial picture, from shares of it to shares of it."""
    paths = [
        between(room.point("axial", *start), room.point("axial", *end)) for start, end in zip(starts, ends, strict=True)
    ]
    move_fingers(room, *(list(fingers) for fingers in zip(*paths, strict=True)))


def test_a_swipe_scrolls_a_slice_every_few_pixels_and_leaves_the_crosshair(room: Room) -> None:
    _, *crosshair = probed(room)
    swipe(room, "axial", -3 * SWIPE - 2)  # upwards, to the head
    room.wait_for_state(f"{START + 3}|0.300")
    swipe(room, "axial", 5 * SWIPE + 2)
    room.wait_for_state(f"{START - 2}|0.300")
    assert probed(room) == (START - 2, *crosshair)
    assert room.page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == 0


@pytest.mark.parametrize("plane", ["coronal", "sagittal"])
def test_a_swipe_on_another_plane_moves_that_one(room: Room, plane: str) -> None:
    before = room.fingerprint(plane)
    swipe(room, plane, -2 * SWIPE - 2)
    room.wait_for_pixels(before, plane)
    assert room.attribute("state") == f"{START}|0.300"


def test_a_tap_moves_the_crosshair(room: Room) -> None:
    before = {plane: room.fingerprint(plane) for plane in ("coronal", "sagittal")}
    room.page.touchscreen.tap(*room.point("axial", 0.6, 0.65))
    for plane, picture in before.items():
        room.wait_for_pixels(picture, plane)
    assert room.attribute("state") == f"{START}|0.300"
    coronal = room.tumour_on_screen("coronal")
    assert coronal is None  # the planes cross far from the tumour now


def test_a_pinch_zooms_and_leaves_window_and_slice(room: Room) -> None:
    box, before, levels = room.tumour_on_screen(), room.fingerprint(), window(room)
    assert box
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    two_fingers(room, ((x - 0.05, y), (x + 0.05, y)), ((x - 0.1, y), (x + 0.1, y)))
    room.wait_for_pixels(before)
    grown = room.tumour_on_screen()
    assert grown
    assert grown[2] - grown[0] == pytest.approx(2 * (box[2] - box[0]), rel=0.15)
    assert (grown[0] + grown[2]) / 2 == pytest.approx(x, abs=0.03)
    assert window(room) == levels
    assert room.attribute("state") == f"{START}|0.300"


def test_two_fingers_together_drag_the_window_and_leave_the_zoom(room: Room) -> None:
    box, before, (width, level) = room.tumour_on_screen(), room.fingerprint(), window(room)
    two_fingers(room, ((0.4, 0.5), (0.5, 0.5)), ((0.6, 0.5), (0.7, 0.5)))
    after = room.wait_for_pixels(before)
    assert window(room) == pytest.approx((1.2 * width, level), rel=0.02)
    two_fingers(room, ((0.4, 0.4), (0.5, 0.4)), ((0.4, 0.6), (0.5, 0.6)))
    room.wait_for_pixels(after)
    assert window(room) == pytest.approx((1.2 * width, level + 0.2 * width), rel=0.02)
    assert room.tumour_on_screen() == pytest.approx(box, abs=0.004)
    assert room.attribute("state") == f"{START}|0.300"


def test_controls_are_tapped(room: Room) -> None:
    room.root.locator("[data-sequence=T2]").tap()
    room.wait("r.querySelector('.caption').textContent.startsWith('T2  ·')")
    room.root.locator(".overlay-toggle").tap()
    room.wait("r.dataset.overlay === ''")
    room.root.locator(".overlay-toggle").tap()
    room.wait("r.dataset.overlay !== ''")
