"""One byte a voxel: how near it comes to the intensity, and which window it is fine in."""

import numpy as np
import pytest
from numpy.typing import NDArray

from app.viewer.intensities import SAMPLED, Box, encode, head_floor, window_of

WHOLE: Box = (slice(None), slice(None), slice(None))


def line(*values: float) -> NDArray[np.float32]:
    """A volume of one row."""
    return np.array(values, np.float32).reshape(1, 1, -1)


def test_codes_are_even_between_the_knots() -> None:
    # 16 codes from -100 to 0, 223 from 0 to 446, 16 from 446 to 4446.
    image = line(-100, -50, 0, 2, 223 * 2, 446 + 250, 4446)
    codes, values = encode(image, WHOLE, (0, 446))
    assert codes.dtype == np.uint8
    assert codes.tolist() == [[[0, 8, 16, 17, 239, 240, 255]]]
    assert values.shape == (256,)
    assert [values[code] for code in (0, 8, 16, 17, 239, 240, 255)] == [-100, -50, 0, 2, 446, 696, 4446]


def test_a_code_is_that_of_the_nearest_intensity() -> None:
    codes, _ = encode(line(-100, 0.9, 1.1, 2.9, 3.1, 446), WHOLE, (0, 446))
    assert codes.tolist() == [[[0, 16, 17, 17, 18, 255]]]


@pytest.mark.parametrize(("low", "high"), [(200.0, 900.0), (0.01, 0.9), (-5.0, 30000.0)])
def test_inside_the_window_an_intensity_is_within_half_a_step_and_outside_within_half_a_coarse_one(
    low: float, high: float
) -> None:
    width = high - low
    image = np.linspace(low - width, high + 3 * width, 60_000, dtype=np.float32).reshape(3, 100, 200)
    codes, values = encode(image, WHOLE, (low, high))
    error = np.abs(values[codes] - image.astype(float))
    inside = (image >= low) & (image <= high)
    rounding = 1e-6 * max(abs(float(image.min())), float(image.max()))
    assert error[inside].max() <= width / 223 / 2 + rounding
    assert error[image < low].max() <= width / 16 / 2 + rounding
    assert error[image > high].max() <= 3 * width / 16 / 2 + rounding
    assert np.all(np.diff(codes.ravel().astype(int)) >= 0)
    assert set(np.unique(codes)) == set(range(256))


def test_only_the_box_is_encoded_with_the_range_of_the_whole_volume() -> None:
    image = np.zeros((2, 3, 4), np.float32)
    image[1, 1, 1:3] = [100, 200]
    image[0, 0, 0] = 1000
    codes, values = encode(image, (slice(1, 2), slice(1, 3), slice(1, 4)), (100, 200))
    assert codes.tolist() == [[[16, 239, 0], [0, 0, 0]]]
    assert (values[0], values[255]) == (0, 1000)


def test_a_drawing_in_two_values_keeps_both_apart() -> None:
    image = line(0, 255, 0)
    codes, values = encode(image, WHOLE, window_of(image, head_floor(image)))
    assert values[codes].tolist() == [[[0, 255, 0]]]


def test_a_flat_volume_is_all_one_intensity() -> None:
    image = np.full((2, 3, 4), 7, np.float32)
    codes, values = encode(image, WHOLE, window_of(image, head_floor(image)))
    assert np.all(values[codes] == 7)


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
