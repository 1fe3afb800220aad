"""Which intensities are drawn black and white: the presets, against Python's own numbers."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from room import Room
from viewer_studies import STUDIES

from app.study import Sequence

APP = Path(__file__).with_name("viewer_app.py")
STUDY, LEVELS = STUDIES["right"]()


@pytest.fixture(scope="module")
def page_once(serve: Callable[[Path], str], open_room: Callable[..., Room]) -> Room:
    return open_room(serve(APP))


@pytest.fixture
def room(page_once: Room) -> Room:
    page_once.wait_for_overlay(STUDY.sha256)
    for key in ("r", "d", "1"):
        page_once.press(key)
    if not page_once.page.locator(".sheet").is_visible():
        page_once.page.locator(".more summary").click()
    return page_once


def shown_window(room: Room) -> tuple[float, float]:
    """Width and level, as the caption says."""
    found = re.search(r"W ([\d.]+)  L (-?[\d.]+)$", room.text(".pane.axial .caption"))
    assert found
    return float(found[1]), float(found[2])


def width_and_level(low: float, high: float) -> tuple[float, float]:
    return high - low, (low + high) / 2


def inside_head(sequence: Sequence) -> tuple[float, float]:
    image = STUDY.images[sequence]
    floor = image.min() + 0.05 * (np.percentile(image, 99.9) - image.min())
    low, high = np.percentile(image[image > floor], (1, 99.5))
    return float(low), float(high)


def choose(room: Room, preset: str) -> tuple[float, float]:
    picture = room.fingerprint()
    room.page.locator("select.preset").select_option(preset)
    room.wait_for_pixels(picture)
    return shown_window(room)


def test_presets_are_the_whole_range_the_head_and_the_tumour(room: Room) -> None:
    flair = STUDY.images[Sequence.FLAIR]
    head = width_and_level(*inside_head(Sequence.FLAIR))
    assert shown_window(room) == pytest.approx(head, rel=2e-3)
    assert choose(room, "full") == pytest.approx(width_and_level(float(flair.min()), float(flair.max())), rel=2e-3)

    low, high = np.percentile(flair[LEVELS >= 60], (2, 98))
    more = 0.25 * (high - low)
    step = (inside_head(Sequence.FLAIR)[1] - inside_head(Sequence.FLAIR)[0]) / 223
    assert choose(room, "tumour") == pytest.approx(width_and_level(low - more, high + more), abs=4 * step)
    assert room.page.locator("select.preset").input_value() == "hand"  # it was set once, at that threshold

    assert choose(room, "brain") == pytest.approx(head, rel=2e-3)


def test_each_sequence_has_its_own_window_and_automatic_comes_back(room: Room) -> None:
    automatic = room.fingerprint()
    chosen = choose(room, "full")
    room.press("2")
    room.page.locator("[data-sequence=T1][aria-pressed=true]").wait_for()
    assert shown_window(room) == pytest.approx(width_and_level(*inside_head(Sequence.T1)), rel=2e-3)
    room.press("1")
    room.page.locator("[data-sequence=FLAIR][aria-pressed=true]").wait_for()
    assert shown_window(room) == chosen
    room.page.locator("select.preset").select_option("automatic")
    room.wait("r.querySelector('.axial canvas').toDataURL() === a", automatic)
