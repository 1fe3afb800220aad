"""The view in the page's address: it follows the hand, opens the same view elsewhere, and takes no wrong entry."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hands import SLICES, START, STUDY, probed, window
from room import Room
from viewer_studies import STUDIES, fullest_slice

APP = Path(__file__).with_name("viewer_app.py")
FIRST = {"study": "right", "link": "on"}
ADDRESS_HAS = """([name, value]) => new URLSearchParams(location.search).get(name) === value"""


@pytest.fixture
def open_link(serve: Callable[[Path], str], open_room: Callable[..., Room]) -> Callable[..., Room]:
    """Open the page at an address with further entries, and wait for the picture."""

    def opened(**entries: object) -> Room:
        room = open_room(f"{serve(APP)}?{urlencode(FIRST | entries)}")
        room.wait("r.dataset.study === a", STUDY.sha256)
        return room

    return opened


def entries(room: Room) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(room.page.url).query))


def wait_for_address(room: Room, name: str, value: str) -> None:
    room.page.wait_for_function(ADDRESS_HAS, arg=[name, value])


def look(room: Room) -> list[Any]:
    """All that a link keeps, as the page shows it."""
    pressed: list[str] = room.root.locator(".toolbar [aria-pressed=true]").all_text_contents()
    planes = [room.pane(plane).is_visible() for plane in ("axial", "coronal", "sagittal")]
    return [room.attribute("state"), window(room), pressed, planes]


def test_a_view_opens_again_at_its_address(open_link: Callable[..., Room]) -> None:
    room = open_link()
    room.wait_for_overlay(STUDY.sha256)
    before = room.page.evaluate("history.length")
    for key in ("ArrowUp", "Shift+BracketRight", "2", "m"):
        room.press(key)
    x, y = room.point("axial", 0.55, 0.55)
    room.page.mouse.click(x, y)
    room.page.mouse.down(button="right")
    room.page.mouse.move(x + 150, y - 40)
    room.page.mouse.up(button="right")
    room.press("3")
    room.press("2")
    wait_for_address(room, "threshold", "0.350")
    wait_for_address(room, "sequence", "T1")
    at, (width, level) = probed(room), window(room)
    found = entries(room)
    low, high = (float(end) for end in found.pop("window").split(","))
    assert (high - low, (low + high) / 2) == pytest.approx((width, level), rel=0.01)
    assert found == FIRST | {
        "slice": str(START + 2),
        "threshold": "0.350",
        "sequence": "T1",
        "layout": "three",
        "overlay": "outline",
        "at": found["at"],
    }
    assert room.page.evaluate("history.length") == before

    room.page.mouse.move(1, 1)
    room.wait("!r.querySelector('.probe').matches(':hover')")
    other = open_link(**entries(room))
    other.wait_for_overlay(STUDY.sha256)
    other.wait_for_state(f"{START + 1}|0.350")
    assert look(other)[2:] == look(room)[2:]
    assert window(other) == pytest.approx((width, level), rel=0.01)
    column, row = (int(index) - 1 for index in found["at"].split(","))
    assert probed(other) == (START + 1, row, column)
    assert at[0] == START + 1

    room.page.reload()
    room.wait_for_overlay(STUDY.sha256)
    room.wait_for_state(f"{START + 1}|0.350")
    assert look(room) == look(other)
    assert room.fingerprint("coronal") == other.fingerprint("coronal")


def test_layout_and_hidden_overlay_are_in_the_address(open_link: Callable[..., Room]) -> None:
    room = open_link()
    room.wait_for_overlay(STUDY.sha256)
    room.press("l")
    room.press("o")
    wait_for_address(room, "layout", "one")
    wait_for_address(room, "overlay", "off")

    other = open_link(**entries(room))
    other.wait("r.querySelector('.overlay-toggle').ariaPressed === 'false'")
    assert not other.pane("coronal").is_visible()
    assert other.attribute("overlay") == ""
    other.press("o")
    wait_for_address(other, "overlay", "fill")
    other.wait_for_overlay(STUDY.sha256)


def test_python_hears_what_the_address_said(open_link: Callable[..., Room]) -> None:
    room = open_link(slice=3, threshold="0.62", sequence="T2")
    view = {"study": STUDY.sha256, "slice": 2, "threshold": 0.62, "sequence": "T2"}
    room.page.get_by_text(repr(view)).wait_for()
    assert room.attribute("state") == "2|0.620"


@pytest.mark.parametrize(
    "wrong",
    [
        {"slice": SLICES + 1, "threshold": "1.2", "sequence": "PD", "layout": "four", "overlay": "glow"},
        {"slice": "", "threshold": "half", "window": "900,100", "at": "0,10"},
        {"slice": "0", "threshold": "-0.1", "window": "100", "at": "10"},
    ],
)
def test_wrong_entries_are_passed_over(open_link: Callable[..., Room], wrong: dict[str, object]) -> None:
    plain, room = open_link(), open_link(**wrong)
    for opened in (plain, room):
        opened.wait_for_overlay(STUDY.sha256)
        opened.wait_for_state(f"{START}|0.300")
    assert look(room) == look(plain)
    assert room.fingerprint() == plain.fingerprint()
    wait_for_address(room, "slice", str(START + 1))  # and the address is put right
    assert entries(room) == entries(plain)


def test_one_wrong_entry_does_not_spoil_the_others(open_link: Callable[..., Room]) -> None:
    room = open_link(slice="x", threshold="0.41", overlay="heat")
    room.wait_for_overlay(STUDY.sha256)
    room.wait_for_state(f"{START}|0.410")
    room.root.locator("[data-mode=heat][aria-pressed=true]").wait_for()


def test_another_study_has_its_own_address_and_the_history_stays_short(open_link: Callable[..., Room]) -> None:
    room = open_link(slice=3, threshold="0.62", window="100,900")
    room.wait_for_state("2|0.620")
    before = room.page.evaluate("history.length")
    study, levels = STUDIES["left"]()
    fullest = fullest_slice(levels)
    room.open_study("left")
    room.wait_for_overlay(study.sha256)
    wait_for_address(room, "study", "left")
    assert room.attribute("state") == f"{fullest}|0.300"
    assert entries(room)["slice"] == str(fullest + 1)
    assert "window" not in entries(room)
    for key, name, value in (("ArrowUp", "slice", fullest + 2), ("Home", "slice", 1), ("]", "threshold", "0.305")):
        room.press(key)
        wait_for_address(room, name, str(value))
    assert room.page.evaluate("history.length") == before


def test_without_a_name_for_the_study_the_address_stays(
    serve: Callable[[Path], str], open_room: Callable[..., Room]
) -> None:
    room = open_room(f"{serve(APP)}?study=right&slice=3")
    room.wait_for_overlay(STUDY.sha256)
    room.press("ArrowUp")
    room.page.get_by_text(f"'slice': {START + 1}").wait_for()  # told to Python, after the address would be written
    assert entries(room) == {"study": "right", "slice": "3"}
