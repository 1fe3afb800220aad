from dataclasses import replace
from math import isnan

import numpy as np
import pytest
from made_up_cases import planes_of
from runs import RECIPE

from app.errors import DatasetError
from app.training.batches import BatchMaker
from app.training.monitor import GREEN, RED, Monitor, outlined, spread


class Fixed:
    """Says what `answer` makes of the images, and remembers them."""

    def __init__(self, answer, outputs=1):
        self.answer, self.outputs, self.seen = answer, outputs, []

    def predict_on_batch(self, images):
        self.seen.append(images)
        background = np.ones((*images.shape[:3], 4), np.float32)
        background[..., 0] = self.answer(images)
        return background if self.outputs == 1 else [background] + [np.zeros_like(background)] * (self.outputs - 1)


def monitor_of(*planes, slices=4, **sets):
    recipe = replace(RECIPE, validation_slices=slices)
    return Monitor(BatchMaker({"brats": planes} | sets if planes else sets, recipe), recipe)


def nothing(images):
    return np.ones(images.shape[:3])


def bright(images):
    """Everything that is brighter than noise, and half of the tie at the bar itself."""
    return np.where(images[..., 0] > 2, 0.5, 0.51)


class TestLook:
    def test_scores_by_hand(self):
        """Two slices with a square of 144 pixels, which is found, and one without, where nothing is."""
        scores, _ = monitor_of(planes_of(slices=4, tumour=2)).look(Fixed(bright))
        assert (scores.recall, scores.precision, scores.dice) == (1, 1, 1)

    def test_misses_and_false_alarms(self):
        def upper_half(images):
            """All of the slice above the middle of the square."""
            background = np.ones(images.shape[:3])
            background[:, : images.shape[1] // 2] = 0
            return background

        scores, _ = monitor_of(planes_of(slices=4, tumour=2)).look(Fixed(upper_half))
        assert scores.recall == 0.5
        assert scores.precision == pytest.approx(2 * 72 / (4 * 16 * 32))
        assert scores.dice == pytest.approx(2 * 144 / (288 + 2048))

    def test_nothing_found(self):
        scores, _ = monitor_of(planes_of()).look(Fixed(nothing))
        assert (scores.recall, scores.dice) == (0, 0)
        assert isnan(scores.precision)

    def test_under_deep_supervision_the_first_output_counts(self):
        scores, _ = monitor_of(planes_of()).look(Fixed(bright, outputs=3))
        assert scores.dice == 1

    def test_the_slices_are_shown_unchanged_with_all_sequences_and_neighbours(self):
        planes = planes_of(slices=4, present=(True, False, True, False))
        network = Fixed(nothing)
        monitor_of(planes).look(network)
        images = np.concatenate(network.seen)
        assert (images.shape, images.dtype) == ((4, 32, 32, 12), np.float32)
        middle = planes.images[:, 104:136, 104:136].astype(np.float32) * 10 / 255 - 4.0
        np.testing.assert_allclose(images[..., [0, 2]], middle, atol=1e-5)
        np.testing.assert_allclose(images[1:, ..., [4, 6]], middle[:-1], atol=1e-5)
        np.testing.assert_allclose(images[:-1, ..., [8, 10]], middle[1:], atol=1e-5)
        assert not images[..., 1::2].any()
        assert not images[0, ..., 4:8].any()
        assert not images[3, ..., 8:].any()

    def test_they_come_in_whole_batches(self):
        network = Fixed(nothing)
        monitor_of(planes_of(), slices=3).look(network)
        assert [len(images) for images in network.seen] == [2, 2]

    def test_pictures(self):
        _, pictures = monitor_of(planes_of(slices=8, tumour=2), slices=8).look(Fixed(bright))
        assert [picture.shape for picture in pictures] == [(32, 32, 3)] * 4
        outlines = [(picture == GREEN).all(axis=-1).sum() for picture in pictures]
        assert outlines == [14 * 14 - 12 * 12, 0, 0, 0]
        assert (pictures[0] == RED).all(axis=-1).sum() == 12 * 12 - 10 * 10

    def test_without_tumour_there_is_nothing_to_score(self):
        with pytest.raises(DatasetError, match="shows tumour; hold back more patients"):
            monitor_of(planes_of(tumour=0))


class TestSpread:
    def test_by_hand(self):
        """Of 10 slices, 2 for the first case, 3 for the second, 5 for the third, each evenly over the case."""
        cases = [planes_of(slices=5), planes_of(slices=9), planes_of(slices=1, tumour=1)]
        picks = spread(cases, np.array([0.2, 0.3, 0.5]), 10)
        assert [cases.index(planes) for planes, _ in picks] == [0, 0, 1, 1, 1, 2, 2, 2, 2, 2]
        assert [row for _, row in picks] == [1, 3, 1, 4, 7, 0, 0, 0, 0, 0]

    def test_sets_have_the_shares_of_the_recipe(self):
        network, brats, lgg = Fixed(nothing), planes_of(1), planes_of(2, present=(False, True, False, False))
        shares = replace(RECIPE.shares, brats=0.2, lgg=0.6)
        recipe = replace(RECIPE, validation_slices=8, shares=shares)
        Monitor(BatchMaker({"brats": [brats], "lgg": [lgg]}, recipe), recipe).look(network)
        assert np.concatenate(network.seen)[..., 0].any(axis=(1, 2)).sum() == 2


def test_outlines_run_outside_the_reference_and_inside_the_prediction():
    reference, mask = np.zeros((2, 5, 7), bool)
    reference[2, 1:3] = True
    mask[1:4, 3:6] = True
    picture = outlined(np.full((5, 7), 9, np.uint8), reference, mask)
    drawn = np.full((5, 7), ".")
    drawn[(picture == GREEN).all(axis=-1)] = "g"
    drawn[(picture == RED).all(axis=-1)] = "r"
    assert ["".join(row) for row in drawn] == [".......", "gggrrr.", "g..r.r.", "gggrrr.", "......."]
    assert picture[2, 1].tolist() == [9, 9, 9]
