"""What a hand does, and that the server hears of it once, afterwards."""

from collections.abc import Callable
from pathlib import Path

import pytest
from room import Room
from viewer_studies import STUDIES, fullest_slice

APP = Path(__file__).with_name("viewer_app.py")
STUDY, LEVELS = STUDIES["right"]()
SLICES = len(LEVELS)
START = fullest_slice(LEVELS)


@pytest.fixture(scope="module")
def page_once(serve: Callable[[Path], str], open_room: Callable[..., Room]) -> Room:
    return open_room(serve(APP))


def told(threshold: float) -> str:
    """What the page writes when it has heard of the fullest slice at a threshold."""
    return repr({"study": STUDY.sha256, "slice": START, "threshold": threshold, "sequence": "FLAIR"})


@pytest.fixture
def room(page_once: Room) -> Room:
    """The fullest slice at the default threshold, and nothing on its way to the server."""
    page_once.wait_for_overlay(STUDY.sha256)
    page_once.page.locator("input.slice").fill(str(START + 1))
    page_once.page.locator(".default-threshold").click()
    page_once.press("1")
    for key, threshold in (("]", 0.305), ("[", 0.3)):
        page_once.press(key)
        page_once.page.get_by_text(told(threshold)).wait_for()
    return page_once


def wheel(room: Room, delta: float) -> None:
    room.stage.hover()
    room.page.mouse.wheel(0, delta)


def test_each_key_moves_slice_or_threshold(room: Room) -> None:
    for key, state in (
        ("ArrowUp", f"{START + 1}|0.300"),
        ("ArrowDown", f"{START}|0.300"),
        ("PageDown", f"{START - 10}|0.300"),
        ("PageUp", f"{START}|0.300"),
        ("End", "23|0.300"),
        ("Home", "0|0.300"),
        ("]", "0|0.305"),
        ("[", "0|0.300"),
        ("Shift+BracketRight", "0|0.350"),
        ("Shift+BracketLeft", "0|0.300"),
    ):
        room.press(key)
        room.wait_for_state(state)


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


def test_a_notch_of_the_wheel_is_one_slice(room: Room) -> None:
    wheel(room, -120)
    room.wait_for_state(f"{START + 1}|0.300")
    wheel(room, 120)
    wheel(room, 120)
    room.wait_for_state(f"{START - 1}|0.300")


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


def test_a_threshold_drag_repaints_without_a_word_to_the_server_until_the_hand_rests(room: Room) -> None:
    box = room.page.locator("input.threshold").bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2
    sent, paints = len(room.sent), int(room.attribute("paints"))

    room.page.mouse.move(box["x"] + 0.3 * box["width"], middle)
    room.page.mouse.down()
    states = set()
    for share in (0.4, 0.5, 0.6, 0.7, 0.8):
        before = room.attribute("state")
        room.page.mouse.move(box["x"] + share * box["width"], middle)
        room.wait("r.dataset.state !== a", before)
        states.add(room.attribute("state"))
    room.page.wait_for_timeout(600)  # held still, longer than a rest
    assert len(states) == 5
    assert int(room.attribute("paints")) >= paints + 5
    assert len(room.sent) == sent

    room.page.mouse.up()
    threshold = room.readout()["threshold"]
    room.page.get_by_text(f"'threshold': {threshold}").wait_for()
    assert len(room.sent) == sent + 1


def test_the_server_hears_once_what_many_keys_chose(room: Room) -> None:
    sent = len(room.sent)
    room.stage.evaluate(
        """(stage, keys) => {
            for (const key of keys) stage.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
        }""",
        ["ArrowDown"] * 4 + ["]", "2"],
    )
    view = {"study": STUDY.sha256, "slice": START - 4, "threshold": 0.305, "sequence": "T1"}
    room.page.get_by_text(repr(view)).wait_for()
    assert len(room.sent) == sent + 1


def test_a_slider_keeps_its_own_keys_and_the_pointer_gives_them_back_to_the_picture(room: Room) -> None:
    room.page.locator("input.threshold").focus()
    room.page.keyboard.press("ArrowUp")
    room.wait_for_state(f"{START}|0.305")

    box = room.page.locator("input.threshold").bounding_box()
    assert box
    room.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    room.wait("r.dataset.state.endsWith('|0.500')")
    room.page.keyboard.press("ArrowUp")
    room.wait_for_state(f"{START + 1}|0.500")


def test_the_slice_slider_counts_from_one(room: Room) -> None:
    room.page.locator("input.slice").fill("1")
    room.wait_for_state("0|0.300")
    assert room.page.locator(".slice-number").inner_text() == f"1 / {SLICES}"
    assert room.page.locator(".caption").inner_text().endswith(f"· slice 1 / {SLICES}")


@pytest.mark.parametrize("way", ["double click", "button"])
def test_back_to_the_default_threshold(room: Room, way: str) -> None:
    room.press("Shift+BracketRight")
    room.wait_for_state(f"{START}|0.350")
    if way == "button":
        room.page.locator(".default-threshold").click()
    else:
        room.page.locator("input.threshold").dblclick()
    room.wait_for_state(f"{START}|0.300")


def test_the_overlay_goes_and_comes_back(room: Room) -> None:
    toggle = room.page.locator(".overlay-toggle")
    room.press("o")
    room.wait("r.dataset.overlay === ''")
    assert room.tumour_on_screen() is None
    assert toggle.get_attribute("aria-pressed") == "false"
    toggle.click()
    room.wait("r.dataset.overlay !== ''")
    assert room.tumour_on_screen() is not None


def test_sequences_switch_by_key_and_by_button(room: Room) -> None:
    pressed = ".sequences button[aria-pressed=true]"
    pictures = set()
    for key, name in (("1", "FLAIR"), ("2", "T1"), ("4", "T2")):
        room.press(key)
        room.page.locator(pressed, has_text=name).wait_for()
        pictures.add(room.fingerprint())
    room.page.locator(".sequences button[data-sequence=T1ce]").click()
    room.page.locator(pressed, has_text="T1ce").wait_for()
    pictures.add(room.fingerprint())
    assert len(pictures) == 4


@pytest.mark.parametrize("key", ["r", "c"])
def test_hotkeys_of_streamlit_do_not_fire_from_the_viewer(room: Room, key: str) -> None:
    sent = len(room.sent)
    room.press(key)
    room.press("]")
    room.wait_for_state(f"{START}|0.305")
    room.page.get_by_text("'threshold': 0.305").wait_for()
    assert len(room.sent) == sent + 1  # the threshold, and no rerun
    assert room.page.get_by_role("dialog").count() == 0

    # They are alive: from the page itself they do what was kept from happening.
    room.page.evaluate("document.activeElement.blur()")
    room.page.keyboard.press(key)
    if key == "c":
        room.page.get_by_role("dialog").wait_for()
        room.page.keyboard.press("Escape")
    else:
        room.wait_until_sent(sent + 2)


def test_every_control_is_reached_by_the_keyboard_and_has_a_name(room: Room) -> None:
    focusable = "button, input, [tabindex]"
    names = room.root.evaluate(
        """(root, focusable) => [...root.querySelectorAll(focusable)].map(control => {
            const labelled = root.querySelector("#" + control.getAttribute("aria-labelledby"));
            return control.tabIndex < 0 ? "" : control.ariaLabel || labelled?.textContent || control.textContent;
        })""",
        focusable,
    )
    assert len(names) == 9
    assert all(names)


def test_screen_readers_hear_where_the_hand_rested(room: Room) -> None:
    room.press("ArrowDown")
    spoken = room.page.locator(".spoken", has_text=f"Slice {START} of {SLICES}, threshold 0.300.")
    spoken.wait_for(state="attached")
    assert "Scan: recall 100.0 %" in spoken.inner_text()
