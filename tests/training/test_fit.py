import csv
import importlib.util
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from runs import RECIPE, TRAINING, VALIDATION

from app.evaluation.threshold_curve import Scores
from app.model.unet import build_unet, fold
from app.training import fit as fitting
from app.training.fit import BEST, fit
from app.training.monitor import Monitor
from app.training.state import STATE

CHILD = """
import sys
from dataclasses import replace
from pathlib import Path
from runs import PLANES, RECIPE, VALIDATION, Slow
from app.training.fit import fit
fit(Slow(PLANES, RECIPE), VALIDATION, replace(RECIPE, save_minutes=float(sys.argv[2])), Path(sys.argv[1]))
"""
TORCH = """
import sys
sys.modules["tensorflow"] = None  # as where it is not installed
from pathlib import Path
import numpy as np
from runs import RECIPE, TRAINING, VALIDATION
from app.training.fit import fit
network = fit(TRAINING, VALIDATION, RECIPE, Path(sys.argv[1]))
assert all(np.isfinite(weights).all() for weights in network.get_weights())
"""
HERE = Path(__file__).parent


def rows_of(folder):
    with (folder / "log.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def column(folder, name):
    return [float(row[name]) for row in rows_of(folder)]


def state_of(folder):
    with np.load(folder / STATE) as state:
        return {name: state[name] for name in state}


def child(script, folder, *more, **environment):
    """A training in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", script, str(folder), *more],
        cwd=HERE,
        env=os.environ | {"PYTHONPATH": str(HERE.parents[1])} | environment,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(process, condition):
    while not condition():
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.05)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Network and folder of a run without interruption."""
    folder = tmp_path_factory.mktemp("whole")
    return fit(TRAINING, VALIDATION, RECIPE, folder), folder


@pytest.fixture
def scripted(monkeypatch):
    """Sets the Dice of each validation; the list that it returns is filled with the weights that were validated."""

    def script(*dice):
        weights, scores = [], iter(dice)

        def look(_, model):
            weights.append(model.get_weights())
            return Scores(0.5, 0.5, next(scores)), []

        monkeypatch.setattr(Monitor, "look", look)
        return weights

    return script


@pytest.fixture
def untrained(monkeypatch):
    """Steps that do nothing but give these losses, then 1."""
    losses = []
    monkeypatch.setattr(fitting, "train_step", lambda *_: losses.pop(0) if losses else 1.0)
    return losses


class TestResume:
    def test_a_run_that_was_killed_twice_ends_bit_for_bit_like_one_that_was_not(self, whole, tmp_path):
        process = child(CHILD, tmp_path, "5")
        wait_for(process, lambda: (tmp_path / BEST).exists())
        process.send_signal(signal.SIGTERM)
        said = process.communicate()[1]
        assert process.returncode != 0
        assert "Interrupted after step" in said
        assert said.endswith("KeyboardInterrupt\n")
        interrupted = state_of(tmp_path)

        process = child(CHILD, tmp_path, "0")  # saves after each step
        wait_for(process, lambda: state_of(tmp_path)["progress"] != interrupted["progress"])
        process.kill()
        process.communicate()
        killed = state_of(tmp_path)
        assert killed["progress"] != state_of(whole[1])["progress"]

        network, (expected, folder) = fit(TRAINING, VALIDATION, RECIPE, tmp_path), whole
        for weights, others in zip(network.get_weights(), expected.get_weights(), strict=True):
            np.testing.assert_array_equal(weights, others)
        arrays, others = state_of(tmp_path), state_of(folder)
        del arrays["progress"], others["progress"]  # has the seconds
        assert arrays.keys() == others.keys()
        for name, values in arrays.items():
            np.testing.assert_array_equal(values, others[name])
        for row, other in zip(rows_of(tmp_path), rows_of(folder), strict=True):
            assert row | {"seconds": ""} == other | {"seconds": ""}

    def test_a_run_that_is_done_is_not_trained_again(self, whole, monkeypatch):
        network, folder = whole
        monkeypatch.setattr(fitting, "train_step", lambda *_: pytest.fail("trained"))
        again = fit(TRAINING, VALIDATION, RECIPE, folder)
        for weights, expected in zip(again.get_weights(), network.get_weights(), strict=True):
            np.testing.assert_array_equal(weights, expected)
        assert len(rows_of(folder)) == 6


class TestTraining:
    def test_the_log(self, whole):
        rows = rows_of(whole[1])
        assert [row["step"] for row in rows] == ["4", "8", "12", "16", "20", "24"]
        assert list(rows[0]) == ["step", "seconds", "learning_rate", "loss", "dice", "recall", "precision"]
        assert all(0 <= float(row[name]) <= 1 for row in rows for name in ("dice", "recall", "precision"))

    def test_it_learns(self, whole):
        assert min(column(whole[1], "loss")[-2:]) < column(whole[1], "loss")[0]
        assert column(whole[1], "dice")[-1] > column(whole[1], "dice")[0]

    def test_the_logged_loss_is_the_mean_of_the_steps_since_the_last_row(self, tmp_path, untrained):
        untrained += [8, 1, 1, 2, 7, 0, 4, 1, 3, 3, 3, 1]
        fit(TRAINING, VALIDATION, replace(RECIPE, steps=12), tmp_path)
        assert column(tmp_path, "loss") == [3, 3, 2.5]

    def test_the_last_step_is_validated_whichever_it_is(self, tmp_path, untrained):
        fit(TRAINING, VALIDATION, replace(RECIPE, steps=5), tmp_path)
        assert column(tmp_path, "step") == [4, 5]

    def test_the_best_weights_are_released_without_normalisation_in_float32(self, tmp_path, scripted):
        validated = scripted(0.3, 0.5, 0.4)
        network = fit(TRAINING, VALIDATION, replace(RECIPE, steps=12), tmp_path)
        best = build_unet(RECIPE.unet)
        best.set_weights(validated[1])
        for weights, expected in zip(network.get_weights(), fold(best, RECIPE.unet).get_weights(), strict=True):
            np.testing.assert_array_equal(weights, expected)
        assert not any("normalisation" in layer.name for layer in network.layers)
        assert {layer.compute_dtype for layer in network.layers} == {"float32"}

    def test_under_deep_supervision_one_output_is_released(self, tmp_path):
        unet = replace(RECIPE.unet, deep_supervision=1)
        network = fit(TRAINING, VALIDATION, replace(RECIPE, unet=unet, steps=4), tmp_path)
        assert len(network.outputs) == 1
        assert 0 <= column(tmp_path, "dice")[0] <= 1

    @pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="PyTorch is not installed")
    def test_with_pytorch_and_without_tensorflow(self, tmp_path):
        process = child(TORCH, tmp_path, KERAS_BACKEND="torch")
        assert process.communicate()[1].count("] 100% step 24 of 24") == 1
        assert process.returncode == 0
        assert column(tmp_path, "dice")[-1] > column(tmp_path, "dice")[0]


class TestStagnation:
    def test_early_stopping(self, tmp_path, scripted, untrained):
        scripted(0.3, 0.4, 0.4, 0.3)
        recipe = replace(RECIPE, early_stopping=2)
        fit(TRAINING, VALIDATION, recipe, tmp_path)
        assert column(tmp_path, "step") == [4, 8, 12, 16]
        fit(TRAINING, VALIDATION, recipe, tmp_path)
        assert len(rows_of(tmp_path)) == 4

    def test_a_plateau_lowers_the_learning_rate(self, tmp_path, scripted, untrained):
        scripted(0.3, 0.3, 0.2, 0.5, 0.4, 0.5, 0.1, 0.1)
        recipe = replace(RECIPE, steps=32, schedule="plateau", plateau_patience=2, plateau_factor=0.1)
        fit(TRAINING, VALIDATION, recipe, tmp_path)
        rates = [0.02, 0.02, 0.02, 0.002, 0.002, 0.002, 0.0002, 0.0002]  # each of the step before
        assert column(tmp_path, "learning_rate") == pytest.approx(rates)
