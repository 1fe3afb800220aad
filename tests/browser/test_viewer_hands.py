"""What every way to move the view shares: the server hears of it once, afterwards, and no way needs a mouse or eyes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hands import START, STUDY, paints, start
from room import Room

APP = Path(__file__).with_name("viewer_app.py")
SLICES = STUDY.shape[0]
CONTROLS = "button, input, select, summary, [tabindex]"
FOCUSED = """(root, controls) => {
    const control = root.getRootNode().activeElement;
    if (!control) return null;
    const { outlineStyle, outlineWidth } = getComputedStyle(control);
    const outlined = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
    return [[...root.querySelectorAll(controls)].indexOf(control), outlined];
}"""


@pytest.fixture(scope="module")
def page_once(serve: Callable[[Path], str], open_room: Callable[..., Room]) -> Room:
    return open_room(serve(APP))


def told(threshold: float) -> str:
    """What the page writes when it has heard of the fullest slice at a threshold."""
    return repr({"study": STUDY.sha256, "slice": START, "threshold": threshold, "sequence": "FLAIR"})


@pytest.fixture
def room(page_once: Room) -> Room:
    """The fullest slice at the default threshold, and nothing on its way to the server."""
    start(page_once)
    for key, threshold in (("]", 0.305), ("[", 0.3)):
        page_once.press(key)
        page_once.page.get_by_text(told(threshold)).wait_for()
    return page_once


def test_a_threshold_drag_repaints_without_a_word_to_the_server_until_the_hand_rests(room: Room) -> None:
    box = room.page.locator("input.threshold").bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2
    sent, before = len(room.sent), paints(room)

    room.page.mouse.move(box["x"] + 0.3 * box["width"], middle)
    room.page.mouse.down()
    states = set()
    for share in (0.4, 0.5, 0.6, 0.7, 0.8):
        state = room.attribute("state")
        room.page.mouse.move(box["x"] + share * box["width"], middle)
        room.wait("r.dataset.state !== a", state)
        states.add(room.attribute("state"))
    room.page.wait_for_timeout(600)  # held still, longer than a rest: silence has no event to wait for
    assert len(states) == 5
    assert paints(room) >= before + 5
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


def test_looks_are_the_browsers_own(room: Room) -> None:
    """Neither a window nor a zoom is told; a threshold after them is."""
    sent = len(room.sent)
    for key in ("i", "m", "x", "g", "l"):
        room.press(key)
    room.page.mouse.move(*room.point("axial", 0.5, 0.5))
    room.page.mouse.down(button="right")
    room.page.mouse.move(*room.point("axial", 0.6, 0.4))
    room.page.mouse.up(button="right")
    room.wait("r.querySelector('.preset').value === 'hand'")
    room.press("]")
    room.page.get_by_text(told(0.305)).wait_for()
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
    assert room.text(".slice-number") == f"1 / {SLICES}"
    assert f"  ·  slice 1 / {SLICES}  ·  " in room.text(".caption")


@pytest.mark.parametrize("way", ["double click", "button"])
def test_back_to_the_default_threshold(room: Room, way: str) -> None:
    room.press("Shift+BracketRight")
    room.wait_for_state(f"{START}|0.350")
    if way == "button":
        room.page.locator(".default-threshold").click()
    else:
        room.page.locator("input.threshold").dblclick()
    room.wait_for_state(f"{START}|0.300")


def test_every_control_has_a_name(room: Room) -> None:
    room.root.locator("summary").click()
    controls = room.root.locator(CONTROLS).all()
    assert len(controls) > 25
    for control in controls:
        name = control.evaluate(
            """control => {
                const labelled = control.getRootNode().getElementById(control.getAttribute("aria-labelledby"));
                return control.ariaLabel || (labelled ?? control.labels?.[0] ?? control).textContent;
            }"""
        )
        assert name.strip(), control.evaluate("control => control.outerHTML")


def test_the_tab_key_reaches_every_control_and_shows_where_it_is(room: Room) -> None:
    room.root.locator("summary").click()  # the sheet's controls are part of the round
    shown: list[int] = room.root.evaluate(
        """(root, controls) => [...root.querySelectorAll(controls)]
            .flatMap((control, index) => (control.checkVisibility() ? [index] : []))""",
        CONTROLS,
    )
    room.page.evaluate("document.activeElement.blur()")
    room.root.locator(".sequences button").first.focus()
    room.page.keyboard.press("Tab")  # from here on it is the keyboard that moves the focus
    room.page.keyboard.press("Shift+Tab")
    visible = {}
    for _ in shown:
        focused = room.root.evaluate(FOCUSED, CONTROLS)
        assert focused is not None  # still inside the viewer
        visible[focused[0]] = focused[1]
        room.page.keyboard.press("Tab")
    assert sorted(visible) == shown
    assert all(visible.values()), [index for index, seen in visible.items() if not seen]


def test_controls_work_from_the_keyboard(room: Room) -> None:
    room.root.locator(".overlay-toggle").focus()
    room.page.keyboard.press("Enter")
    room.wait("r.dataset.overlay === ''")
    room.page.keyboard.press("Space")
    room.wait("r.dataset.overlay !== ''")
    room.root.locator("summary").focus()
    room.page.keyboard.press("Enter")
    room.root.locator("[data-check=inverted]").focus()
    room.page.keyboard.press("Space")
    room.wait("r.matches('.inverted')")
    room.root.locator(".preset").focus()
    room.page.keyboard.press("ArrowDown")
    room.wait("r.querySelector('.preset').value === 'full' && r.dataset.state === a", f"{START}|0.300")
    room.root.locator(".speed").focus()
    room.page.keyboard.press("ArrowRight")
    room.wait("r.querySelector('.speed-number').textContent === '13 / s'")
    assert room.attribute("state") == f"{START}|0.300"


def test_screen_readers_hear_where_the_hand_rested(room: Room) -> None:
    room.press("ArrowDown")
    spoken = room.page.locator(".spoken", has_text=f"Slice {START} of {SLICES}, threshold 0.300.")
    spoken.wait_for(state="attached")
    for card in ("recall", "precision"):
        assert f"{card} {room.text(f'.card.{card} .number')} %" in (spoken.text_content() or "")
    assert f"Dice {room.text('.card.dice .number')}" in (spoken.text_content() or "").replace("dice", "Dice")
