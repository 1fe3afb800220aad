import argparse

import numpy as np
import pytest

from app.model.network_input import prepare
from app.study import Sequence, Source, Study
from benchmarks.agreement import Agreement
from benchmarks.engines.lineup import ENGINES
from benchmarks.inference import engines_named, middle_slices, summed_up
from benchmarks.result import Better

SERVED, OTHER, PLAIN = "TensorFlow as served, bfloat16", "OpenVINO, float32", "plain convolution, float32"
SAME = Agreement(0.0, 0.0, 1.0)


def study(slices):
    """A block of head, brighter from slice to slice, with an empty slice at each end."""
    volume = np.zeros((slices + 2, 40, 30), np.float32)
    for number in range(1, slices + 1):
        volume[number, 5:35, 6:24] = 100 + number
    return Study("made up", {Sequence.FLAIR: volume}, Source("picture", volume.shape), (1.0, 1.0, 1.0))


def test_middle_slices_with_and_without_crop():
    network_input = prepare(study(6))
    found = middle_slices(network_input, 2, 0)
    assert found.whole.shape == (2, 240, 240, 4)
    window = network_input.window
    np.testing.assert_array_equal(found.cropped, found.whole[:, window[0], window[1]])
    np.testing.assert_array_equal(found.cropped, network_input.planes(np.array([3, 4]), 0))


def test_slices_come_again_where_there_are_too_few():
    found = middle_slices(prepare(study(3)), 8, 0).cropped
    np.testing.assert_array_equal(found[3:6], found[:3])
    np.testing.assert_array_equal(found[6:], found[:2])


def test_times_become_ratios_and_rates():
    """48 slices in 0.24 s are 5 ms each; 12 GFLOP in that are 50 a second, beside 20 of the convolution."""
    seconds = {SERVED: [0.24, 0.24, 0.30], OTHER: [0.48, 0.72, 0.60], PLAIN: [0.1, 0.1, 0.1]}
    work = {SERVED: 12_000_000_000, OTHER: 12_000_000_000, PLAIN: 2_000_000_000}
    result = summed_up(seconds, work, {SERVED: SAME, OTHER: SAME}, 48)
    assert result.ratios[f"{OTHER} / as served"] == pytest.approx(2.0)  # of 2, 3 and 2
    assert f"{SERVED} / as served" not in result.ratios
    assert result.ratios["rate as served / plain float32 convolution"] == pytest.approx(2.5)
    assert result.medians[f"{SERVED}, ms a slice"] == pytest.approx(5.0)
    assert result.medians[f"{SERVED}, GFLOP/s"] == pytest.approx(50.0)
    assert result.medians[f"{PLAIN}, GFLOP/s"] == pytest.approx(20.0)
    assert result.way(f"{OTHER} / as served") is Better.NEITHER
    assert result.way("rate as served / plain float32 convolution") is Better.GREATER
    assert result.facts["agreement"][OTHER] == {"largest": 0.0, "mean": 0.0, "dice": 1.0}


def test_what_serves_always_takes_part():
    assert engines_named("litert_engine, torch_engine,litert_engine") == (ENGINES[0], "litert_engine", "torch_engine")


def test_an_engine_that_there_is_not():
    with pytest.raises(argparse.ArgumentTypeError, match="'caffe' is no engine"):
        engines_named("caffe")
