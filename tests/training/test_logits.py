from dataclasses import replace

import keras
import numpy as np
import pytest

from app.model.serving import Serving
from app.study import Sequence, Source, Study
from app.training.logits import CENTRES, STEP, LogitCounts, count_logits, trained_network

FLAIR, T1, T1CE, T2 = Sequence


def linear_network(gain=1.0, classes=(2,)):
    """A network whose logits of these classes are gain * FLAIR, of background 0, and of the others far below."""
    inputs = keras.Input((None, None, 4))
    logits = keras.layers.Conv2D(4, 1, name="logits")(inputs)
    network = keras.Model(inputs, keras.layers.Softmax()(logits))
    kernel, bias = np.zeros((1, 1, 4, 4), np.float32), np.array([0, -50, -50, -50], np.float32)
    kernel[0, 0, 0, classes], bias[list(classes)] = gain, 0
    network.get_layer("logits").set_weights([kernel, bias])
    return network


def bin_of(logit):
    return int(np.abs(CENTRES - logit - STEP / 2).argmin())


class TestCounts:
    COUNTS = LogitCounts.of(
        np.array([-2.0, 1.0, 3.0, -2.0, 1.0], np.float32), np.array([True, True, True, False, False])
    )

    def test_recall_falls_as_the_threshold_rises(self):
        recall = self.COUNTS.recall
        assert recall[[0, bin_of(-2), bin_of(-1.9), bin_of(1), bin_of(1.1), bin_of(3), bin_of(3.1)]] == pytest.approx(
            [1, 1, 2 / 3, 2 / 3, 1 / 3, 1 / 3, 0]
        )

    def test_precision(self):
        precision = self.COUNTS.precision
        assert precision[[0, bin_of(-1.9), bin_of(1.1), bin_of(3.1)]] == pytest.approx([3 / 5, 2 / 3, 1, 1])

    def test_counts_add_up(self):
        both = self.COUNTS + self.COUNTS
        assert (both.tumour.sum(), both.other.sum()) == (6, 4)

    def test_what_lies_beyond_the_edge_counts_at_the_edge(self):
        counts = LogitCounts.of(np.array([-1e9, 1e9], np.float32), np.array([True, True]))
        assert counts.tumour[[0, -1]].tolist() == [1, 1]

    def test_without_tumour_recall_is_undefined(self):
        assert np.isnan(LogitCounts.of(np.zeros(2, np.float32), np.zeros(2, bool)).recall).all()


PLAIN = Serving(smoothing_mm=0, smallest_island=0)


class TestForward:
    def test_the_tumour_logit(self):
        """Of three classes with logits l each, log(p / (1 - p)) is l + log 3."""
        planes = np.zeros((1, 2, 1, 4), np.float32)
        planes[0, 1, 0, 0] = 1.5
        logit, likeliest = trained_network(linear_network(2.0, (1, 2, 3)), PLAIN).forward(planes)
        np.testing.assert_allclose(logit[0, :, 0], np.array([0, 3]) + np.log(3), atol=1e-5)
        assert (likeliest.shape, likeliest.dtype) == ((1, 2, 1), np.uint8)

    def test_huge_logits_do_not_overflow(self):
        planes = np.full((1, 1, 1, 4), 500, np.float32)
        logit, likeliest = trained_network(linear_network(2.0), PLAIN).forward(planes)
        assert (logit.item(), likeliest.item()) == (pytest.approx(1000), 1)


def study_of(slices=6):
    random = np.random.default_rng(1)
    images = {s: random.normal(100, 30, (slices, 240, 240)).astype(np.float32) for s in (FLAIR, T2)}
    reference = np.zeros((slices, 240, 240), np.uint8)
    reference[:, 10:20, 5:10] = 2
    return Study("study", images, Source("picture", reference.shape), (5.0, 1.0, 1.0), reference)


def test_every_voxel_is_counted_once():
    counts = count_logits(trained_network(linear_network(), PLAIN), study_of())
    assert counts.tumour.sum() == 6 * 50
    assert counts.tumour.sum() + counts.other.sum() == 6 * 240 * 240


def test_the_logits_are_counted_as_they_are_served():
    """Smoothed between slices, noise is less spread."""
    study = replace(study_of(), spacing=(1.0, 1.0, 1.0))
    plain, smooth = (count_logits(trained_network(linear_network(), Serving(mm, 0)), study).other for mm in (0.0, 2.0))
    spread = [np.average(CENTRES**2, weights=counts) for counts in (plain, smooth)]
    assert spread[1] < spread[0] / 2
