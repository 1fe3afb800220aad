from dataclasses import replace

import numpy as np
import pytest
from made_up_cases import TINY, planes_of

from app.model.intensity import CLIP
from app.model.network_input import SIZE, prepare
from app.model.unet import UNetConfig
from app.study import Sequence, Source, Study
from app.training.augmentation import AugmentationConfig
from app.training.batches import ALLOWED, BatchMaker
from app.training.intensity_changes import QUANTA, IntensityConfig
from app.training.make_planes import make_planes
from app.training.recipe import SharesConfig

FIXED = AugmentationConfig(
    rows=16, columns=8, shift=0, rotation=0, scale=0, flip=0, elastic=0, low_resolution=0, scalp=0, peel=0,
    all_sequences=1, neighbours=1,
    intensity=IntensityConfig(contrast=0, gamma=0, bias_field=0, noise=0, blur=0, slice_statistics=0),
)  # fmt: skip
LONE = UNetConfig(filters=(2, 4), neighbours=0)
MANY = replace(TINY, batch=200, augmentation=FIXED, tumour_slices=1.0, unet=LONE)


def share_of(allowed, target):
    """Share of the slices whose middle pixel has this target."""
    return (allowed[:, 8, 4] == ALLOWED[target]).all(axis=-1).mean()


def test_allowed_classes():
    assert ALLOWED.tolist() == [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0, 1, 1, 1]]


class TestBatch:
    def test_shapes(self):
        images, allowed = BatchMaker({"brats": [planes_of()]}, TINY).batch(0)
        assert (images.shape, images.dtype) == ((2, 32, 24, 12), np.float32)
        assert (allowed.shape, allowed.dtype) == ((2, 32, 24, 4), np.float32)

    def test_values_are_those_of_the_planes(self):
        planes = planes_of(slices=1, tumour=1, target=4)
        images, allowed = BatchMaker({"lgg": [planes]}, replace(TINY, batch=1, augmentation=FIXED)).batch(0)
        expected = planes.images[0, 112:128, 116:124].astype(float) * 10 / 255 - 4
        np.testing.assert_allclose(images[0, ..., :4], expected, atol=1e-5)
        assert not images[0, ..., 4:].any()  # a single slice has no neighbours
        np.testing.assert_array_equal(allowed[0], ALLOWED[planes.targets[0, 112:128, 116:124]])

    def test_a_batch_is_the_same_whenever_it_is_asked_for(self):
        maker = BatchMaker({"brats": [planes_of(1), planes_of(2)], "lgg": [planes_of(3)]}, TINY)
        images, allowed = maker.batch(5)
        maker.batch(2)
        for again in (maker, BatchMaker({"brats": [planes_of(1), planes_of(2)], "lgg": [planes_of(3)]}, TINY)):
            same_images, same_allowed = again.batch(5)
            np.testing.assert_array_equal(same_images, images)
            np.testing.assert_array_equal(same_allowed, allowed)

    @pytest.mark.parametrize("neighbours", [0, 1, 2])
    def test_training_shows_what_serving_shows(self, neighbours):
        """The same channels in the same order, up to the rounding to bytes; without intensity changes or motion."""
        random = np.random.default_rng(1)
        volumes = {s: np.zeros((9, SIZE, SIZE), np.float32) for s in (Sequence.T1CE, Sequence.FLAIR)}
        for volume in volumes.values():
            volume[1:8, 30:210, 50:190] = random.uniform(50, 100, (7, 180, 140))
        reference = np.zeros((9, SIZE, SIZE), np.uint8)
        reference[4, 100:110, 90:120] = 4  # so that this is the slice that is drawn
        study = Study("made up", volumes, Source("volume", (240, 240, 9)), (3.0, 1.0, 1.0), reference)
        recipe = replace(
            TINY,
            batch=1,
            tumour_slices=1.0,
            augmentation=replace(FIXED, rows=SIZE, columns=SIZE),
            unet=UNetConfig(filters=(2, 4), neighbours=neighbours),
        )
        planes = make_planes(prepare(study), classes_known=True)
        images, allowed = BatchMaker({"brats": [planes]}, recipe).batch(0)
        served = prepare(study)
        expected = served.planes(np.array([4]), neighbours)
        np.testing.assert_allclose(images[:, *served.window], expected, atol=0.6 / QUANTA)
        assert (np.abs(images).max(axis=(0, 1, 2)) > 0).tolist() == [True, False, True, False] * (1 + 2 * neighbours)
        np.testing.assert_array_equal(allowed[0, ..., 3] == 1, reference[4] == 4)

    def test_neighbours_are_left_out_in_their_share(self):
        planes = planes_of(slices=5, tumour=5)
        recipe = replace(TINY, batch=200, augmentation=replace(FIXED, neighbours=0.7))
        images, _ = BatchMaker({"brats": [planes]}, recipe).batch(0)
        assert images[..., :4].any(axis=(1, 2, 3)).all()
        assert images[..., 4:].any(axis=(1, 2, 3)).mean() == pytest.approx(0.7, abs=0.1)

    def test_sequences_are_left_out_with_those_of_the_neighbours(self):
        recipe = replace(TINY, batch=60, augmentation=replace(FIXED, all_sequences=0.5, flair_alone=0.5))
        images, _ = BatchMaker({"brats": [planes_of(slices=3, tumour=3)]}, recipe).batch(0)
        shown = images.any(axis=(1, 2)).reshape(60, 3, 4)
        alone = ~shown[:, 0, 1:].any(axis=-1)
        assert alone.mean() == pytest.approx(0.5, abs=0.2)
        assert shown[~alone, 0].all()
        assert not shown[alone, :, 1:].any()

    def test_values_lie_within_the_range_of_the_network_input(self):
        images, _ = BatchMaker({"brats": [planes_of()]}, replace(TINY, batch=20)).batch(0)
        assert CLIP[0] <= images.min() < images.max() <= CLIP[1]

    def test_steps_seeds_and_rows_differ(self):
        cases = {"brats": [planes_of(1), planes_of(2)]}
        maker, other = BatchMaker(cases, TINY), BatchMaker(cases, replace(TINY, seed=8))
        images = maker.batch(5)[0]
        assert (images[0] != images[1]).any()
        assert (images != maker.batch(6)[0]).any()
        assert (images != other.batch(5)[0]).any()


class TestBatches:
    def test_they_come_in_order_from_any_step_on(self):
        maker = BatchMaker({"brats": [planes_of(1)]}, TINY)
        found = list(maker.batches(3, 13))
        assert len(found) == 10
        for step, (images, allowed) in zip(range(3, 13), found, strict=True):
            expected_images, expected_allowed = maker.batch(step)
            np.testing.assert_array_equal(images, expected_images)
            np.testing.assert_array_equal(allowed, expected_allowed)

    @pytest.mark.parametrize(("first", "last", "count"), [(6, 6, 0), (7, 6, 0), (0, 1, 1)])
    def test_few_or_none(self, first, last, count):
        assert len(list(BatchMaker({"brats": [planes_of(1)]}, TINY).batches(first, last))) == count

    def test_an_error_in_making_one_is_raised(self):
        maker = BatchMaker({"brats": [planes_of(1)]}, replace(TINY, batch=-1))
        with pytest.raises(ValueError, match="negative dimensions"):
            next(maker.batches(0, 3))


class TestShares:
    """Which source a slice is from shows in its target: 1 for BraTS, 4 for LGG, 3 for simulated ones."""

    BRATS = [planes_of(n, target=1) for n in range(2)]  # noqa: RUF012
    LGG = [planes_of(n, target=4) for n in range(3)]  # noqa: RUF012
    SIMULATED = [planes_of(0, target=3)]  # noqa: RUF012

    def test_sources_get_the_shares_of_the_recipe_however_many_cases_they_have(self):
        maker = BatchMaker({"brats": self.BRATS, "lgg": self.LGG, "simulated": self.SIMULATED}, MANY)
        _, allowed = maker.batch(0)
        assert share_of(allowed, 1) == pytest.approx(0.48 / 0.83, abs=0.1)
        assert share_of(allowed, 4) == pytest.approx(0.30 / 0.83, abs=0.1)
        assert share_of(allowed, 3) == pytest.approx(0.05 / 0.83, abs=0.05)

    def test_shares_of_sources_that_are_not_given_are_left_out(self):
        recipe = replace(MANY, shares=SharesConfig(brats=0.2, simulated=0.3))
        _, allowed = BatchMaker({"brats": self.BRATS, "simulated": self.SIMULATED}, recipe).batch(0)
        assert share_of(allowed, 1) == pytest.approx(0.4, abs=0.1)
        assert share_of(allowed, 3) == pytest.approx(0.6, abs=0.1)

    def test_the_cases_of_a_source_count_alike_whatever_their_size(self):
        cases = [planes_of(0, slices=6, tumour=6, target=1), planes_of(0, slices=1, tumour=1, target=2)]
        _, allowed = BatchMaker({"brats": cases}, MANY).batch(0)
        assert share_of(allowed, 2) == pytest.approx(0.5, abs=0.1)

    def test_slices_with_tumour_get_their_share(self):
        cases = [planes_of(0, slices=4, tumour=1)]
        _, allowed = BatchMaker({"brats": cases}, replace(MANY, tumour_slices=0.6)).batch(0)
        assert share_of(allowed, 1) == pytest.approx(0.6 + 0.4 / 4, abs=0.1)

    def test_a_case_without_tumour_gives_slices_too(self):
        _, allowed = BatchMaker({"brats": [planes_of(0, tumour=0)]}, replace(MANY, batch=4)).batch(0)
        assert share_of(allowed, 0) == 1
