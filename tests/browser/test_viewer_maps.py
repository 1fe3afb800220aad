"""Maps over the picture: shown when they come, gone when they go, and never on a study that they are not of."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hands import START, STUDY, probed
from room import Room
from viewer_extras import MAP_COLUMNS, map_values
from viewer_studies import STUDIES

APP = Path(__file__).with_name("viewer_extras_app.py")
OTHER = STUDIES["left"]()[0]
PRESSED = ".modes button[aria-pressed=true]"
BLUE = """canvas => {
    const { width, height } = canvas;
    const pixels = canvas.getContext("2d").getImageData(0, 0, width, height).data;
    let [sum, count] = [0, 0];
    for (let i = 0; i < width * height; i++) {
        if (pixels[4 * i + 2] < pixels[4 * i] + 45) continue;
        count++;
        sum += i % width;
    }
    return [count / (width * height), count ? sum / count / width : null];
}"""
"""How much of a canvas is blue, and where across it that lies on average; the crosshair is blue, too, and thin."""
MAP_SHARE = 0.01
"""What is more is a map, which has 0.04; the crosshair alone has 0.002."""
WATCH = """() => {
    window.seen = [];
    const blue = BLUE;
    let paints = "";
    const look = () => {  // at every frame that has another picture than the one before
        requestAnimationFrame(look);
        const root = [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")]
            .map(host => host.shadowRoot?.querySelector(".gliolens")).find(Boolean);
        if (!root || root.dataset.paints === paints) return;
        paints = root.dataset.paints;
        const { study, map } = root.dataset;
        window.seen.push([study, map, ...blue(root.querySelector(".axial canvas"))]);
    };
    look();
}""".replace("BLUE", BLUE)


@pytest.fixture(scope="module")
def page_once(serve: Callable[[Path], str], open_room: Callable[..., Room]) -> Room:
    return open_room(f"{serve(APP)}?study=right")


@pytest.fixture
def room(page_once: Room) -> Room:
    """The study "right" without a map, filled; the axial plane alone, without a crosshair."""
    bring(page_once, "none")
    page_once.wait("r.dataset.map === '' && r.matches('.unmapped')")
    page_once.open_study("right")
    page_once.press("r")
    page_once.wait_for_overlay(STUDY.sha256)
    page_once.restore(START)
    page_once.press("l")
    page_once.wait("!r.matches('.three-planes')")
    return page_once


def bring(room: Room, name: str) -> None:
    """Press a button of the page; gives it no time to arrive."""
    room.page.locator(f".st-key-map-{name} button").click()


def blue(room: Room) -> float | None:
    """Where across the axial picture the map lies; None where nothing is blue."""
    share, across = room.canvas().evaluate(BLUE)
    return across if share > MAP_SHARE else None


def test_a_map_is_shown_when_it_comes(room: Room) -> None:
    assert not room.root.locator("[data-mode=map]").is_visible()
    assert blue(room) is None
    bring(room, "first")
    room.wait("r.dataset.map === a", f"{STUDY.sha256}/first")
    room.root.locator(PRESSED, has_text="Map").wait_for()
    across = blue(room)
    assert across and across > 0.52  # its column, 50 of 72, lies on the right


def test_a_map_lies_on_the_other_planes_too(room: Room) -> None:
    room.press("l")
    room.wait("r.matches('.three-planes')")
    bring(room, "first")
    room.wait("r.dataset.map !== ''")
    across = room.canvas().evaluate(BLUE)[1]
    room.page.mouse.click(*room.point("axial", across, 0.5))
    room.page.mouse.move(1, 1)
    for plane in ("coronal", "sagittal"):
        canvas = room.canvas(plane).element_handle()
        room.page.wait_for_function(f"canvas => ({BLUE})(canvas)[0] > 0.05", arg=canvas)
    room.press("o")
    room.wait("r.dataset.map === ''")
    assert all(room.canvas(plane).evaluate(BLUE)[0] < 0.02 for plane in ("coronal", "sagittal"))


def test_the_legend_and_the_probe_say_what_it_is(room: Room) -> None:
    bring(room, "first")
    room.wait("r.dataset.map !== ''")
    entry = room.root.locator(".legend i").first
    assert entry.inner_text().split() == ["The", "first", "map", "sure", "unsure"]
    assert "gradient" in entry.locator(".ramp").evaluate("ramp => getComputedStyle(ramp).backgroundImage")
    assert room.root.locator("[data-mode=map]").get_attribute("title") == "The first map (key m)"
    paints = room.attribute("paints")
    room.page.mouse.move(*room.point("axial", 0.55, 0.5))
    room.wait("r.dataset.paints !== a", paints)
    room.wait("/map [0-9.]+$/.test(r.querySelector('.probe').textContent)")
    value = float(room.text(".probe").split("map ")[1])
    z, row, column = probed(room)
    expected = map_values(STUDY, MAP_COLUMNS["right"]["first"])[z, row, column] / 200 * 0.5
    assert value == pytest.approx(expected, abs=0.001)


def test_the_hand_may_leave_it_and_come_back(room: Room) -> None:
    bring(room, "first")
    room.wait("r.dataset.map !== ''")
    room.press("m")  # after the last of the modes comes the first
    room.root.locator(PRESSED, has_text="Fill").wait_for()
    room.wait("r.dataset.map === ''")
    assert blue(room) is None
    room.root.locator("[data-mode=map]").click()
    room.wait("r.dataset.map !== ''")
    room.press("o")
    room.wait("r.dataset.map === ''")
    assert blue(room) is None


def test_another_map_takes_its_place_and_then_the_mode_before_is_back(room: Room) -> None:
    room.root.locator("[data-mode=outline]").click()
    bring(room, "first")
    room.wait("r.dataset.map === a", f"{STUDY.sha256}/first")
    first = blue(room)
    bring(room, "second")
    room.wait("r.dataset.map === a", f"{STUDY.sha256}/second")
    second = blue(room)
    assert first and second and second < first - 0.05
    bring(room, "none")
    room.root.locator(PRESSED, has_text="Outline").wait_for()
    room.wait("r.dataset.map === ''")
    assert blue(room) is None
    assert not room.root.locator("[data-mode=map]").is_visible()


def test_a_map_that_another_study_has_is_not_offered(room: Room) -> None:
    bring(room, "foreign")
    room.page.locator(".st-key-map-foreign").wait_for()
    room.press("ArrowUp")
    room.page.get_by_text(f"'slice': {START + 1}").wait_for()  # Python has answered with the foreign name
    assert room.attribute("map") == ""
    assert not room.root.locator("[data-mode=map]").is_visible()
    assert blue(room) is None


def test_fast_changes_never_show_another_studys_map(room: Room) -> None:
    bring(room, "first")
    room.wait("r.dataset.map !== ''")
    room.page.evaluate(WATCH)
    for name in ("left", "right", "left", "right", "left"):
        room.open_study(name)
        room.press("s")  # and is painted again, whatever has come by then
        room.wait("r.dataset.study === a", STUDIES[name]()[0].sha256)  # two clicks in one message have no order
    bring(room, "foreign")
    room.page.locator(".st-key-map-foreign").wait_for()
    bring(room, "first")
    room.wait("r.dataset.study === a[0] && r.dataset.map === a[1]", [OTHER.sha256, f"{OTHER.sha256}/first"])
    room.page.wait_for_function("a => window.seen.at(-1)[1] === a", arg=f"{OTHER.sha256}/first")
    seen: list[tuple[str, str, float, float]] = room.page.evaluate("window.seen")
    assert {study for study, *_ in seen} >= {STUDY.sha256, OTHER.sha256}
    sides = {STUDY.sha256: lambda across: across > 0.5, OTHER.sha256: lambda across: across < 0.5}
    for study, shown, share, across in seen:
        assert shown in ("", f"{study}/first")
        assert (share > MAP_SHARE) == bool(shown)
        if shown:
            assert sides[study](across)
