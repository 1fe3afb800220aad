"""What the viewer says, against what Python computes from the same levels."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from room import Room
from viewer_studies import STUDIES, classes_for, fullest_slice, validation_curve

from app.evaluation.threshold_curve import ThresholdCurve
from app.study import CLASS_LABELS, Study

APP = Path(__file__).with_name("viewer_app.py")
MIDDLE = 12
THRESHOLDS = (0.0, 0.005, 0.01, 0.05, 0.1, 0.145, 0.2, 0.235, 0.3, 0.305)
THRESHOLDS += (0.35, 0.4, 0.5, 0.55, 0.615, 0.7, 0.82, 0.9, 0.995, 1.0)
UNKNOWN = {"recall": None, "precision": None, "dice": None, "volume_ml": None, "voxels": None}


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


@pytest.fixture
def enter_at(serve: Callable[[Path], str], open_room: Callable[..., Room]) -> Callable[..., Room]:
    """Open the page anew, at a stage of `viewer_app`, on a screen of some density."""

    def entered(stage: str, density: float = 1) -> Room:
        room = open_room(f"{serve(APP)}?stage={stage}", density)
        room.wait("r.dataset.paints > 0 && r.dataset.study === a", "" if stage == "loading" else sha256("right"))
        if stage in ("complete", "partial"):
            room.wait_for_overlay(sha256("right"))
        return room

    return entered


def sha256(study: str) -> str:
    return STUDIES[study]()[0].sha256


def expected(study: Study, levels: NDArray[np.uint8], threshold: float) -> dict[str, Any]:
    """Scores and size of a scan, or of one of its slices when only that is given."""
    voxels = int((levels >= round(threshold * 200)).sum())
    size = {"voxels": voxels, "volume_ml": None if study.voxel_ml is None else voxels * study.voxel_ml}
    if study.reference is None:
        return UNKNOWN | size
    scores = ThresholdCurve.from_levels(levels, study.reference != 0).at(threshold)
    values = {name: getattr(scores, name) for name in ("recall", "precision", "dice")}
    return {name: None if math.isnan(value) else value for name, value in values.items()} | size


def class_sizes(study: Study, levels: NDArray[np.uint8], threshold: float) -> list[dict[str, Any]]:
    """A voxel of level 0 has no class, at threshold 0 too."""
    marked, classes = levels >= max(round(threshold * 200), 1), classes_for(levels)
    counts = [(label, int((marked & (classes == label)).sum())) for label in CLASS_LABELS]
    return [{"label": label, "voxels": n, "volume_ml": n * (study.voxel_ml or 0)} for label, n in counts]


def slice_of(study: Study, levels: NDArray[np.uint8], at: int) -> tuple[Study, NDArray[np.uint8]]:
    images = {sequence: image[at : at + 1] for sequence, image in study.images.items()}
    reference = None if study.reference is None else study.reference[at : at + 1]
    return Study("slice", images, study.source, study.spacing, reference), levels[at : at + 1]


def card(room: Room, name: str) -> str:
    return room.page.locator(f".card.{name} .value").inner_text().strip()


def test_scores_and_class_sizes_are_pythons_to_the_last_digit_at_twenty_thresholds(enter: Callable[[str], Room]) -> None:
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
    assert [card(room, name) for name in ("recall", "precision", "dice", "volume")] == ["segmenting…"] * 4
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
    assert card(room, "recall") == "segmenting…"
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


def test_threshold_zero_marks_the_whole_slice(enter: Callable[[str], Room]) -> None:
    room = enter("right")
    room.page.locator("input.threshold").fill("0")
    room.wait("r.dataset.state.endsWith('|0.000')")
    box = room.tumour_on_screen()
    assert box
    left, top, right, bottom = box
    assert left < 0.25 < 0.75 < right
    assert top < 0.05 < 0.95 < bottom
