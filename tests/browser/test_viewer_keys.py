"""Keys that move: slices, threshold, sequences, the film; the card of keys; and Streamlit's own, which stay silent."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hands import IS_ON, LEVELS, PAINTED_SAME, SLICES, START, start, zoom_in
from room import Room
from viewer_studies import DEFAULT_THRESHOLD, STUDIES

from app.study import threshold_level

APP = Path(__file__).with_name("viewer_app.py")
FRAMES = "n => new Promise(done => { const next = () => (n-- ? requestAnimationFrame(next) : done()); next(); })"
"""A promise that is kept when the browser has had the chance to paint n times."""


@pytest.fixture(scope="module")
def page_once(serve: Callable[[Path], str], open_room: Callable[..., Room]) -> Room:
    return open_room(serve(APP))


@pytest.fixture
def room(page_once: Room) -> Room:
    return start(page_once)


def slices_with_tumour(threshold: float) -> list[int]:
    marked = (threshold_level(threshold) <= LEVELS).any(axis=(1, 2))
    return [int(slice_) for slice_ in np.flatnonzero(marked)]


@pytest.mark.parametrize(
    ("key", "state"),
    [
        ("ArrowUp", (START + 1, "0.300")),
        ("ArrowDown", (START - 1, "0.300")),
        ("Shift+ArrowUp", (START + 5, "0.300")),
        ("Shift+ArrowDown", (START - 5, "0.300")),
        ("PageUp", (min(START + 10, SLICES - 1), "0.300")),
        ("PageDown", (START - 10, "0.300")),
        ("End", (SLICES - 1, "0.300")),
        ("Home", (0, "0.300")),
        ("]", (START, "0.305")),
        ("[", (START, "0.295")),
        ("Shift+BracketRight", (START, "0.350")),
        ("Shift+BracketLeft", (START, "0.250")),
    ],
)
def test_a_key_moves_slice_or_threshold(room: Room, key: str, state: tuple[int, str]) -> None:
    room.press(key)
    room.wait_for_state(f"{state[0]}|{state[1]}")


def test_slice_and_threshold_stop_at_their_ends(room: Room) -> None:
    room.press("End")
    room.press("ArrowUp")
    room.press("]")
    room.wait_for_state(f"{SLICES - 1}|0.305")
    for _ in range(15):
        room.press("Shift+BracketRight")
    room.press("Home")
    room.press("ArrowDown")
    room.press("[")
    room.wait_for_state("0|0.995")


def test_the_default_threshold_comes_back(room: Room) -> None:
    room.press("Shift+BracketRight")
    room.wait_for_state(f"{START}|0.350")
    room.press("d")
    room.wait_for_state(f"{START}|0.300")


@pytest.mark.parametrize("threshold", [DEFAULT_THRESHOLD, 0.95])
def test_jump_to_the_slice_with_most_tumour_at_this_threshold(room: Room, threshold: float) -> None:
    room.page.locator("input.threshold").fill(str(threshold))
    room.page.locator("input.slice").fill("1")
    room.press("t")
    areas = (threshold_level(threshold) <= LEVELS).sum(axis=(1, 2))
    room.wait_for_state(f"{areas.argmax()}|{threshold:.3f}")


def test_next_and_previous_slice_with_tumour(room: Room) -> None:
    with_tumour = slices_with_tumour(0.9)
    first, last = with_tumour[0], with_tumour[-1]
    assert 1 < first < last < SLICES - 2  # there are slices without on either side
    room.page.locator("input.threshold").fill("0.9")
    for key, slice_ in (("Home", 0), ("n", first), ("n", first + 1), ("p", first), ("p", first), ("End", SLICES - 1)):
        room.press(key)
        room.wait_for_state(f"{slice_}|0.900")
    for key, slice_ in (("p", last), ("n", last)):
        room.press(key)
        room.wait_for_state(f"{slice_}|0.900")


def test_cine_goes_round_until_it_is_stopped(room: Room) -> None:
    room.press("End")
    room.wait_for_state(f"{SLICES - 1}|0.300")
    room.press("c")
    for slice_ in (0, 1, 2):
        room.wait(
            "Number(r.dataset.state.split('|')[0]) >= a[0] && Number(r.dataset.state.split('|')[0]) < a[1]",
            [slice_, SLICES - 1],
        )
    assert room.root.locator(".cine").get_attribute("aria-pressed") == "true"
    room.press("c")
    room.wait(IS_ON, [".cine", False])
    state = room.attribute("state")
    room.page.evaluate(FRAMES, 20)
    assert room.attribute("state") == state


def test_the_speed_of_cine_is_adjustable(room: Room) -> None:
    """Between two slices at 2 a second there is half a second; at 40 a second there is less, on any machine."""
    room.root.evaluate(
        """r => {
            window.turns = [];
            new MutationObserver(() => {
                const { state } = r.dataset;
                if (state !== window.turns.at(-1)?.state) window.turns.push({ state, at: performance.now() });
            }).observe(r, { attributes: true, attributeFilter: ["data-state"] });
        }"""
    )
    room.root.locator("summary").click()
    gaps = {}
    for speed in ("40", "2"):
        room.root.locator(".speed").fill(speed)
        room.wait("r.querySelector('.speed-number').textContent === a", f"{speed} / s")
        room.page.evaluate("turns.length = 0")
        room.press("c")
        room.page.wait_for_function("turns.length > 3")
        room.press("c")
        room.wait(IS_ON, [".cine", False])
        times = [turn["at"] for turn in room.page.evaluate("turns.slice(1, 4)")]
        gaps[speed] = np.diff(times).mean()
    assert gaps["2"] > 400 > gaps["40"]


def test_sequences_switch_by_key_and_by_button_and_keep_slice_and_zoom(room: Room) -> None:
    room.press("o")
    room.press("ArrowDown")
    zoom_in(room, (0.4, 0.4))
    room.wait_for_state(f"{START - 1}|0.300")
    pictures = {}
    for key, name in (("2", "T1"), ("3", "T1ce"), ("4", "T2"), ("1", "FLAIR")):
        room.press(key)
        room.wait("r.querySelector('.caption').textContent.split('  ·')[0] === a", name)
        pictures[name] = room.fingerprint()
    assert len(set(pictures.values())) == 4
    for name in ("T2", "FLAIR"):
        room.root.locator(f".sequences button[data-sequence={name}]").click()
        room.root.locator(f"[data-sequence={name}][aria-pressed=true]").wait_for()
        room.page.mouse.move(*room.point("axial", 0.4, 0.4))
        room.wait(PAINTED_SAME, pictures[name])
    assert room.attribute("state") == f"{START - 1}|0.300"


def test_a_key_for_a_sequence_that_is_not_there_does_nothing(room: Room) -> None:
    room.open_study("bare")
    room.wait_for_overlay(STUDIES["bare"]()[0].sha256)
    room.press("3")
    room.press("]")
    room.wait("r.dataset.state.endsWith('|0.305')")
    assert room.text(".caption").startswith("FLAIR  ·")


def test_letters_work_under_caps_lock_and_not_with_control(room: Room) -> None:
    press = "(stage, what) => stage.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true, ...what }))"
    room.stage.evaluate(press, {"key": "I"})
    room.wait(IS_ON, ["[data-check=inverted]", True])
    room.stage.evaluate(press, {"key": "i", "ctrlKey": True})
    room.press("]")
    room.wait_for_state(f"{START}|0.305")
    room.wait(IS_ON, ["[data-check=inverted]", True])


@pytest.mark.parametrize("way", ["key", "button"])
def test_the_card_lists_every_key_and_escape_closes_it(room: Room, way: str) -> None:
    card = room.page.get_by_role("dialog", name="Keys and gestures")
    if way == "key":
        room.press("?")
    else:
        room.page.get_by_role("button", name="Keys and gestures").click()
    card.wait_for()
    listed = {token for term in card.locator("dt").all_inner_texts() for token in re.split(r"[\s,]+", term)}
    keys = {*"↑↓[]dtnp1234ogmisxlcfry?+-", "Shift", "PgUp", "PgDn", "Home", "End", "wheel", "Ctrl", "Space"}
    assert keys - listed == set()
    assert {"Right", "Middle", "double", "Touch"} - listed == set()
    assert all(text.strip() for text in card.locator("dd").all_inner_texts())

    room.page.keyboard.press("ArrowUp")  # not meant for the picture
    room.page.keyboard.press("Escape")
    card.wait_for(state="hidden")
    room.press("]")
    room.wait_for_state(f"{START}|0.305")


@pytest.mark.parametrize("key", ["r", "c"])
def test_hotkeys_of_streamlit_do_not_fire_from_the_viewer(room: Room, key: str) -> None:
    room.press("]")
    room.page.get_by_text("'threshold': 0.305,").wait_for()
    sent = len(room.sent)
    room.press(key)
    if key == "c":
        room.press(key)  # the film stops again
        room.wait(IS_ON, [".cine", False])
    room.press("]")
    room.page.get_by_text("'threshold': 0.31,").wait_for()
    assert room.page.get_by_role("dialog").count() == 0
    assert key == "c" or len(room.sent) == sent + 1  # the threshold, and no rerun

    # They are alive: from the page itself they do what was kept from happening.
    room.page.evaluate("document.activeElement.blur()")
    room.page.keyboard.press(key)
    if key == "c":
        room.page.get_by_role("dialog").wait_for()
        room.page.keyboard.press("Escape")
        room.page.get_by_role("dialog").wait_for(state="hidden")
    else:
        room.wait_until_sent(sent + 2)
