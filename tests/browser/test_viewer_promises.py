"""The guarantee's threshold on the slider, and the interval in the card of the size."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hands import START, STUDY
from room import Room
from viewer_extras import GUARANTEE, PROMISE

APP = Path(__file__).with_name("viewer_extras_app.py")
WRITTEN = "90 % interval 1.23 to 56.8 ml"


@pytest.fixture(scope="module")
def page_once(serve: Callable[[Path], str], open_room: Callable[..., Room]) -> Room:
    return open_room(f"{serve(APP)}?study=right&extras=guarantee,interval")


@pytest.fixture
def room(page_once: Room) -> Room:
    page_once.wait_for_overlay(STUDY.sha256)
    page_once.restore(START)
    page_once.wait_for_state(f"{START}|0.300")
    return page_once


def written(room: Room) -> str:
    return room.text(".interval").replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("way", ["button", "keyboard", "mark"])
def test_the_threshold_of_the_guarantee_is_one_press_away(room: Room, way: str) -> None:
    button = room.root.locator("button.guarantee")
    assert (button.inner_text(), button.get_attribute("title")) == (f"t* {GUARANTEE:.3f}", PROMISE)
    assert button.get_attribute("aria-pressed") == "false"
    if way == "keyboard":
        room.root.locator(".default-threshold").focus()
        room.page.keyboard.press("Tab")
        room.page.keyboard.press("Enter")
    else:
        (button if way == "button" else room.root.locator(".guarantee-mark")).click()
    room.wait_for_state(f"{START}|{GUARANTEE:.3f}")
    room.wait("r.querySelector('button.guarantee').ariaPressed === 'true'")
    room.page.get_by_text(f"'threshold': {GUARANTEE}").wait_for()


def test_its_mark_stands_at_its_place_and_looks_unlike_the_defaults(room: Room) -> None:
    mark, default = (room.root.locator(f".{name}-mark") for name in ("guarantee", "default"))
    assert mark.get_attribute("title") == PROMISE
    slider = room.root.locator("input.threshold").bounding_box()
    box, other = mark.bounding_box(), default.bounding_box()
    assert slider and box and other
    across = (box["x"] + box["width"] / 2 - slider["x"] - 9) / (slider["width"] - 18)
    assert across == pytest.approx(GUARANTEE, abs=0.01)
    assert box["y"] + box["height"] < other["y"] and box["width"] > 2 * other["width"]
    colour = "mark => getComputedStyle(mark).backgroundColor"
    assert mark.evaluate(colour) != default.evaluate(colour)


def test_the_words_under_the_slider_stand_in_one_row(room: Room) -> None:
    row = room.root.locator(".ends").bounding_box()
    assert row and row["width"] <= 340 and row["height"] < 30
    parts = [part.bounding_box() for part in room.root.locator(".ends > *").all()]
    assert len(parts) == 4
    for part, following in pairwise(parts):
        assert part and following and part["x"] + part["width"] <= following["x"]


def test_the_interval_stands_at_its_own_threshold_alone(room: Room) -> None:
    assert written(room) == WRITTEN
    assert room.root.locator(".interval").get_attribute("title") == "Over 8 flips"
    room.press("]")
    room.wait_for_state(f"{START}|0.305")
    assert written(room) == ""
    room.press("[")
    room.wait_for_state(f"{START}|0.300")
    assert written(room) == WRITTEN


def test_without_them_nothing_is_shown(serve: Callable[[Path], str], open_room: Callable[..., Room]) -> None:
    room = open_room(f"{serve(APP)}?study=right")
    room.wait_for_overlay(STUDY.sha256)
    assert not room.root.locator("button.guarantee").is_visible()
    assert not room.root.locator(".guarantee-mark").is_visible()
    assert written(room) == ""
