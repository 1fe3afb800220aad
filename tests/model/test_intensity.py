import numpy as np
import pytest

from app.model.intensity import measure_intensity

# 201 voxels, so that the 0.5th and the 99.5th percentile are the second and the last but one: 0 and 30.
VALUES = [-7, *[0] * 101, 1, *[10] * 49, *[30] * 48, 999]


def volume_of(values, shape=(3, 67, 1)):
    return np.random.default_rng(5).permutation(np.array(values, np.float32)).reshape(shape)


def test_statistics_by_hand():
    intensity = measure_intensity(volume_of(VALUES))
    assert intensity.black == 0
    assert intensity.threshold == pytest.approx(1.5)
    assert intensity.mean == pytest.approx(20)  # 49 voxels of 10, 49 of 30: the brightest counts as the percentile
    assert intensity.deviation == pytest.approx(10)


def test_normalised_values_by_hand():
    intensity = measure_intensity(volume_of(VALUES))
    volume = np.array([[10, 30, 20], [0, 999, -50]], np.float32)
    normal = intensity.normalise(volume)
    assert normal.dtype == np.float32
    np.testing.assert_allclose(normal, [[-1, 1, 0], [-2, 6, -4]], atol=1e-6)
    assert volume[0, 0] == 10


@pytest.mark.parametrize(("gain", "offset"), [(0.001, 0), (40, 0), (3, -500), (1, 3000)])
def test_the_unit_of_the_scanner_does_not_matter(gain, offset):
    volume = np.random.default_rng(8).gamma(2, 50, (4, 9, 11)).astype(np.float32)
    other = volume * np.float32(gain) + np.float32(offset)
    expected = measure_intensity(volume).normalise(volume)
    np.testing.assert_allclose(measure_intensity(other).normalise(other), expected, atol=2e-3)


def test_a_large_volume_is_measured_on_every_second_slice_row_and_column():
    volume = np.zeros((128, 192, 194), np.float32)
    volume[::2, ::2, ::2] = np.linspace(0, 100, 194 // 2)
    measured, small = measure_intensity(volume), measure_intensity(np.ascontiguousarray(volume[::2, ::2, ::2]))
    assert measured == small
    assert measured.mean > 50


def test_a_volume_that_is_constant_on_the_sub_grid_is_measured_whole():
    volume = np.zeros((128, 4, 5), np.float32)
    volume[1, 2, 3], volume[3, 2, 3] = 50, 70
    intensity = measure_intensity(volume)
    assert (intensity.black, intensity.mean, intensity.deviation) == (0, 60, 10)
    assert intensity.threshold == pytest.approx(3.5)


def test_a_head_of_one_value_has_the_range_for_deviation():
    """As in a picture of two greys; otherwise its deviation of 0 would divide."""
    volume = np.full((1, 5, 6), 20, np.float32)
    volume[0, 1:4, 2:5] = 90
    intensity = measure_intensity(volume)
    assert (intensity.mean, intensity.deviation) == (90, 70)
    assert np.unique(intensity.normalise(volume)).tolist() == [-1, 0]


def test_one_bright_voxel_on_black():
    volume = np.zeros((2, 30, 40), np.float32)
    volume[1, 2, 3] = 8
    intensity = measure_intensity(volume)
    assert (intensity.black, intensity.mean, intensity.deviation) == (0, 8, 8)
