"""What is shown while scan and levels are still coming."""

from collections.abc import Callable
from pathlib import Path

import pytest
from answers import UNKNOWN, expected, sha256, slice_of
from room import Room
from viewer_studies import STUDIES, fullest_slice

APP = Path(__file__).with_name("viewer_app.py")
MIDDLE = 12


@pytest.fixture
def enter_at(serve: Callable[[Path], str], open_room: Callable[..., Room]) -> Callable[..., Room]:
    """Open the page anew, at a stage of `viewer_app`."""

    def entered(stage: str) -> Room:
        room = open_room(f"{serve(APP)}?stage={stage}")
        room.wait("r.dataset.paints > 0 && r.dataset.study === a", "" if stage == "loading" else sha256("right"))
        if stage in ("complete", "partial"):
            room.wait_for_overlay(sha256("right"))
        return room

    return entered


def test_before_the_scan_has_come_the_picture_is_black(enter_at: Callable[..., Room]) -> None:
    room = enter_at("loading")
    assert room.page.locator(".message").inner_text() == "loading…"
    assert room.page.locator(".message").is_visible()
    assert room.attribute("study") == ""
    assert room.shades() == 1


def test_before_the_network_has_answered_nothing_is_called_a_number(enter_at: Callable[..., Room]) -> None:
    room = enter_at("scan")
    readout = room.readout()
    assert (readout["complete"], readout["scan"], readout["slice"]) == (False, UNKNOWN, UNKNOWN)
    assert room.tumour_on_screen() is None
    assert room.shades() > 50  # the scan itself is there
    assert [room.text(f".{name} .value").strip() for name in ("recall", "precision", "dice", "volume")] == [
        "segmenting…"
    ] * 4
    assert room.page.locator(".progress").is_visible()
    assert room.page.locator(".recall .target").inner_text() == "target 95 %"


def test_while_slices_are_coming_only_those_that_came_have_numbers(enter_at: Callable[..., Room]) -> None:
    room = enter_at("partial")
    study, levels = STUDIES["right"]()
    room.page.locator("input.slice").fill(f"{MIDDLE}")
    room.wait_for_state(f"{MIDDLE - 1}|0.300")
    readout = room.readout()
    assert (readout["complete"], readout["scan"]) == (False, UNKNOWN)
    assert readout["slice"] == expected(*slice_of(study, levels, MIDDLE - 1), 0.3)
    assert room.text(".recall .value").strip() == "segmenting…"
    assert room.tumour_on_screen() is not None

    room.press("ArrowUp")
    room.wait_for_state(f"{MIDDLE}|0.300")
    assert room.readout()["slice"] == UNKNOWN
    assert room.page.locator(".recall .slice-value").inner_text() == "slice segmenting…"


@pytest.mark.parametrize("moved", [False, True])
def test_the_slice_to_start_on_is_followed_until_the_hand_has_moved(enter_at: Callable[..., Room], moved: bool) -> None:
    room = enter_at("scan")
    room.wait_for_state(f"{MIDDLE}|0.300")
    if moved:
        room.press("ArrowDown")
        room.wait_for_state(f"{MIDDLE - 1}|0.300")
    room.page.locator(".st-key-finish button").click()
    room.wait_for_overlay(sha256("right"))
    fullest = fullest_slice(STUDIES["right"]()[1])
    assert fullest != MIDDLE
    room.wait_for_state(f"{MIDDLE - 1 if moved else fullest}|0.300")
