"""What the viewer says, against what Python computes from the same levels."""

import math
from collections.abc import Callable
from pathlib import Path

import pytest
from answers import class_sizes, expected, sha256, slice_of
from room import Room
from viewer_studies import STUDIES, validation_curve

APP = Path(__file__).with_name("viewer_app.py")
MIDDLE = 12
THRESHOLDS = (0.0, 0.005, 0.01, 0.05, 0.1, 0.145, 0.2, 0.235, 0.3, 0.305)
THRESHOLDS += (0.35, 0.4, 0.5, 0.55, 0.615, 0.7, 0.82, 0.9, 0.995, 1.0)


@pytest.fixture(scope="module")
def page_once(serve: Callable[[Path], str], open_room: Callable[..., Room]) -> Room:
    return open_room(serve(APP))


@pytest.fixture
def enter(page_once: Room) -> Callable[[str], Room]:
    """Open a study, at the default threshold."""

    def entered(study: str) -> Room:
        page_once.open_study(study)
        page_once.wait_for_overlay(sha256(study))
        page_once.page.locator(".default-threshold").click()
        page_once.wait("r.dataset.state.endsWith('|0.300')")
        return page_once

    return entered


def card(room: Room, name: str) -> str:
    return room.page.locator(f".card.{name} .value").inner_text().strip()


def test_scores_and_class_sizes_are_pythons_to_the_last_digit(
    enter: Callable[[str], Room],
) -> None:
    room = enter("right")
    study, levels = STUDIES["right"]()
    seen = set()
    for threshold in THRESHOLDS:
        room.page.locator("input.threshold").fill(str(threshold))
        for at in (MIDDLE, 3, 23):
            room.page.locator("input.slice").fill(str(at + 1))
            room.wait_for_state(f"{at}|{threshold:.3f}")
            readout = room.readout()
            assert readout["threshold"] == threshold
            assert readout["scan"] == expected(study, levels, threshold)
            assert readout["slice"] == expected(*slice_of(study, levels, at), threshold)
            assert readout["classes"] == class_sizes(study, levels, threshold)
            assert (readout["source"], readout["complete"]) == ("reference", True)
            seen.add(readout["scan"]["voxels"])
    assert len(seen) == len(THRESHOLDS) == 20


def test_class_sizes_are_written_under_the_cards_and_only_where_there_are_classes(enter: Callable[[str], Room]) -> None:
    room = enter("right")
    sizes = [size["volume_ml"] for size in class_sizes(*STUDIES["right"](), 0.3)]
    shown = [text.strip() for text in room.page.locator(".class-size").all_inner_texts()]
    assert shown == [f"{ml:.2f} ml" for ml in sizes]
    enter("left")
    assert room.readout()["classes"] is None
    assert not room.page.locator(".classes").is_visible()


def test_scores_of_the_scan_are_named_exact_and_say_whether_targets_are_met(enter: Callable[[str], Room]) -> None:
    room = enter("right")
    study, levels = STUDIES["right"]()
    scan = expected(study, levels, 0.3)

    assert room.page.locator(".source").inner_text() == "Exact: against the reference mask"
    assert card(room, "recall") == f"{math.floor(scan['recall'] * 1000) / 10} %"
    assert card(room, "precision") == f"{math.floor(scan['precision'] * 1000) / 10} %"
    assert card(room, "dice") == f"{scan['dice']:.3f}"
    assert card(room, "volume") == f"{scan['volume_ml']:.2f} ml"
    assert scan["recall"] >= 0.95
    assert scan["precision"] < 0.7
    assert room.page.locator(".recall .target").inner_text() == "✓ target 95 % met"
    assert room.page.locator(".precision .target").inner_text() == "✗ floor 70 % missed"

    room.page.locator("input.threshold").fill("0.99")
    room.wait("r.dataset.state.endsWith('|0.990')")
    assert room.page.locator(".recall .target").inner_text() == "✗ target 95 % missed"
    assert room.page.locator(".precision .target").inner_text() == "✓ floor 70 % met"


def test_an_empty_reference_leaves_scores_undefined_and_says_why(enter: Callable[[str], Room]) -> None:
    room = enter("healthy")
    scan = room.readout()["scan"]

    assert (scan["recall"], scan["precision"], scan["dice"]) == (None, 0.0, None)
    assert (card(room, "recall"), card(room, "dice")) == ("–", "–")
    assert "reference mask is empty" in (room.page.locator(".recall .number").get_attribute("title") or "")
    assert room.page.locator(".recall .target").inner_text() == "target 95 %"

    room.page.locator("input.threshold").fill("1")
    room.wait("r.dataset.state.endsWith('|1.000')")
    assert card(room, "precision") == "–"
    assert "nothing is marked" in (room.page.locator(".precision .number").get_attribute("title") or "")


def test_without_a_reference_scores_are_those_of_validation_patients(enter: Callable[[str], Room]) -> None:
    room = enter("bare")
    study, levels = STUDIES["bare"]()
    label = "8 BraTS validation patients, FLAIR alone"
    curve = validation_curve().at(0.3)

    readout = room.readout()
    assert readout["source"] == "validation"
    assert readout["validation"] == {
        "label": label,
        "recall": curve.recall,
        "precision": curve.precision,
        "dice": curve.dice,
    }
    assert readout["scan"] == expected(study, levels, 0.3)
    assert readout["scan"]["recall"] is None
    assert room.page.locator(".source").inner_text() == f"At this threshold: {label}"
    assert room.page.locator(".recall .what").inner_text() == "Recall · validation"
    assert room.page.locator(".recall .slice-value").inner_text() == ""
    assert room.page.locator(".volume .what").inner_text() == "Tumour volume · scan"

    room.page.locator("input.threshold").fill("1")
    room.wait("r.dataset.state.endsWith('|1.000')")
    assert card(room, "precision") == "–"


def test_a_picture_has_an_area_in_pixels_and_no_sides(enter: Callable[[str], Room]) -> None:
    room = enter("picture")
    study, levels = STUDIES["picture"]()
    scan = expected(study, levels, 0.3)

    assert room.readout()["scan"] == scan
    assert scan["volume_ml"] is None
    assert card(room, "volume") == f"{scan['voxels']} px"
    assert room.page.locator(".volume .what").inner_text() == "Tumour area · picture"
    assert not room.stage.locator(".side.right").is_visible()
    assert room.page.locator(".unoriented").is_visible()
    assert not room.page.locator("input.slice").is_visible()


def test_threshold_zero_marks_the_whole_slice(enter: Callable[[str], Room]) -> None:
    room = enter("right")
    room.page.locator("input.threshold").fill("0")
    room.wait("r.dataset.state.endsWith('|0.000')")
    box = room.tumour_on_screen()
    assert box
    left, top, right, bottom = box
    assert left < 0.25 < 0.75 < right
    assert top < 0.05 < 0.95 < bottom
