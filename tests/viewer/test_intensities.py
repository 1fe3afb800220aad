"""One byte a voxel: how near it comes to the intensity, and which window it is fine in."""

import numpy as np
import pytest
from numpy.typing import NDArray

from app.decision.window import head_floor, window_of
from app.viewer.intensities import Box, encode

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
