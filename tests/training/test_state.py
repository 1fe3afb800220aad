from dataclasses import asdict, replace
from math import isnan, nan

import keras
import numpy as np
import pytest
from runs import RECIPE, TRAINING

from app.evaluation.threshold_curve import Scores
from app.training.compiling import compiled, train_step
from app.training.state import STATE, Progress, resume, save, write_whole

WITH_DROPOUT = replace(RECIPE, unet=replace(RECIPE.unet, dropout=0.5))


class TestState:
    def test_the_next_step_is_the_same_to_the_last_bit(self, tmp_path):
        """Its dropout too, of which a fresh network would draw another mask."""
        model, fresh = compiled(WITH_DROPOUT), compiled(WITH_DROPOUT)
        model.run_eagerly = fresh.run_eagerly = True
        for step in range(3):
            train_step(model, TRAINING.batch(step))
        save(model, Progress(step=3), tmp_path)
        assert resume(fresh, tmp_path).step == 3
        for one in (model, fresh):
            train_step(one, TRAINING.batch(3))
        for found, expected in zip(
            [*fresh.variables, *fresh.optimizer.variables], [*model.variables, *model.optimizer.variables], strict=True
        ):
            np.testing.assert_array_equal(*map(keras.ops.convert_to_numpy, (found, expected)))

    def test_progress_is_kept(self, tmp_path):
        model = compiled(RECIPE)
        progress = Progress(7, 12.25, 0.1 + 0.2, 3, Scores(0.5, nan, 1 / 3), 0.625, 2, 0.25)
        save(model, progress, tmp_path)
        found = resume(model, tmp_path)
        assert isnan(found.scores.precision)
        assert replace(found, scores=None) == replace(progress, scores=None)
        assert asdict(found.scores) | {"precision": 0} == {"recall": 0.5, "precision": 0, "dice": 1 / 3}

    def test_without_a_state_it_is_the_beginning(self, tmp_path):
        progress = resume(compiled(RECIPE), tmp_path)
        assert (progress.step, progress.stale, progress.factor) == (0, 0, 1)
        assert progress.best < 0

    def test_an_interruption_while_saving_leaves_the_last_state(self, tmp_path, monkeypatch):
        model = compiled(RECIPE)
        save(model, Progress(step=1), tmp_path)

        def full_disk(path, **_):
            path.write_bytes(b"half")
            raise OSError("No space left on device")

        monkeypatch.setattr(np, "savez", full_disk)
        with pytest.raises(OSError, match="No space"):
            save(model, Progress(step=2), tmp_path)
        assert resume(model, tmp_path).step == 1


def test_the_loss_is_the_mean_of_the_steps_since_the_last_validation():
    assert Progress(loss_sum=3.0, loss_steps=4).loss == 0.75
    assert isnan(Progress().loss)


def test_what_is_written_whole_takes_the_place_of_what_was_there(tmp_path):
    (tmp_path / STATE).write_text("old")
    write_whole(tmp_path / STATE, lambda path: path.write_text("new"))
    assert (tmp_path / STATE).read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == [STATE]
