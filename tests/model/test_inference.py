import numpy as np
import pytest
from heads import head, study_of

from app.model.calibration import Calibration
from app.model.inference import BATCH, Network, levels_of, slice_order, stream_levels, stream_logits
from app.model.serving import ABSENT, Serving
from app.study import LEVELS

PLAIN = Serving(smoothing_mm=0, smallest_island=0)


def volume_of(slices, shape=(40, 30), box=(2, 36, 3, 28)):
    """Slices with a head of the given brightness each; None is air."""
    return np.stack([np.zeros(shape, np.float32) if bright is None else head(shape, box, bright) for bright in slices])


def network_of(probability):
    """A network with a probability of its own, which takes all tumour for oedema."""

    def forward(planes):
        found = np.clip(probability(planes).astype(np.float32), 1e-6, 1 - 1e-6)
        return np.log(found / (1 - found)), np.ones(found.shape, np.uint8)

    return forward


def everywhere(probability):
    """A network that gives one probability for every pixel, and counts its calls."""

    def forward(planes):
        forward.shapes.append(planes.shape)
        return network_of(lambda planes: np.full(planes.shape[:3], probability))(planes)

    forward.shapes = []
    return forward


def squashed(planes):
    """A network that sees the more tumour the brighter a pixel is."""
    return 1 / (1 + np.exp(-2 * planes[..., 0]))


def stream(study, forward, first_slice=None, neighbours=0, classes=False, serving=PLAIN):
    return stream_levels(study, Network(forward, neighbours, serving), Calibration(), 60, first_slice, classes=classes)


def last_of(*args, **kwargs):
    *_, last = stream(*args, **kwargs)
    return last


def last_levels(*args, **kwargs):
    return last_of(*args, **kwargs).levels


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
        first = next(stream(study, everywhere(0.5), 13))
        assert (first.done, first.total) == (8, 20)
        assert np.flatnonzero(first.levels.any(axis=(1, 2))).tolist() == list(range(9, 17))
        assert first.classes is None

    def test_the_last_batch_is_filled_up(self):
        forward = everywhere(0.5)
        steps = [(step.done, step.total) for step in stream(study_of(volume_of([100] * 19)), forward)]
        assert steps == [(8, 19), (16, 19), (19, 19)]
        assert forward.shapes == [(BATCH, 64, 48, 4)] * 3

    def test_the_head_of_40_by_30_mm_is_all_that_is_shown(self):
        levels = last_levels(study_of(head((90, 80), (20, 60, 30, 60))[np.newaxis]), everywhere(1.0))
        assert np.argwhere(levels[0])[[0, -1]].tolist() == [[8, 21], [71, 68]]  # 64 rows, 48 columns around 40, 45

    def test_neighbours_are_shown_too(self):
        forward = everywhere(0.5)
        last_levels(study_of(volume_of([100] * 8)), forward, neighbours=2)
        assert forward.shapes == [(8, 64, 48, 20)]

    def test_fewer_slices_than_a_batch(self):
        forward = everywhere(0.5)
        levels = last_levels(study_of(volume_of([None, 100, 100])), forward)
        assert forward.shapes == [(2, 64, 48, 4)]
        assert (levels[0].max(), levels[1:].min()) == (0, 100)

    def test_slices_without_head_are_not_looked_at(self):
        forward = everywhere(1.0)
        study = study_of(volume_of([None, *[100] * 5, None, *[100] * 3, None]))
        levels = last_levels(study, forward)
        assert len(forward.shapes) == 1
        found = levels.any(axis=(1, 2))
        assert np.flatnonzero(~found).tolist() == [0, 6, 10]
        assert (levels[found] == 199).all()

    def test_the_last_step_smooths_between_all_slices(self):
        """One slice in which the network sees less: until the end it is as it was seen."""
        study = study_of(volume_of([100] * 19))
        study.images["FLAIR"][9] *= 0.2
        forward = network_of(lambda planes: np.where(planes[..., 0] > -0.5, 0.9, 0.1))
        steps = [step.levels[:, 20, 15].copy() for step in stream(study, forward, 9, serving=Serving(2.0, 0))]
        plain = last_levels(study, forward)[:, 20, 15]
        assert plain[9] == steps[0][9] < 100 < plain[8] == steps[0][8]
        assert plain[9] < steps[-1][9] < steps[-1][8] < plain[8]

    def test_small_islands_are_below_the_default_level_in_the_last_step_alone(self):
        study = study_of(volume_of([100] * 19))
        steps = [step.levels.max() for step in stream(study, everywhere(0.9), serving=Serving(0, 10**6))]
        assert steps == [180, 180, 59] or steps == [179, 179, 59]

    def test_the_calibration_is_applied_and_the_logits_are_kept_as_they_are(self):
        study, network = study_of(volume_of([100] * 3)), Network(everywhere(0.5), 0, PLAIN)
        *_, levels = stream_levels(study, network, Calibration(1.0, 2.0), 60)
        *_, logits = stream_logits(study, network)
        assert set(np.unique(levels.levels)) == {176}  # 200 / (1 + exp(-2)) = 176.2
        assert set(np.unique(logits.logits)) == {0.0}

    def test_what_is_not_looked_at_has_no_tumour_whatever_the_calibration(self):
        study, network = study_of(volume_of([100, None, 100])), Network(everywhere(0.5), 0, PLAIN)
        *_, last = stream_levels(study, network, Calibration(50.0, 3.0), 60)
        *_, logits = stream_logits(study, network)
        assert last.levels.max(axis=(1, 2)).tolist() == [190, 0, 190]
        assert (logits.logits[1] == ABSENT).all()

    def test_a_study_without_head_is_done_at_once(self):
        volume = np.zeros((3, 40, 30), np.float32)
        volume[1, 20, 15] = 1  # one voxel is no head
        forward = everywhere(1.0)
        (step,) = stream(study_of(volume), forward, classes=True)
        assert (step.done, step.total, step.levels.max(), step.classes.max()) == (0, 0, 0, 0)
        assert step.levels.shape == (3, 40, 30)
        assert forward.shapes == []

    def test_every_slice_gets_its_own_result(self):
        """Heads of different size, so that slices cannot be exchanged."""
        bright = [head((40, 30), (2, 8 + 2 * n, 3, 25)) for n in range(11)]
        study = study_of(np.stack(bright))
        levels = last_levels(study, network_of(lambda planes: planes[..., 0] > -0.5))
        sizes = np.count_nonzero(levels > 100, axis=(1, 2))
        assert sizes.tolist() == sorted(set(sizes.tolist()))

    @pytest.mark.parametrize("first_slice", [0, 7, 12, 40])
    def test_the_result_does_not_depend_on_the_first_slice(self, first_slice):
        random = np.random.default_rng(6)
        volume = volume_of(random.uniform(20, 100, 13)) * random.uniform(0.5, 1, (13, 40, 30)).astype(np.float32)
        study = study_of(volume, spacing=(3.0, 1.3, 1.7))
        expected = last_levels(study, network_of(squashed))
        assert len(np.unique(expected)) > 50
        np.testing.assert_array_equal(last_levels(study, network_of(squashed), first_slice), expected)


class TestLevels:
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
        found = levels_of(np.array([[probability]], np.float32))
        assert (found.item(), found.dtype, found.shape) == (level, np.uint8, (1, 1))

    def test_rounding_errors_stay_within_0_and_200(self):
        assert levels_of(np.array([-1e-7, 1 + 1e-6], np.float32)).tolist() == [0, 200]

    @pytest.mark.parametrize("eighth", range(9))
    def test_a_probability_that_is_a_threshold_reaches_it(self, eighth):
        """Eighths are the multiples of 0.005 that a float32 holds exactly."""
        assert levels_of(np.array(eighth / 8, np.float32)) == 25 * eighth

    def test_all_levels_on_the_plane_and_after_resampling(self):
        steps = np.arange(240 * 240, dtype=np.int64).reshape(240, 240) % LEVELS
        probabilities = ((steps + 0.5) / LEVELS).astype(np.float32)
        study = study_of(head((240, 240), (0, 240, 0, 240))[np.newaxis])
        levels = last_levels(
            study, network_of(lambda planes: np.repeat(probabilities[np.newaxis], len(planes), axis=0))
        )
        np.testing.assert_array_equal(levels[0], steps)

    def test_beyond_the_window_there_is_no_tumour(self):
        study = study_of(head((300, 100), (40, 200, 10, 90))[np.newaxis])
        levels = last_levels(study, everywhere(1.0))
        assert levels[0, 32:208, 2:98].min() == 199  # 160 + 16 rows around 120, 80 + 16 columns around 50
        assert np.count_nonzero(levels) == 176 * 96


class TestClasses:
    STUDY = study_of(volume_of([100, None, 90]))

    def test_each_class_has_its_label_in_files(self):
        """By thirds of the rows of the window, which are 64 for the 40 of the study."""

        def by_rows(planes):
            n, rows, columns, _ = planes.shape
            classes = np.repeat([0, 1, 2], [20, 20, rows - 40]).astype(np.uint8)
            return np.zeros((n, rows, columns), np.float32), np.tile(classes[:, np.newaxis], (n, 1, columns))

        classes = last_of(self.STUDY, by_rows, classes=True).classes
        assert classes.dtype == np.uint8
        assert np.unique(classes).tolist() == [0, 1, 2, 4]
        assert classes[0, :, 15].tolist() == sorted(classes[0, :, 15])
        np.testing.assert_array_equal(classes[2], classes[0])

    def test_where_the_network_did_not_look_there_is_none(self):
        study = study_of(volume_of([100, None, 90], (300, 100), (40, 200, 10, 90)))
        classes = last_of(study, everywhere(0.1), classes=True).classes
        assert (classes[[0, 2], 32:208, 2:98] == 2).all()
        assert np.count_nonzero(classes) == 2 * 176 * 96

    def test_they_are_kept_only_if_asked_for(self):
        assert last_of(self.STUDY, everywhere(0.5)).classes is None
