from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy import ndimage

from app.model.intensity import CLIP
from app.training.augmentation import AugmentationConfig, augment, choose_sequences
from app.training.intensity_changes import QUANTA, IntensityConfig

ALL = np.ones(4, bool)
SAME_BRIGHTNESS = IntensityConfig(contrast=0, gamma=0, bias_field=0, noise=0, blur=0, slice_statistics=0)
GEOMETRY_ONLY = AugmentationConfig(
    rows=96, columns=80, elastic=0, low_resolution=0, scalp=0, peel=0, intensity=SAME_BRIGHTNESS
)
STILL = replace(GEOMETRY_ONLY, shift=0, rotation=0, scale=0, flip=0)
NO_TUMOUR = np.zeros((240, 240), np.uint8)


def normal(planes):
    """Prepared bytes as the intensities that they stand for."""
    return planes / np.float32(QUANTA) + np.float32(CLIP[0])


def marked():
    """Dark everywhere but for a bright block, off the middle, that is labelled 3."""
    image, target = np.full((240, 240, 4), 40, np.uint8), NO_TUMOUR.copy()
    image[105:119, 122:142] = 200
    target[105:119, 122:142] = 3
    return image, target


def noise(seed=0, channels=4):
    return np.random.default_rng(seed).integers(0, 256, (240, 240, channels)).astype(np.uint8)


def places():
    """FLAIR says in which row a pixel is, T1 in which column."""
    rows, columns = np.mgrid[:240, :240].astype(np.uint8)
    return np.stack([rows, columns, rows, columns], axis=-1)


def changed(image, target=NO_TUMOUR, config=AugmentationConfig(), seed=1, present=ALL, keep=None):  # noqa: B008
    """A slice without neighbours, or a list of a slice and its neighbours."""
    group = image if isinstance(image, list) else [image]
    return augment(group, target, present, present if keep is None else keep, config, np.random.default_rng(seed))


def origins(config, seed):
    """For each pixel of the crop, the row and the column where it comes from, `(2, rows, columns)`."""
    image, _ = changed(places(), config=config, seed=seed)
    return np.moveaxis((image[..., :2] - CLIP[0]) * QUANTA, -1, 0)


def affine(config, seed):
    """The 2 x 2 matrix from a step in the crop to the step in the slice."""
    rows, columns = np.mgrid[: config.rows, : config.columns]
    terms = np.stack([rows.ravel(), columns.ravel(), np.ones(rows.size)], axis=-1)
    fit, *_ = np.linalg.lstsq(terms, origins(config, seed).reshape(2, -1).T, rcond=None)
    return fit[:2].T


class TestGeometry:
    @pytest.mark.parametrize("seed", range(8))
    @pytest.mark.parametrize("elastic", [0, 1])
    def test_labels_move_with_the_image(self, seed, elastic):
        image, target = changed(*marked(), replace(GEOMETRY_ONLY, elastic=elastic), seed)
        bright, labelled = image[..., 1] > normal(120), target == 3
        assert labelled.sum() > 100
        assert bright[ndimage.binary_erosion(labelled)].all()
        assert not bright[~ndimage.binary_dilation(labelled)].any()
        light = image[..., 1] - image[..., 1].min()
        np.testing.assert_allclose(ndimage.center_of_mass(light), ndimage.center_of_mass(labelled), atol=0.3)

    def test_every_draw_moves_it_elsewhere(self):
        centres = {ndimage.center_of_mass(changed(*marked(), GEOMETRY_ONLY, seed)[1]) for seed in range(12)}
        assert len(centres) == 12

    def test_without_motion_the_middle_is_cut_out(self):
        target = noise(1, 1)[..., 0] % 5
        image, moved = changed(noise(), target, STILL)
        assert (image.dtype, moved.dtype) == (np.float32, np.uint8)
        np.testing.assert_allclose(image, normal(noise()[72:168, 80:160]), atol=1e-5)
        np.testing.assert_array_equal(moved, target[72:168, 80:160])

    def test_a_flip_mirrors_left_and_right(self):
        still, _ = changed(noise(), config=STILL)
        flipped, _ = changed(noise(), config=replace(STILL, flip=1))
        np.testing.assert_allclose(flipped, still[:, ::-1], atol=1e-5)

    def test_shifts_stay_in_their_bounds(self):
        middle = origins(STILL, 0)
        shifts = np.array([origins(replace(STILL, shift=16), seed) - middle for seed in range(20)])
        assert np.ptp(shifts, axis=(2, 3)).max() <= 2  # bytes are rounded
        shifts = shifts.mean(axis=(2, 3))
        assert np.abs(shifts).max() < 16.6
        assert (shifts.min(axis=0) < -8).all()
        assert (shifts.max(axis=0) > 8).all()

    def test_turns_stay_in_their_bounds(self):
        turns = [affine(replace(STILL, rotation=35), seed) for seed in range(20)]
        np.testing.assert_allclose(np.linalg.det(turns), 1, atol=0.01)
        angles = [np.degrees(np.arctan2(turn[0, 1], turn[0, 0])) for turn in turns]
        assert -35.5 < min(angles) < -15
        assert 15 < max(angles) < 35.5

    def test_scales_stay_in_their_bounds(self):
        """A head twice as large comes from steps half as wide."""
        steps = [affine(replace(STILL, scale=0.25), seed) for seed in range(20)]
        np.testing.assert_allclose([step[[0, 1], [1, 0]] for step in steps], 0, atol=0.01)
        sizes = [1 / step[0, 0] for step in steps]
        np.testing.assert_allclose(sizes, [1 / step[1, 1] for step in steps], atol=0.01)
        assert np.exp(-0.25) - 0.01 < min(sizes) < 0.9 < 1.1 < max(sizes) < np.exp(0.25) + 0.01

    @pytest.mark.parametrize("seed", range(4))
    def test_a_deformation_is_uneven_smooth_and_bounded(self, seed):
        moved = origins(replace(STILL, elastic=1, elastic_pixels=6), seed) - origins(STILL, seed)
        assert np.ptp(moved, axis=(1, 2)).min() > 3
        assert np.abs(moved).max() < 6 * 1.4  # a cubic may swing over its points
        for axis in (1, 2):
            assert np.abs(np.diff(ndimage.uniform_filter(moved, (1, 5, 5)), axis=axis)).max() < 1

    def test_beyond_the_edge_each_channel_is_black(self):
        image, target = marked()
        image[..., 2] += 30  # black is 40 in the others and 70 here
        image, target = changed(image, target, replace(STILL, rows=304, columns=320))
        assert image[0, 0] == pytest.approx(normal(np.array([40, 40, 70, 40])))
        assert target[0, 0] == 0
        assert np.count_nonzero(target == 3) == 14 * 20


class TestNeighbours:
    GROUP = (noise(3), noise(4), noise(5))
    ONE_ALIKE = replace(AugmentationConfig(), scalp=0, intensity=replace(IntensityConfig(), noise=0))

    def test_they_come_in_order_after_the_slice(self):
        image, _ = changed(list(self.GROUP), config=STILL)
        assert image.shape == (96, 80, 12)
        for place, planes in enumerate(self.GROUP):
            np.testing.assert_allclose(image[..., 4 * place : 4 * place + 4], normal(planes[72:168, 80:160]), atol=1e-5)

    @pytest.mark.parametrize("seed", range(6))
    def test_they_are_changed_like_the_slice(self, seed):
        config = replace(self.ONE_ALIKE, elastic=1, low_resolution=seed % 2, peel=seed % 2)
        image, _ = changed([noise()] * 3, config=config, seed=seed)
        np.testing.assert_array_equal(image[..., 4:8], image[..., :4])
        np.testing.assert_array_equal(image[..., 8:], image[..., :4])

    @pytest.mark.parametrize("missing", [[1], [2], [1, 2]])
    def test_one_that_is_not_there_is_zero_and_the_others_are_in_their_place(self, missing):
        group = [None if place in missing else planes for place, planes in enumerate(self.GROUP)]
        image, _ = changed(group, config=STILL)
        for place, planes in enumerate(group):
            expected = 0 if planes is None else normal(planes[72:168, 80:160])
            np.testing.assert_allclose(
                image[..., 4 * place : 4 * place + 4], np.broadcast_to(expected, (96, 80, 4)), atol=1e-5
            )


class TestSequences:
    @pytest.mark.parametrize(
        ("present", "keep"),
        [
            ((1, 0, 1, 0), (1, 0, 1, 0)),
            ((1, 1, 1, 1), (1, 0, 0, 0)),
            ((0, 1, 1, 1), (0, 1, 0, 1)),
            ((0, 0, 1, 0), (0, 0, 1, 0)),
        ],
    )
    def test_each_is_in_its_channel_and_what_is_not_kept_is_zero(self, present, keep):
        present, keep = np.array(present, bool), np.array(keep, bool)
        planes = [noise(seed)[..., present] for seed in (1, 2)]
        image, _ = changed([planes[0], None, planes[1]], config=STILL, present=present, keep=keep)
        for place, seed in ((0, 1), (8, 2)):
            expected = np.where(keep, normal(noise(seed)[72:168, 80:160]), 0)
            np.testing.assert_allclose(image[..., place : place + 4], expected, atol=1e-5)
        assert not image[..., 4:8].any()

    @pytest.mark.parametrize("present", [p for p in product((False, True), repeat=4) if any(p)])
    def test_some_of_those_present_are_chosen_and_never_none(self, present):
        present, rng = np.array(present), np.random.default_rng(3)
        drawn = [choose_sequences(present, AugmentationConfig(), rng) for _ in range(100)]
        assert all(keep.any() and not (keep & ~present).any() for keep in drawn)
        assert np.array(drawn).any(axis=0).tolist() == present.tolist()

    def test_chances(self):
        """All: 0.5, and 1/16 of the 0.3 with even odds. FLAIR alone: 0.2, and there 1/16 + 1/4 of 1/16."""
        rng = np.random.default_rng(4)
        drawn = np.array([choose_sequences(ALL, AugmentationConfig(), rng) for _ in range(4000)])
        assert drawn.all(axis=1).mean() == pytest.approx(0.5 + 0.3 / 16, abs=0.03)
        alone = drawn[:, 0] & ~drawn[:, 1:].any(axis=1)
        assert alone.mean() == pytest.approx(0.2 + 0.3 * (1 / 16 + 1 / 64), abs=0.03)

    def test_without_flair_it_cannot_be_alone(self):
        config = AugmentationConfig(all_sequences=0, flair_alone=1)
        assert choose_sequences(ALL, config, np.random.default_rng(1)).tolist() == [True, False, False, False]
        keep = choose_sequences(np.array([False, False, True, False]), config, np.random.default_rng(1))
        assert keep.tolist() == [False, False, True, False]

    def test_what_is_chosen_is_a_copy(self):
        present = ALL.copy()
        choose_sequences(present, AugmentationConfig(all_sequences=1), np.random.default_rng(1))[0] = False
        assert present.all()


class TestAll:
    @pytest.mark.parametrize("seed", range(6))
    def test_values_stay_in_the_range_of_the_network_input(self, seed):
        strong = IntensityConfig(contrast=0.9, gamma=1, bias_field=0.9, noise=2, blur=0.5, slice_statistics=0.5)
        config = AugmentationConfig(scalp=0.5, peel=0.5, low_resolution=0.5, intensity=strong)
        image, target = changed([noise(), noise(1)], noise(2, 1)[..., 0] % 5, config, seed)
        assert (image.shape, target.shape) == ((192, 160, 8), (192, 160))
        assert CLIP[0] <= image.min() < image.max() <= CLIP[1]
        assert set(np.unique(target)) <= set(range(5))

    def test_what_was_given_is_not_changed(self):
        (image, target), (same_image, same_target) = marked(), marked()
        changed(image, target, AugmentationConfig(scalp=1, peel=1))
        np.testing.assert_array_equal(image, same_image)
        np.testing.assert_array_equal(target, same_target)

    def test_the_generator_decides_everything(self):
        config = AugmentationConfig(elastic=1, low_resolution=1, scalp=1, peel=1)
        first, again, other = (changed([noise(), noise(1)], *marked()[1:], config, seed) for seed in (5, 5, 6))
        np.testing.assert_array_equal(first[0], again[0])
        np.testing.assert_array_equal(first[1], again[1])
        assert (first[0] != other[0]).any()
        assert (first[1] != other[1]).any()
