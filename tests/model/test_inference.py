import numpy as np
import pytest
from heads import head, study_of

from app.model.inference import BATCH, slice_order, stream_levels
from app.study import LEVELS


def volume_of(slices, shape=(40, 30), box=(2, 36, 3, 28)):
    """Slices with a head of the given brightness each; None is air."""
    return np.stack([np.zeros(shape, np.float32) if bright is None else head(shape, box, bright) for bright in slices])


def everywhere(probability):
    """A network that gives one probability for every pixel, and counts its calls."""

    def forward(planes):
        forward.shapes.append(planes.shape)
        return np.full(planes.shape[:3], probability, np.float32)

    forward.shapes = []
    return forward


def squashed(planes):
    """A network that sees the more tumour the brighter a pixel is."""
    return (1 / (1 + np.exp(-2 * planes[..., 0]))).astype(np.float32)


def last_levels(study, forward, first_slice=None):
    *_, last = stream_levels(study, forward, first_slice)
    return last.levels


class TestSliceOrder:
    SLICES = np.array([2, 3, 4, 7, 9])

    def test_the_nearest_come_first_and_of_two_as_near_the_lower(self):
        assert slice_order(self.SLICES, 4).tolist() == [4, 3, 2, 7, 9]
        assert slice_order(self.SLICES, 8).tolist() == [7, 9, 4, 3, 2]

    def test_a_first_slice_without_head_is_allowed(self):
        assert slice_order(self.SLICES, 0).tolist() == [2, 3, 4, 7, 9]
        assert slice_order(self.SLICES, 100).tolist() == [9, 7, 4, 3, 2]

    def test_ascending_without_one(self):
        assert slice_order(self.SLICES, None).tolist() == [2, 3, 4, 7, 9]


class TestStream:
    def test_the_slices_around_the_first_are_known_after_one_batch(self):
        study = study_of(volume_of([100] * 20))
        first = next(stream_levels(study, everywhere(0.5), 13))
        assert (first.done, first.total) == (8, 20)
        assert np.flatnonzero(first.levels.any(axis=(1, 2))).tolist() == list(range(9, 17))

    def test_the_last_batch_is_filled_up(self):
        forward = everywhere(0.5)
        steps = [(step.done, step.total) for step in stream_levels(study_of(volume_of([100] * 19)), forward)]
        assert steps == [(8, 19), (16, 19), (19, 19)]
        assert forward.shapes == [(BATCH, 240, 240, 4)] * 3

    def test_fewer_slices_than_a_batch(self):
        forward = everywhere(0.5)
        levels = last_levels(study_of(volume_of([None, 100, 100])), forward)
        assert forward.shapes == [(8, 240, 240, 4)]
        assert (levels[0].max(), levels[1:].min()) == (0, 100)

    def test_slices_without_head_are_not_looked_at(self):
        forward = everywhere(1.0)
        study = study_of(volume_of([None, *[100] * 5, None, *[100] * 3, None]))
        levels = last_levels(study, forward)
        assert len(forward.shapes) == 1
        found = levels.any(axis=(1, 2))
        assert np.flatnonzero(~found).tolist() == [0, 6, 10]
        assert (levels[found] == 200).all()

    def test_a_study_without_head_is_done_at_once(self):
        volume = np.zeros((3, 40, 30), np.float32)
        volume[1, 20, 15] = 1  # one voxel is no head
        forward = everywhere(1.0)
        (step,) = stream_levels(study_of(volume), forward)
        assert (step.done, step.total, step.levels.max()) == (0, 0, 0)
        assert step.levels.shape == (3, 40, 30)
        assert forward.shapes == []

    def test_every_slice_gets_its_own_result(self):
        """Heads of different size, so that slices cannot be exchanged."""
        bright = [head((40, 30), (2, 8 + 2 * n, 3, 25)) for n in range(11)]
        study = study_of(np.stack(bright))
        levels = last_levels(study, lambda planes: (planes[..., 0] > -0.5).astype(np.float32))
        sizes = np.count_nonzero(levels > 100, axis=(1, 2))
        assert sizes.tolist() == sorted(set(sizes.tolist()))

    @pytest.mark.parametrize("first_slice", [0, 7, 12, 40])
    def test_the_result_does_not_depend_on_the_first_slice(self, first_slice):
        random = np.random.default_rng(6)
        volume = volume_of(random.uniform(20, 100, 13)) * random.uniform(0.5, 1, (13, 40, 30)).astype(np.float32)
        study = study_of(volume, spacing=(3.0, 1.3, 1.7))
        expected = last_levels(study, squashed)
        assert len(np.unique(expected)) > 50
        np.testing.assert_array_equal(last_levels(study, squashed, first_slice), expected)


class TestLevels:
    STUDY = study_of(volume_of([100]))

    def level(self, probability):
        levels = np.unique(last_levels(self.STUDY, everywhere(probability)))
        assert levels.dtype == np.uint8
        (level,) = levels
        return int(level)

    @pytest.mark.parametrize(
        ("probability", "level"),
        [
            (0, 0),
            (0.00499, 0),
            (0.005, 1),
            (0.29999, 59),
            (0.3, 60),
            (0.304, 60),
            (0.995, 199),
            (0.99999, 199),
            (1, 200),
        ],
    )
    def test_the_floor_of_200_times_the_probability(self, probability, level):
        assert self.level(probability) == level

    def test_rounding_errors_of_a_softmax_stay_within_0_and_200(self):
        assert self.level(-1e-7) == 0
        assert self.level(1 + 1e-6) == 200

    def test_all_levels_on_the_plane_and_after_resampling(self):
        steps = np.arange(240 * 240, dtype=np.int64).reshape(240, 240) % LEVELS
        probabilities = ((steps + 0.5) / LEVELS).astype(np.float32)
        study = study_of(head((240, 240), (20, 220, 30, 210))[np.newaxis])
        levels = last_levels(study, lambda planes: np.repeat(probabilities[np.newaxis], len(planes), axis=0))
        np.testing.assert_array_equal(levels[0], steps)
        assert [self.level((k + 0.5) / LEVELS) for k in range(LEVELS)] == list(range(LEVELS))

    @pytest.mark.parametrize("eighth", range(9))
    def test_a_probability_that_is_a_threshold_reaches_it(self, eighth):
        """Eighths are the multiples of 0.005 that a float32 holds exactly."""
        assert self.level(eighth / 8) == 25 * eighth

    def test_beyond_the_plane_there_is_no_tumour(self):
        study = study_of(head((300, 100), (40, 200, 10, 90))[np.newaxis])
        levels = last_levels(study, everywhere(1.0))
        assert np.unique(levels[0, :240]).tolist() == [200]
        assert np.unique(levels[0, 240:]).tolist() == [0]
