"""What augmentation does to the outline of the head: scalp drawn around it, its rim peeled off; and to resolution."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from app.model.intensity import CLIP
from app.training.augmentation import AugmentationConfig, augment
from app.training.intensity_changes import QUANTA, IntensityConfig

ALL = np.ones(4, bool)
STILL = AugmentationConfig(
    rows=112, columns=96, shift=0, rotation=0, scale=0, flip=0, elastic=0, low_resolution=0, scalp=0, peel=0,
    intensity=IntensityConfig(contrast=0, gamma=0, bias_field=0, noise=0, blur=0, slice_statistics=0),
)  # fmt: skip
BLACK = 30
SEEDS = range(8)


def inside():
    """`(240, 240)`: a head of 60 by 40 pixels in the middle of the crop."""
    y, x = np.ogrid[:240, :240]
    return ((y - 120) / 30) ** 2 + ((x - 118) / 20) ** 2 < 1


def a_head():
    """Uneven inside, with a dark hole, which is head all the same; labelled 2 all over."""
    values = np.random.default_rng(0).integers(120, 200, (240, 240, 4)).astype(np.uint8)
    values[115:119, 110:116] = BLACK
    return np.where(inside()[..., np.newaxis], values, np.uint8(BLACK)), inside() * np.uint8(2)


def all_head():
    """One dark pixel in the middle: within the outline."""
    image = np.random.default_rng(0).integers(200, 256, (240, 240, 4)).astype(np.uint8)
    image[120, 120] = BLACK
    return image


def changed(seed=1, image=None, target=None, **changes):
    """Bytes again, and the target, of the crop."""
    planes, labels = a_head()
    group = [planes if image is None else image]
    config = replace(STILL, **changes)
    found, target = augment(group, labels if target is None else target, ALL, ALL, config, np.random.default_rng(seed))
    return np.round((found - CLIP[0]) * QUANTA).astype(int), target


def distance_to(mask):
    return ndimage.distance_transform_edt(~mask)


CROP = (slice(64, 176), slice(72, 168))
HEAD = inside()[CROP]


class TestScalp:
    @pytest.mark.parametrize("seed", SEEDS)
    def test_a_ring_lies_around_the_head_and_leaves_it_alone(self, seed):
        still, labels = changed()
        image, target = changed(seed, scalp=1)
        np.testing.assert_array_equal(image[HEAD], still[HEAD])
        np.testing.assert_array_equal(target, labels)
        ring = (image > BLACK).any(axis=-1) & ~HEAD
        assert ring.sum() > 300
        distance = distance_to(HEAD)[ring]
        assert 2.5 < distance.min() < 9.5
        assert 2 < np.ptp(distance) < 10.5
        assert ring[:, : 118 - 72].any()
        assert ring[:, 118 - 72 :].any()
        assert image.max() <= 200

    def test_it_differs_between_sequences_and_draws(self):
        image, _ = changed(1, scalp=1)
        other, _ = changed(2, scalp=1)
        assert (image[..., 0] != image[..., 1])[~HEAD].any()
        assert (image != other)[~HEAD].any()

    def test_a_crop_that_is_all_head_has_no_room_for_it(self):
        bright = all_head()
        np.testing.assert_array_equal(changed(1, bright, scalp=1)[0], bright[CROP])


class TestPeel:
    @pytest.mark.parametrize("seed", SEEDS)
    def test_the_rim_is_gone_with_its_labels(self, seed):
        still, _ = changed()
        image, target = changed(seed, peel=1)
        depth = distance_to(~HEAD)
        left = target == 2
        assert depth[left].min() > 1.5
        assert left[depth > 9].all()
        np.testing.assert_array_equal(image[left], still[left])
        assert (image[~left] == BLACK).all()
        assert (left == (image > BLACK).any(axis=-1) | (left & (still == BLACK).all(axis=-1))).all()

    def test_2_to_8_pixels_are_peeled(self):
        depth = distance_to(~HEAD)
        depths = [depth[changed(seed, peel=1)[1] == 2].min() for seed in range(40)]
        assert 1.5 < min(depths) < 3
        assert 7 < max(depths) < 9

    def test_a_crop_that_is_all_head_has_no_rim(self):
        bright = all_head()
        image, target = changed(1, bright, np.full((240, 240), 3, np.uint8), peel=1)
        np.testing.assert_array_equal(image, bright[CROP])
        assert (target == 3).all()


class TestLowResolution:
    @pytest.mark.parametrize("seed", SEEDS)
    def test_detail_is_lost_and_brightness_and_labels_are_not(self, seed):
        still, labels = changed()
        image, target = changed(seed, low_resolution=1)
        np.testing.assert_array_equal(target, labels)
        core = ndimage.binary_erosion(HEAD, iterations=6)
        assert image[core].std() < 0.9 * still[core].std()
        assert image[core].mean() == pytest.approx(still[core].mean(), abs=3)
        assert (image[distance_to(HEAD) > 6] == BLACK).all()

    def test_nothing_is_shifted(self):
        image, _ = changed(3, low_resolution=1)
        middle = ndimage.center_of_mass(HEAD)
        assert ndimage.center_of_mass(image[..., 0] > 75) == pytest.approx(middle, abs=0.3)

    def test_it_is_drawn_anew_each_time(self):
        assert len({changed(seed, low_resolution=1)[0].std() for seed in SEEDS}) == len(SEEDS)
