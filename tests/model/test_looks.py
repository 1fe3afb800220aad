"""Further looks at a study: what is done to planes is undone to the answer."""

from dataclasses import replace

import numpy as np
import pytest
from heads import head, study_of

from app.model.calibration import Calibration
from app.model.inference import Network, stream_levels
from app.model.intensity import CLIP
from app.model.looks import CONTRAST, LOOKS, Look, mirrored, moved, stream_looks, stronger_contrast
from app.model.serving import Serving
from app.study import Sequence

PLAIN = Serving(smoothing_mm=0, smallest_island=0)
MIRROR, TURN, SMALLER, CONTRASTED = LOOKS


def pointwise(planes):
    """The logit is the first channel; the class is 2 where it is above 1."""
    return planes[..., 0] * 1.0, np.where(planes[..., 0] > 1, 2, 0).astype(np.uint8)


def smooth_planes(rows=64, columns=80):
    """A bump off the middle, in the first of two channels, and its double in the other; -1 at the edges."""
    y, x = np.mgrid[:rows, :columns]
    bump = 4 * np.exp(-((y - 28) ** 2 + (x - 46) ** 2) / 128) - 1
    return np.stack([bump, 2 * bump], axis=-1)[np.newaxis].astype(np.float32)


def answer(look, planes=None):
    return look.of(Network(pointwise, 0, PLAIN)).forward(smooth_planes() if planes is None else planes)


class TestMirror:
    def test_columns_are_exchanged(self):
        planes = np.arange(12, dtype=np.float32).reshape(1, 2, 3, 2)
        assert mirrored(planes)[0, 0, :, 0].tolist() == [4, 2, 0]
        assert mirrored(planes)[0, 1, :, 1].tolist() == [11, 9, 7]

    def test_the_network_sees_the_mirror_image(self):
        seen = []
        look = MIRROR.of(Network(lambda planes: seen.append(planes) or pointwise(planes), 0, PLAIN))
        planes = np.arange(12, dtype=np.float32).reshape(1, 2, 3, 2)
        look.forward(planes)
        np.testing.assert_array_equal(seen[0], planes[:, :, ::-1])

    def test_the_answer_is_exactly_where_it_was(self):
        planes = np.random.default_rng(1).normal(size=(3, 16, 32, 4)).astype(np.float32)
        for got, expected in zip(answer(MIRROR, planes), pointwise(planes), strict=True):
            np.testing.assert_array_equal(got, expected)

    def test_a_network_that_prefers_a_side_says_something_else(self):
        def leaning(planes):
            across = np.broadcast_to(np.arange(planes.shape[2], dtype=np.float32), planes.shape[:3])
            return across, across.astype(np.uint8)

        logit, _ = MIRROR.of(Network(leaning, 0, PLAIN)).forward(np.zeros((1, 2, 3, 4), np.float32))
        assert logit[0, 0].tolist() == [2, 1, 0]


class TestMoved:
    def test_a_quarter_turn(self):
        planes = np.arange(9, dtype=np.float32).reshape(1, 3, 3)
        np.testing.assert_allclose(moved(planes, degrees=90, scale=1)[0], np.rot90(planes[0]), atol=1e-5)

    def test_half_the_size(self):
        """The outermost of five pixels come from beyond the edge, where it is as at the edge."""
        planes = np.tile(np.array([0, 10, 20, 30, 40], np.float32), (1, 5, 1))
        assert moved(planes, degrees=0, scale=0.5)[0, 2].tolist() == [0, 0, 20, 40, 40]

    def test_between_pixels_it_is_interpolated(self):
        planes = np.tile(np.array([0, 10, 20, 30, 40], np.float32), (1, 5, 1))
        assert moved(planes, degrees=0, scale=2)[0, 2].tolist() == [10, 15, 20, 25, 30]

    def test_labels_come_from_the_nearest(self):
        labels = np.tile(np.array([0, 0, 1, 2, 2], np.uint8), (1, 5, 1))
        result = moved(labels, degrees=10, scale=1)
        assert result.dtype == np.uint8
        assert set(np.unique(result)) == {0, 1, 2}

    @pytest.mark.parametrize("look", [TURN, SMALLER])
    def test_what_is_done_is_undone(self, look):
        """But for what two interpolations smooth away."""
        logit, _ = answer(look)
        expected, _ = pointwise(smooth_planes())
        assert np.abs(logit - expected).max() < 0.06
        assert np.abs(look.there(smooth_planes())[..., 0] - expected).max() > 0.3

    @pytest.mark.parametrize("look", [TURN, SMALLER])
    def test_classes_move_with_the_logits(self, look):
        _, likeliest = answer(look)
        _, expected = pointwise(smooth_planes())
        assert likeliest.dtype == np.uint8
        assert (likeliest != expected).sum() <= 0.1 * (expected > 0).sum()


def test_contrast_leaves_the_mean_and_what_is_not_there():
    planes = np.array([[[[0, 1, -2, 5.5]]]], np.float32)
    np.testing.assert_allclose(stronger_contrast(planes)[0, 0, 0], [0, CONTRAST, -2 * CONTRAST, CLIP[1]])
    assert planes[0, 0, 0, 1] == 1


class TestStream:
    STUDY = study_of({Sequence.FLAIR: np.stack([head((60, 60), (10, 50, 8, 44)) * shade for shade in (1.0, 0.9, 0.8)])})

    def test_every_look_walks_the_path_of_inference(self):
        network = Network(pointwise, 0, PLAIN)
        calibration = Calibration(1.3, 0.2)
        *_, last = stream_looks(self.STUDY, network, calibration, 60)
        for look, levels in zip(LOOKS, last.looks, strict=True):
            *_, alone = stream_levels(self.STUDY, look.of(network), calibration, 60)
            np.testing.assert_array_equal(levels, alone.levels)
        *_, plain = stream_levels(self.STUDY, network, calibration, 60)
        np.testing.assert_array_equal(last.looks[0], plain.levels)
        assert (last.looks[3] != plain.levels).any()

    def test_progress_counts_for_all_looks(self):
        steps = list(stream_looks(self.STUDY, Network(pointwise, 0, PLAIN), Calibration(), 60))
        assert [(step.done, step.total, len(step.looks)) for step in steps] == [
            (3, 12, 1),
            (6, 12, 2),
            (9, 12, 3),
            (12, 12, 4),
        ]

    def test_a_study_without_a_head_has_its_looks_too(self):
        dark = np.zeros((2, 40, 50), np.float32)
        dark[0, 20, 20] = 1
        steps = list(stream_looks(study_of(dark), Network(pointwise, 0, PLAIN), Calibration(), 60))
        assert [(step.done, step.total) for step in steps] == [(1, 4), (2, 4), (3, 4), (4, 4)]
        assert len(steps[-1].looks) == 4 and not np.any(steps[-1].looks)


def test_a_look_keeps_how_the_network_is_served():
    network = Network(pointwise, 2, Serving(1.5, 7))
    look = Look("as it is", lambda planes: planes, lambda logits: logits)
    assert replace(look.of(network), forward=pointwise) == network
