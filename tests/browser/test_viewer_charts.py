"""The slice strip and the two curves: what they show at a threshold, and what a click on them does."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from answers import expected
from room import Room
from viewer_studies import STUDIES, fullest_slice

APP = Path(__file__).with_name("viewer_app.py")
STUDY, LEVELS = STUDIES["left"]()
SLICES = len(LEVELS)
INSET, FOOT = 9, 10
"""CSS pixels beside and under the bars of the strip."""


@pytest.fixture(scope="module")
def page_once(serve: Callable[[Path], str], open_room: Callable[..., Room]) -> Room:
    return open_room(f"{serve(APP)}?study=left")


@pytest.fixture
def room(page_once: Room) -> Room:
    page_once.wait_for_overlay(STUDY.sha256)
    page_once.press("t")
    set_threshold(page_once, 0.3)
    return page_once


def set_threshold(room: Room, threshold: float) -> None:
    room.page.locator("input.threshold").fill(f"{threshold:.3f}")
    room.wait("r.dataset.state.endsWith(a)", f"|{threshold:.3f}")


def marked(threshold: float) -> np.ndarray:
    return np.greater_equal(LEVELS, round(200 * threshold))


def areas(threshold: float) -> np.ndarray:
    return marked(threshold).sum(axis=(1, 2))


def missed(threshold: float) -> np.ndarray:
    assert STUDY.reference is not None
    hit = (marked(threshold) & (STUDY.reference > 0)).any(axis=(1, 2))
    return (STUDY.reference > 0).any(axis=(1, 2)) & ~hit


def columns_of_strip(room: Room) -> list[tuple[int, bool]]:
    """For each slice the height of its bar in pixels, and whether a mark lies under it."""
    found: list[list[int]] = room.page.locator(".strip canvas").evaluate(
        """(canvas, [slices, inset, foot]) => {
            const context = canvas.getContext("2d");
            const { width, height } = canvas;
            return Array.from({ length: slices }, (_, slice) => {
                const x = Math.round(inset + (width - 2 * inset) * slice / (slices - 1)) + 4;  // beside the white line
                const { data } = context.getImageData(x, 0, 1, height);
                const has = (y, [red, green, blue]) => data[4 * y + 3] > 60 && Math.abs(data[4 * y] - red) < 25
                    && Math.abs(data[4 * y + 1] - green) < 25 && Math.abs(data[4 * y + 2] - blue) < 25;
                let top = height - foot;
                for (let y = 0; y < height - foot; y++) if (has(y, [255, 107, 87])) { top = y; break; }
                let mark = 0;
                for (let y = height - foot; y < height; y++) if (has(y, [255, 225, 74])) mark = 1;
                return [height - foot - top, mark];
            });
        }""",
        [SLICES, INSET, FOOT],
    )
    return [(height, bool(mark)) for height, mark in found]


def test_bars_are_as_tall_as_the_slices_areas_and_follow_the_threshold(room: Room) -> None:
    at_default = np.array([height for height, _ in columns_of_strip(room)])
    tallest, largest = at_default.max(), areas(0.3).max()
    assert tallest > 10
    assert np.abs(at_default - tallest * areas(0.3) / largest).max() <= 2.5  # the reference's line lies over some
    set_threshold(room, 0.7)
    higher = np.array([height for height, _ in columns_of_strip(room)])
    assert np.abs(higher - tallest * areas(0.7) / largest).max() <= 2.5
    assert higher.sum() < 0.8 * at_default.sum()


def test_missed_slices_are_marked_and_counted(room: Room) -> None:
    assert not missed(0.3).any()
    assert (room.text(".missed-slices"), any(mark for _, mark in columns_of_strip(room))) == ("", False)
    set_threshold(room, 0.95)
    assert 0 < missed(0.95).sum() < SLICES
    assert room.text(".missed-slices") == f"▲ {missed(0.95).sum()} missed"
    marks = np.array([mark for _, mark in columns_of_strip(room)])
    runs = np.flatnonzero(np.diff(np.r_[0, missed(0.95), 0])).reshape(-1, 2)
    assert all(marks[start:stop].all() for start, stop in runs)
    assert not marks[~missed(0.95)].any()


def test_a_click_on_the_strip_jumps_and_the_pointer_is_told_what_it_is_over(room: Room) -> None:
    strip = room.page.locator(".strip canvas").bounding_box()
    assert strip
    for at in (fullest_slice(LEVELS), 3, SLICES - 1):
        x = strip["x"] + INSET + (strip["width"] - 2 * INSET) * at / (SLICES - 1)
        room.page.mouse.move(x, strip["y"] + 20)
        room.page.locator(".strip-tip", has_text=re.compile(rf"^slice {at + 1}: .*predicted")).wait_for()
        room.page.mouse.click(x, strip["y"] + 20)
        room.wait_for_state(f"{at}|0.300")
    tip = room.text(".strip-tip")
    mm2 = areas(0.3)[SLICES - 1] * 1.0 * 1.1
    assert tip.startswith(f"slice {SLICES}: {round(mm2)} mm² predicted, 0 mm² reference")


def place(room: Room, mark: str) -> tuple[float, float]:
    """Shares across and down a chart."""
    style = room.page.locator(mark).evaluate("mark => [mark.style.left, mark.style.top]")
    across, down = (float(value.removesuffix("%")) / 100 for value in style)
    return across, down


def test_marks_on_both_curves_move_with_the_threshold(room: Room) -> None:
    sizes = []
    for threshold in (0.05, 0.3, 0.615, 0.9):
        set_threshold(room, threshold)
        scan = expected(STUDY, LEVELS, threshold)
        assert place(room, ".scores .mark") == pytest.approx((scan["recall"], 1 - scan["precision"]), abs=1e-3)
        across, down = place(room, ".sizes .mark")
        assert across == pytest.approx(threshold, abs=1e-6)
        sizes.append((scan["volume_ml"], 1 - down))
    top = float(room.text(".sizes .tick.top"))
    assert [share for _, share in sizes] == pytest.approx([min(ml / top, 1) for ml, _ in sizes], abs=1e-3)


def test_a_click_on_a_curve_sets_its_threshold(room: Room) -> None:
    for chart, target in ((".sizes .plot", 0.6), (".scores .plot", 0.85), (".sizes .plot", 0.125)):
        box = room.page.locator(chart).bounding_box()
        assert box
        scan = expected(STUDY, LEVELS, target)
        across, down = (target, 0.5) if chart.startswith(".sizes") else (scan["recall"], 1 - scan["precision"])
        room.page.mouse.click(box["x"] + across * box["width"], box["y"] + down * box["height"])
        room.wait("!r.dataset.state.endsWith('|0.300')")
        chosen = room.readout()["threshold"]
        if chart.startswith(".sizes"):
            assert chosen == pytest.approx(target, abs=0.005)  # a pixel is about that wide
        else:
            there = expected(STUDY, LEVELS, chosen)  # several thresholds may lie within a pixel
            assert (there["recall"], there["precision"]) == pytest.approx((scan["recall"], scan["precision"]), abs=0.02)
        set_threshold(room, 0.3)


def test_words_say_which_goal_a_threshold_misses(room: Room) -> None:
    seen = set()
    for threshold in (0.1, 0.3, 0.5, 0.97):
        set_threshold(room, threshold)
        scan = expected(STUDY, LEVELS, threshold)
        recall, precision = scan["recall"] >= 0.95, scan["precision"] >= 0.7
        words = {
            (True, True): "✓ target and floor met",
            (True, False): "✗ precision missed",
            (False, True): "✗ recall missed",
            (False, False): "✗ both missed",
        }[recall, precision]
        assert room.text(".scores .chart-aside") == words
        assert room.text(".recall .target") == ("✓ target 95 % met" if recall else "✗ target 95 % missed")
        assert room.text(".precision .target") == ("✓ floor 70 % met" if precision else "✗ floor 70 % missed")
        verdicts = [
            room.page.locator(f".card.{name}").get_attribute("data-verdict") for name in ("recall", "precision")
        ]
        assert verdicts == ["met" if recall else "missed", "met" if precision else "missed"]
        seen.add(words)
    assert len(seen) >= 3
