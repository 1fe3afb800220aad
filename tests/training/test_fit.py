import csv
from dataclasses import replace
from itertools import islice

import keras
import numpy as np
import pytest
from made_up_cases import TINY, planes_of

from app.model.unet import UNetConfig
from app.training.batches import BatchMaker
from app.training.fit import STATE, compiled, fit, in_float32, log, recall_and_precision, resume, save

RECIPE = replace(
    TINY, steps=12, warmup=2, save_every=4, ema=0.5, unet=UNetConfig(filters=(4,)), tumour_slices=1,
    augmentation=replace(TINY.augmentation, all_sequences=1, slice_statistics=0),
)  # fmt: skip
PLANES = {"brats": [planes_of(1), planes_of(2)]}
TRAINING, VALIDATION = BatchMaker(PLANES, RECIPE), BatchMaker({"brats": [planes_of(4)]}, RECIPE)


class Killed(BatchMaker):
    """Is killed after 6 batches."""

    def batches(self, first, last):
        yield from islice(super().batches(first, last), 6)
        raise KeyboardInterrupt


def rows_of(folder):
    with (folder / "log.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def assert_same_weights(network, expected):
    """A dropout mask that is another changes weights by more than 1e-3."""
    for weights, others in zip(network.get_weights(), expected.get_weights(), strict=True):
        np.testing.assert_allclose(weights, others, rtol=0, atol=1e-5)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Network and folder of a run without interruption."""
    folder = tmp_path_factory.mktemp("whole")
    return fit(TRAINING, VALIDATION, RECIPE, folder), folder


@pytest.fixture(scope="module")
def cut(tmp_path_factory):
    """Network and folder of a run that was killed at step 6, and then went on from step 4."""
    folder = tmp_path_factory.mktemp("cut")
    with pytest.raises(KeyboardInterrupt):
        fit(Killed(PLANES, RECIPE), VALIDATION, RECIPE, folder)
    assert [row["step"] for row in rows_of(folder)] == ["4"]
    return fit(TRAINING, VALIDATION, RECIPE, folder), folder


class TestResume:
    def test_a_run_that_was_killed_ends_with_the_same_weights(self, whole, cut):
        assert_same_weights(cut[0], whole[0])

    def test_its_log_is_the_same(self, whole, cut):
        numbers = [[[float(value) for value in row.values()] for row in rows_of(run[1])] for run in (whole, cut)]
        np.testing.assert_allclose(numbers[1], numbers[0], atol=1e-3)

    def test_a_run_that_is_done_is_not_trained_again(self, whole):
        network, folder = whole
        assert_same_weights(fit(TRAINING, VALIDATION, RECIPE, folder), network)
        assert len(rows_of(folder)) == 3

    def test_without_a_state_it_begins_at_step_0(self, tmp_path):
        assert resume(compiled(RECIPE), tmp_path) == 0

    def test_an_interruption_while_saving_leaves_the_last_state(self, tmp_path, monkeypatch):
        model = compiled(RECIPE)
        save(model, tmp_path)
        state = (tmp_path / STATE).read_bytes()

        def full_disk(path):
            path.write_bytes(b"half")
            raise OSError("No space left on device")

        monkeypatch.setattr(model, "save_weights", full_disk)
        with pytest.raises(OSError, match="No space"):
            save(model, tmp_path)
        assert (tmp_path / STATE).read_bytes() == state


class TestTraining:
    def test_the_log(self, whole):
        rows = rows_of(whole[1])
        assert [row["step"] for row in rows] == ["4", "8", "12"]
        assert list(rows[0]) == ["step", "loss", "recall", "precision"]
        assert all(0 <= float(row["recall"]) <= 1 for row in rows)

    def test_the_loss_falls(self, whole):
        losses = [float(row["loss"]) for row in rows_of(whole[1])]
        assert losses[2] < losses[1] < losses[0]

    def test_the_logged_loss_is_the_mean_of_the_steps_since_the_last_row(self, tmp_path, monkeypatch):
        losses = iter([8, 1, 1, 2, 7, 0, 4, 1, 3, 3, 3, 1])
        monkeypatch.setattr(keras.Model, "train_on_batch", lambda *_: np.float32(next(losses)))
        fit(TRAINING, VALIDATION, RECIPE, tmp_path)
        assert [float(row["loss"]) for row in rows_of(tmp_path)] == [3, 3, 2.5]

    def test_the_averaged_weights_are_released(self, whole):
        """Not those of the last step, with which the state was saved."""
        network, folder = whole
        model = compiled(RECIPE)
        assert resume(model, folder) == 12
        last = model.get_layer("logits").get_weights()[0]
        averages = {v.path: np.asarray(v) for v in model.optimizer.variables if "average" in v.path}
        (average,) = (a for path, a in averages.items() if path.endswith("logits_kernel_average"))
        released = network.get_layer("logits").get_weights()[0]
        np.testing.assert_array_equal(released, average)
        assert (released != last).any()

    def test_arithmetic_of_half_precision_is_served_in_float32(self):
        keras.config.set_dtype_policy("mixed_bfloat16")
        try:
            trained = compiled(RECIPE)
            network = in_float32(trained, RECIPE)
        finally:
            keras.config.set_dtype_policy("float32")
        assert trained.layers[1].compute_dtype == "bfloat16"
        assert {layer.compute_dtype for layer in network.layers} == {"float32"}
        assert_same_weights(network, trained)


class TestRecallAndPrecision:
    BATCH = (
        np.zeros((1, 1, 5, 4), np.float32),
        np.array([[[[1, 0, 0, 0], [1, 0, 0, 0], [0, 1, 1, 1], [0, 0, 1, 0], [0, 0, 0, 1]]]], np.float32),
    )

    class Fixed:
        """Says tumour where the background has at most one half."""

        def __init__(self, *background):
            self.background = background

        def predict_on_batch(self, images):
            probabilities = np.zeros(images.shape, np.float32)
            probabilities[..., 0] = self.background
            return probabilities

    def test_by_hand(self):
        recall, precision = recall_and_precision(self.Fixed(0.2, 0.9, 0.5, 0.1, 0.51), [self.BATCH] * 2)
        assert (recall, precision) == (pytest.approx(2 / 3), pytest.approx(2 / 3))
        assert recall_and_precision(self.Fixed(0.2, 0.1, 0.5, 0.1, 0.51), [self.BATCH])[1] == pytest.approx(0.5)

    def test_undefined_is_nan(self):
        recall, precision = recall_and_precision(self.Fixed(1, 1, 1, 1, 1), [self.BATCH])
        assert recall == 0
        assert np.isnan(precision)
        images, allowed = self.BATCH
        recall, precision = recall_and_precision(self.Fixed(0, 1, 1, 1, 1), [(images, allowed * 0 + [1, 0, 0, 0])])
        assert np.isnan(recall)
        assert precision == 0


def test_the_log_is_appended(tmp_path):
    log(tmp_path, {"step": 1, "loss": 0.5})
    log(tmp_path, {"step": 2, "loss": np.nan})
    assert (tmp_path / "log.csv").read_text() == "step,loss\n1,0.5\n2,nan\n"


def test_a_schedule_warms_up_and_ends_at_zero():
    rate = compiled(RECIPE).optimizer._learning_rate
    assert [float(rate(step)) for step in (0, 2, 12)] == pytest.approx([0, 0.02, 0], abs=1e-9)
    assert float(rate(1)) == pytest.approx(0.01)
    assert float(rate(7)) == pytest.approx(0.01)
