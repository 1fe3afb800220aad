"""Where a head begins, and which intensities are drawn black and white."""

import numpy as np
import pytest

from app.decision.window import SAMPLED, head_floor, window_of


def test_the_head_begins_a_twentieth_above_the_darkest() -> None:
    image = np.linspace(-1000, 3000, 10_001, dtype=np.float32).reshape(1, 73, 137)
    # The 99.9th percentile is 2996.
    assert head_floor(image) == pytest.approx(-1000 + 0.05 * 3996)


def test_the_window_leaves_out_background_and_the_brightest_voxels() -> None:
    background, head = np.full(8999, 5, np.float32), np.linspace(1000, 2000, 1001, dtype=np.float32)
    vessel = np.array([50000], np.float32)
    image = np.concatenate([background, head, vessel]).reshape(1, 73, 137)
    low, high = window_of(image, head_floor(image))
    assert low == pytest.approx(1010, abs=1)
    assert high == pytest.approx(1996, abs=1)


def test_the_window_of_a_drawing_in_two_values_is_its_whole_range() -> None:
    drawing = np.zeros((1, 4, 4), np.float32)
    drawing[0, 1:3, 1:3] = 255
    assert window_of(drawing, head_floor(drawing)) == (0.0, 255.0)


def test_the_window_of_a_large_volume_comes_from_a_part_of_its_voxels_and_is_nearly_the_same() -> None:
    side = int(np.ceil((2 * SAMPLED) ** (1 / 3)))
    image = np.random.default_rng(0).normal(1000, 100, (side, side, side)).astype(np.float32)
    image[: side // 2] = 0
    floor = head_floor(image)
    exact = np.percentile(image[image > floor], [1, 99.5])
    assert window_of(image, floor) == pytest.approx(exact, rel=0.01)
