"""What is drawn is always the study that Python named, and never an overlay of another."""

from collections.abc import Callable
from pathlib import Path

import pytest
from room import Room
from viewer_studies import STUDIES, fullest_slice

APP = Path(__file__).with_name("viewer_app.py")
LAST = "bare"
WATCH = """() => {
    cancelAnimationFrame(window.watching);
    window.seen = [];
    const side = canvas => {
        const { width, height } = canvas;
        const pixels = canvas.getContext("2d").getImageData(0, 0, width, height).data;
        let [left, right] = [0, 0];
        for (let i = 0; i < width * height; i += 7) {
            if (pixels[4 * i] < pixels[4 * i + 1] + 40) continue;
            if (i % width < width / 2) left++; else right++;
        }
        return left === right ? "none" : left > right ? "left half" : "right half";
    };
    let [last, paints] = [null, ""];
    const look = () => {  // at every frame that has another picture than the one before
        window.watching = requestAnimationFrame(look);
        const root = [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")]
            .map(host => host.shadowRoot?.querySelector(".gliolens")).find(Boolean);
        if (!root || (root === last && root.dataset.paints === paints)) return;
        [last, paints] = [root, root.dataset.paints];
        const { study, overlay } = root.dataset;
        const planes = root.classList.contains("three-planes") ? ["axial", "coronal"] : ["axial"];
        const halves = planes.map(plane => side(root.querySelector(`.${plane} canvas`)));
        window.seen.push([root.querySelector(".name").textContent, study, overlay, ...halves]);
    };
    look();
}"""
HALVES = {"right": "left half", "left": "right half", "unsegmented": "none", "picture": "right half", LAST: "left half"}
"""Where the tumour is drawn, in the axial plane and in the coronal one: the patient's right is on the left."""


@pytest.fixture(scope="module")
def page_once(serve: Callable[[Path], str], open_room: Callable[..., Room]) -> Room:
    return open_room(serve(APP))


@pytest.fixture
def room(page_once: Room) -> Room:
    page_once.open_study("right")
    page_once.wait_for_overlay(STUDIES["right"]()[0].sha256)
    return page_once


def test_fast_changes_of_study_never_show_another_ones_overlay(room: Room) -> None:
    studies = {name: STUDIES[name]()[0] for name in HALVES}
    room.page.evaluate(WATCH)
    for name in ("left", "right", "left", "unsegmented", "picture", "right", "left", LAST):
        room.open_study(name)
        pictures = room.page.evaluate("window.seen.length")
        room.press("s")  # a repaint, at whatever point the change has got to; Python hears nothing of it
        room.page.wait_for_function("a => window.seen.length > a", arg=pictures)
    room.wait_for_overlay(studies[LAST].sha256)
    room.page.wait_for_function("a => window.seen.at(-1)[2] === a", arg=studies[LAST].sha256)

    seen: list[list[str]] = room.page.evaluate("window.seen")
    half_of = {studies[name].sha256: half for name, half in HALVES.items()}
    name_of = {study.sha256: study.name for study in studies.values()}
    assert len(seen) >= 8
    for name, study, overlay, *halves in seen:
        assert study in ("", *half_of)
        assert overlay in ("", study)
        for half in halves:  # a plane outside the tumour has none
            assert half in {half_of[study] if overlay else "none", "none"}
        if overlay and study != studies["unsegmented"].sha256:
            assert halves[0] != "none"
        if study:
            assert name == name_of[study]
    assert len(seen[0]) == 5  # with the coronal plane
    assert seen[-1][1:] == [studies[LAST].sha256] * 2 + [half_of[studies[LAST].sha256]] * 2


def test_a_study_without_levels_has_no_overlay_after_one_with_them(room: Room) -> None:
    study = STUDIES["unsegmented"]()[0]
    room.open_study("unsegmented")
    room.wait("r.dataset.study === a", study.sha256)
    assert room.attribute("overlay") == ""
    assert room.tumour_on_screen() is None
    assert room.readout()["scan"]["voxels"] is None


def test_a_new_study_starts_at_its_own_slice_and_default_and_is_found_again_as_it_was_left(room: Room) -> None:
    study, levels = STUDIES["healthy"]()
    state = "0|0.450"
    room.page.locator("input.threshold").fill("0.45")
    room.press("Home")
    room.press("2")
    room.wait_for_state(state)
    view = {"study": STUDIES["right"]()[0].sha256, "slice": 0, "threshold": 0.45, "sequence": "T1"}
    room.page.get_by_text(repr(view)).wait_for()

    room.open_study("healthy")
    room.wait_for_overlay(study.sha256)
    assert room.attribute("state") == f"{fullest_slice(levels)}|0.300"
    room.page.get_by_text("None", exact=True).wait_for()  # what was chosen in the other study is not told as this one's

    room.open_study("right")
    room.wait_for_state(state)
    room.page.get_by_text(repr(view)).wait_for()


def test_a_sequence_is_kept_in_the_next_study_and_told_only_when_the_hand_has_chosen_it_there(room: Room) -> None:
    study, levels = STUDIES["healthy"]()
    room.press("3")
    room.page.get_by_text("'sequence': 'T1ce'").wait_for()
    room.open_study("healthy")
    room.wait_for_overlay(study.sha256)
    sent = len(room.sent)
    room.press("i")
    spoken = room.page.locator(".spoken", has_text=f"Slice {fullest_slice(levels) + 1} of {len(levels)}, threshold")
    spoken.filter(has_text="undefined").wait_for(state="attached")  # the hand was taken to be at rest
    assert room.page.locator("[data-sequence=T1ce]").get_attribute("aria-pressed") == "true"
    assert len(room.sent) == sent

    room.press("4")
    view = {"study": study.sha256, "slice": fullest_slice(levels), "threshold": 0.3, "sequence": "T2"}
    room.page.get_by_text(repr(view)).wait_for()


def test_after_a_reload_everything_works_again(room: Room) -> None:
    study, levels = STUDIES["right"]()
    room.page.reload()
    room.wait_for_overlay(study.sha256)
    room.press("]")
    room.wait_for_state(f"{fullest_slice(levels)}|0.305")
    room.page.get_by_text("'threshold': 0.305").wait_for()


def test_loaders_take_no_room_on_the_page(room: Room) -> None:
    heights = room.page.evaluate(
        """() => [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")]
            .filter(host => !host.shadowRoot.querySelector(".gliolens"))
            .map(host => host.closest("[data-testid=stElementContainer]").getBoundingClientRect().height)"""
    )
    assert len(heights) >= 2 and not any(heights)
