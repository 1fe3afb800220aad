from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy import ndimage

from app.training.augmentation import AugmentationConfig, augment, choose_sequences

ALL = np.ones(4, bool)
GEOMETRY_ONLY = AugmentationConfig(
    rows=96, columns=80, contrast=0, gamma=0, bias_field=0, noise=0, blur=0, slice_statistics=0, all_sequences=1
)
STILL = replace(GEOMETRY_ONLY, shift=0, rotation=0, scale=0, flip=0)


def marked():
    """Dark everywhere but for a bright block, off the middle, that is labelled 3."""
    image = np.full((240, 240, 4), -1, np.float32)
    target = np.zeros((240, 240), np.uint8)
    image[105:119, 122:142] = 2
    target[105:119, 122:142] = 3
    return image, target


def shaded():
    """The same with a ramp from left to right."""
    image, target = marked()
    return image + np.linspace(0, 1, 240, dtype=np.float32)[:, np.newaxis], target


def noise():
    random = np.random.default_rng(0)
    return random.normal(size=(240, 240, 4)).astype(np.float32), np.zeros((240, 240), np.uint8)


def changed(image_and_target, config=AugmentationConfig(), seed=1, present=ALL):  # noqa: B008 - frozen
    image, target = image_and_target
    return augment(image.copy(), target.copy(), present, config, np.random.default_rng(seed))


class TestGeometry:
    @pytest.mark.parametrize("seed", range(12))
    def test_labels_move_with_the_image(self, seed):
        image, target = changed(marked(), GEOMETRY_ONLY, seed)
        bright, labelled = image[..., 1] > 0.5, target == 3
        assert labelled.sum() > 100
        assert (bright[ndimage.binary_erosion(labelled)]).all()
        assert not bright[~ndimage.binary_dilation(labelled)].any()
        np.testing.assert_allclose(
            ndimage.center_of_mass(image[..., 1] + 1), ndimage.center_of_mass(labelled), atol=0.3
        )

    def test_every_draw_moves_it_elsewhere(self):
        centres = {ndimage.center_of_mass(changed(marked(), GEOMETRY_ONLY, seed)[1]) for seed in range(12)}
        assert len(centres) == 12

    def test_without_motion_the_middle_is_cut_out(self):
        image, target = changed(noise(), STILL)
        assert (image.shape, target.shape) == ((96, 80, 4), (96, 80))
        assert (image.dtype, target.dtype) == (np.float32, np.uint8)
        expected = noise()[0][72:168, 80:160].clip(-4, 6)
        np.testing.assert_allclose(image, expected, atol=1e-4)

    def test_a_flip_mirrors_left_and_right(self):
        still, _ = changed(noise(), STILL)
        flipped, _ = changed(noise(), replace(STILL, flip=1))
        np.testing.assert_allclose(flipped, still[:, ::-1], atol=1e-4)

    def test_beyond_the_edge_each_channel_is_black(self):
        image, target = marked()
        image[..., 2] += 1  # black is -1 in the others and 0 here
        config = replace(STILL, rows=304, columns=320)
        image, target = changed((image, target), config)
        assert image[0, 0].tolist() == pytest.approx([-1, -1, 0, -1])
        assert target[0, 0] == 0
        assert (target == 3).sum() == 14 * 20

    def test_the_scale_stays_in_its_bounds(self):
        sizes = [(changed(marked(), replace(STILL, scale=0.25), seed)[1] == 3).sum() for seed in range(30)]
        assert min(sizes) < 220 < 350 < max(sizes)  # 280 unchanged
        assert 280 * np.exp(-0.5) * 0.9 < min(sizes) < max(sizes) < 280 * np.exp(0.5) * 1.1


class TestIntensity:
    def test_what_was_given_is_not_changed(self):
        (image, target), (same_image, same_target) = marked(), marked()
        augment(image, target, ALL, AugmentationConfig(), np.random.default_rng(1))
        np.testing.assert_array_equal(image, same_image)
        np.testing.assert_array_equal(target, same_target)

    @pytest.mark.parametrize("seed", range(8))
    def test_values_stay_in_the_range_of_the_network_input(self, seed):
        strong = AugmentationConfig(contrast=0.9, gamma=1, bias_field=0.9, noise=2, blur=0.5, slice_statistics=0.5)
        image, _ = changed(noise(), strong, seed)
        assert np.isfinite(image).all()
        assert -4 <= image.min() < image.max() <= 6

    @pytest.mark.parametrize("change", ["contrast", "gamma", "bias_field", "noise", "blur", "slice_statistics"])
    def test_each_change_does_something_to_the_image_and_nothing_to_the_labels(self, change):
        still_image, still_target = changed(shaded(), STILL)
        image, target = changed(shaded(), replace(STILL, **{change: 1.0}))
        assert np.abs(image - still_image).max() > 0.05
        np.testing.assert_array_equal(target, still_target)

    def test_a_channel_without_content_is_left_alone(self):
        image, target = marked()
        image[..., 2] = 0.5
        changed_image, _ = changed((image, target), replace(AugmentationConfig(), all_sequences=1))
        assert np.unique(changed_image[..., 2]).tolist() == [0.5]

    @pytest.mark.parametrize("seed", range(4))
    def test_absent_channels_stay_zero(self, seed):
        present = np.array([True, False, True, False])
        image, _ = changed(marked(), replace(AugmentationConfig(), all_sequences=1), seed, present)
        assert not image[..., ~present].any()
        assert image[..., 0].std() > 0 < image[..., 2].std()

    def test_dropped_channels_are_zero(self):
        image, _ = changed(marked(), AugmentationConfig(all_sequences=0, flair_alone=1))
        assert not image[..., 1:].any()
        assert image[..., 0].any()


def test_the_generator_decides_everything():
    first, again, other = (changed(noise(), seed=seed) for seed in (5, 5, 6))
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    assert (first[0] != other[0]).any()


class TestChooseSequences:
    @pytest.mark.parametrize("present", [p for p in product((False, True), repeat=4) if any(p)])
    def test_some_of_those_present_and_never_none(self, present):
        present, rng = np.array(present), np.random.default_rng(3)
        drawn = [choose_sequences(present, AugmentationConfig(), rng) for _ in range(100)]
        assert all(keep.any() and not (keep & ~present).any() for keep in drawn)
        assert np.array(drawn).any(axis=0).tolist() == present.tolist()

    def test_chances(self):
        """All: 0.4, and 1/16 of the 0.4 with even odds. FLAIR alone: 0.2, and there 1/16 + 1/4 of 1/16."""
        rng = np.random.default_rng(4)
        drawn = np.array([choose_sequences(ALL, AugmentationConfig(), rng) for _ in range(4000)])
        assert drawn.all(axis=1).mean() == pytest.approx(0.4 + 0.4 / 16, abs=0.03)
        alone = drawn[:, 0] & ~drawn[:, 1:].any(axis=1)
        assert alone.mean() == pytest.approx(0.2 + 0.4 * (1 / 16 + 1 / 64), abs=0.03)

    def test_without_flair_it_cannot_be_alone(self):
        config = AugmentationConfig(all_sequences=0, flair_alone=1)
        assert choose_sequences(ALL, config, np.random.default_rng(1)).tolist() == [True, False, False, False]
        keep = choose_sequences(np.array([False, False, True, False]), config, np.random.default_rng(1))
        assert keep.tolist() == [False, False, True, False]

    def test_what_is_kept_is_a_copy(self):
        present = ALL.copy()
        choose_sequences(present, AugmentationConfig(all_sequences=1), np.random.default_rng(1))[0] = False
        assert present.all()
