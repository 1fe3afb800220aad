"""Where Python sends the viewer: followed as a choice of the hand, once."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hands import SLICES, START, STUDY, hover, probed
from room import Room
from viewer_studies import STUDIES, fullest_slice

APP = Path(__file__).with_name("viewer_extras_app.py")
THERE = "5|0.420"
"""Where the page's button "go" leads."""
POINT = (30, 50)
ADDRESS_HAS = "([name, value]) => new URLSearchParams(location.search).get(name) === value"


@pytest.fixture
def room(serve: Callable[[Path], str], open_room: Callable[..., Room]) -> Room:
    room = open_room(f"{serve(APP)}?study=right&link=on")
    room.wait_for_overlay(STUDY.sha256)
    return room


def press_button(room: Room, key: str) -> None:
    room.page.locator(f".st-key-{key} button").click()


def told(room: Room, slice_from_0: int, threshold: float) -> None:
    """Wait until Python has heard of this view, and the fragment has run with it."""
    view = {"study": STUDY.sha256, "slice": slice_from_0, "threshold": threshold, "sequence": "FLAIR"}
    room.page.get_by_text(repr(view)).wait_for()


def test_slice_and_threshold_are_followed_told_and_in_the_address(room: Room) -> None:
    assert room.attribute("state") == f"{START}|0.300"
    press_button(room, "place-go")
    room.wait_for_state(THERE)
    told(room, 5, 0.42)
    room.page.wait_for_function(ADDRESS_HAS, arg=["slice", "6"])
    room.page.wait_for_function(ADDRESS_HAS, arg=["threshold", "0.420"])


def test_a_point_is_followed_and_in_the_address(room: Room) -> None:
    coronal = room.fingerprint("coronal")
    press_button(room, "place-point")
    room.wait_for_pixels(coronal, "coronal")
    room.page.mouse.move(1, 1)
    row, column = POINT
    room.page.wait_for_function(ADDRESS_HAS, arg=["at", f"{column + 1},{row + 1}"])
    assert probed(room) == (START, row, column)
    assert room.attribute("state") == f"{START}|0.300"


def test_a_zoomed_picture_has_the_point_in_its_middle(room: Room) -> None:
    for _ in range(8):
        room.press("+")
    before = room.fingerprint()
    press_button(room, "place-point")
    room.wait_for_pixels(before)
    hover(room, "axial", (0.5, 0.5))
    assert probed(room) == (START, *POINT)


def test_the_hands_later_choice_stays_however_often_the_data_come_again(room: Room) -> None:
    press_button(room, "place-go")
    room.wait_for_state(THERE)
    told(room, 5, 0.42)
    room.press("ArrowUp")
    room.press("]")
    room.wait_for_state("6|0.425")
    told(room, 6, 0.425)  # the fragment has run, with the same Go and another view
    assert room.attribute("state") == "6|0.425"
    room.press("2")
    room.page.get_by_text("'sequence': 'T1'").wait_for()  # and once more
    assert room.attribute("state") == "6|0.425"

    press_button(room, "place-go")  # a new one
    room.wait_for_state(THERE)


def test_a_study_that_is_left_and_opened_again_is_where_the_hand_left_it(room: Room) -> None:
    press_button(room, "place-go")
    room.wait_for_state(THERE)
    told(room, 5, 0.42)
    room.press("Home")
    room.wait_for_state("0|0.420")
    told(room, 0, 0.42)
    other, levels = STUDIES["left"]()
    room.open_study("left")
    room.wait_for_overlay(other.sha256)
    assert room.attribute("state") == f"{fullest_slice(levels)}|0.300"  # nor is it followed here
    room.open_study("right")
    room.wait_for_overlay(STUDY.sha256)
    room.wait_for_state("0|0.420")


def test_to_be_sent_where_one_is_counts_as_a_choice_too(room: Room) -> None:
    press_button(room, "place-here")
    told(room, START, 0.3)
    assert parse_qs(urlsplit(room.page.url).query)["slice"] == [str(START + 1)]


def test_nothing_is_sent_while_nothing_is_asked(room: Room) -> None:
    press_button(room, "place-go")
    told(room, 5, 0.42)
    sent = len(room.sent)
    x, y = room.point("axial", 0.4, 0.4)
    room.page.mouse.move(x, y)
    room.press("e")
    room.wait("r.querySelector('.spoken').textContent.startsWith(a)", f"Slice 6 of {SLICES}, threshold 0.420")
    assert len(room.sent) == sent
