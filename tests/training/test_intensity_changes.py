from dataclasses import replace

import numpy as np
import pytest

from app.model.intensity import CLIP
from app.training.intensity_changes import QUANTA, IntensityConfig, change_intensity

NOTHING = IntensityConfig(contrast=0, gamma=0, bias_field=0, noise=0, blur=0, slice_statistics=0)
SEEDS = range(10)


def normal(planes):
    """Prepared bytes as the intensities that they stand for."""
    return planes / QUANTA + CLIP[0]


def steps():
    """All values from 55 to 215, in two planes, the second in reverse."""
    plane = np.linspace(55, 215, 60 * 50).round().astype(np.uint8).reshape(60, 50)
    return np.stack([plane, plane[::-1, ::-1]], axis=-1)


def changed(seed, planes=None, **changes):
    return change_intensity(
        steps() if planes is None else planes, replace(NOTHING, **changes), np.random.default_rng(seed)
    )


def test_bytes_stand_for_the_range_of_the_network_input():
    assert normal(np.array([0, 255])) == pytest.approx([-4, 6])


@pytest.mark.parametrize("count", [1, 2, 3])
def test_nothing_asked_nothing_changed(count):
    planes = np.random.default_rng(0).integers(0, 256, (7, 9, count)).astype(np.uint8)
    before = planes.copy()
    image = changed(1, planes)
    assert (image.shape, image.dtype) == ((7, 9, count), np.float32)
    np.testing.assert_allclose(image, normal(planes), atol=1e-5)
    np.testing.assert_array_equal(planes, before)


@pytest.mark.parametrize("value", [0, 3, 255])
def test_planes_of_one_value_are_left_alone(value):
    image = change_intensity(np.full((5, 6, 2), value, np.uint8), IntensityConfig(), np.random.default_rng(1))
    assert np.unique(image).tolist() == pytest.approx([normal(value)])


def test_the_generator_decides_everything():
    first, again, other = (change_intensity(steps(), IntensityConfig(), np.random.default_rng(s)) for s in (5, 5, 6))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.parametrize("seed", SEEDS)
def test_planes_of_one_sequence_are_changed_alike(seed):
    """Apart from the noise, which is another in every pixel."""
    planes = np.repeat(steps()[..., :1], 3, axis=-1)
    image = change_intensity(planes, replace(IntensityConfig(), noise=0, blur=0.5), np.random.default_rng(seed))
    np.testing.assert_allclose(image[..., 1], image[..., 0], atol=1e-5)
    np.testing.assert_allclose(image[..., 2], image[..., 0], atol=1e-5)


class TestContrast:
    def test_gain_and_offset_stay_in_their_bounds(self):
        fits = np.array([np.polyfit(normal(steps()).ravel(), changed(s, contrast=0.25).ravel(), 1) for s in SEEDS])
        gains, offsets = fits.T
        assert 0.75 < gains.min() < 0.95 < 1.05 < gains.max() < 1.25
        assert -0.25 < offsets.min() < -0.05 < 0.05 < offsets.max() < 0.25

    def test_it_is_the_same_everywhere(self):
        image = changed(3, contrast=0.25)
        gain, offset = np.polyfit(normal(steps()).ravel(), image.ravel(), 1)
        np.testing.assert_allclose(image, gain * normal(steps()) + offset, atol=1e-4)


class TestGamma:
    def test_black_and_white_stay_and_the_middle_bends_within_its_bounds(self):
        share = np.log((steps() - 55) / 160, where=(steps() > 55), out=np.full(steps().shape, -np.inf))
        powers = []
        for seed in SEEDS:
            image = changed(seed, gamma=0.3)
            assert (image.min(), image.max()) == pytest.approx((normal(55), normal(215)), abs=1e-5)
            bent = (image - normal(55)) / (normal(215) - normal(55))
            middle = steps() == 135
            powers.append(np.log(bent[middle]).mean() / share[middle].mean())
        assert np.exp(-0.3) - 0.01 < min(powers) < 0.95 < 1.05 < max(powers) < np.exp(0.3) + 0.01


class TestBiasField:
    def gain(self, seed):
        planes = np.full((60, 50, 2), 215, np.uint8)
        planes[0, 0] = 55
        return (changed(seed, planes, bias_field=0.2)[1:, 1:] - normal(55)) / (normal(215) - normal(55))

    def test_it_is_smooth_and_within_its_bounds(self):
        gains = np.array([self.gain(seed) for seed in SEEDS])
        assert 0.8 - 0.08 < gains.min() < 0.9 < 1.1 < gains.max() < 1.2 + 0.08  # a cubic may swing over its points
        assert np.ptp(gains, axis=(1, 2)).min() > 0.05
        assert np.abs(np.diff(gains, axis=1)).max() < 0.03

    def test_black_stays_black(self):
        image = changed(2, bias_field=0.2)
        np.testing.assert_allclose(image[steps() == 55], normal(55), atol=1e-5)


class TestNoise:
    def test_it_has_no_mean_and_at_most_its_deviation(self):
        added = np.array([changed(seed, noise=0.15) - normal(steps()) for seed in range(30)])
        deviations = added.std(axis=(1, 2, 3))
        assert deviations.min() < 0.02
        assert 0.07 < deviations.max() < 0.16
        assert np.abs(added.mean(axis=(1, 2, 3))).max() < 0.01

    def test_it_differs_from_pixel_to_pixel_and_plane_to_plane(self):
        added = max((changed(seed, noise=0.15) - normal(steps()) for seed in SEEDS), key=np.std)
        pairs = [(added[1:], added[:-1]), (added[:, 1:], added[:, :-1]), (added[..., 1], added[..., 0])]
        assert np.abs([np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in pairs]).max() < 0.1


class TestBlur:
    def test_a_point_spreads_and_keeps_its_light(self):
        planes = np.full((41, 31, 1), 50, np.uint8)
        planes[20, 12] = 250
        for seed in SEEDS:
            light = changed(seed, planes, blur=1)[..., 0] - normal(50)
            assert light.sum() == pytest.approx(200 / QUANTA, rel=0.01)
            assert np.unravel_index(light.argmax(), light.shape) == (20, 12)
            deviation = np.sqrt((light.sum(axis=1) * (np.arange(41) - 20) ** 2).sum() / light.sum())
            assert 0.45 < deviation < 1.55

    def test_it_stays_within_a_plane(self):
        planes = np.full((20, 20, 2), 50, np.uint8)
        planes[10, 10, 1] = 250
        np.testing.assert_allclose(changed(1, planes, blur=1)[..., 0], normal(50), atol=1e-5)


class TestSliceStatistics:
    def test_the_head_of_the_slice_itself_gets_mean_0_and_deviation_1(self):
        planes = np.full((40, 30, 2), 55, np.uint8)
        planes[5:35, 4:25] = np.random.default_rng(0).integers(120, 216, (30, 21, 2))
        planes[5:35, 4:25, 1] -= 40
        image = changed(1, planes, slice_statistics=1)
        head = image[5:35, 4:25]
        assert head[..., 0].mean() == pytest.approx(0, abs=1e-4)
        assert head[..., 0].std() == pytest.approx(1, abs=5e-3)
        assert head[..., 1].mean() < -1

    def test_64_pixels_are_no_head(self):
        planes = np.full((40, 30, 1), 55, np.uint8)
        planes[:8, :8, 0] = np.arange(120, 184).reshape(8, 8)
        np.testing.assert_allclose(changed(1, planes, slice_statistics=1), normal(planes), atol=1e-5)
        planes[8, 0] = 190
        assert np.abs(changed(1, planes, slice_statistics=1) - normal(planes)).max() > 0.1


def test_chances():
    """A blur in a quarter of the cases, shown on a point."""
    planes = np.full((9, 9, 1), 50, np.uint8)
    planes[4, 4] = 250
    spread = [changed(seed, planes, blur=0.25)[4, 5, 0] > normal(51) for seed in range(400)]
    assert np.mean(spread) == pytest.approx(0.25, abs=0.07)
