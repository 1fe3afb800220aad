"""The training loop. It stops and goes on at any step, and the batches that follow are the same."""

import time
from pathlib import Path

import keras

from app.model.unet import build_unet, fold
from app.training.batches import Batch, BatchMaker
from app.training.compiling import averaged, compiled, learning_rate, set_plateau_rate, train_step
from app.training.interruption import interruptions
from app.training.logs import Logs
from app.training.monitor import Monitor
from app.training.recipe import Recipe
from app.training.state import resume, save, write_whole

BEST = "best.weights.h5"


def fit(training: BatchMaker, validation: BatchMaker, recipe: Recipe, folder: Path) -> keras.Model:
    """Train, or go on from the state saved in `folder`; the network that serves, with the best averaged weights.

    Writes the state, the best weights so far, `log.csv` and `tensorboard/`. On SIGINT and SIGTERM the state is saved
    and KeyboardInterrupt raised. Raises DatasetError when no validation slice shows tumour.
    """
    folder.mkdir(parents=True, exist_ok=True)
    monitor = Monitor(validation, recipe)
    keras.utils.set_random_seed(recipe.seed)
    _Run(recipe, folder, monitor).train(training)
    network = build_unet(recipe.unet)
    network.load_weights(folder / BEST)
    return fold(network, recipe.unet)


class _Run:
    """Network, optimiser and progress of a run, in memory."""

    def __init__(self, recipe: Recipe, folder: Path, monitor: Monitor) -> None:
        self._recipe, self._folder, self._monitor = recipe, folder, monitor
        self._model = compiled(recipe)
        self._progress = resume(self._model, folder)
        self._plain = build_unet(recipe.unet)
        self._ticked = time.monotonic()

    def train(self, training: BatchMaker) -> None:
        """From where the run is to its end."""
        recipe, progress = self._recipe, self._progress
        if self._ended:
            return
        saved = time.monotonic()
        with Logs(self._folder, recipe.steps, progress) as logs, interruptions() as asked:
            for batch in training.batches(progress.step, recipe.steps):
                self._step(batch)
                if progress.step % recipe.validate_every == 0 or progress.step == recipe.steps:
                    self._validate(logs)
                else:
                    logs.step(progress)
                if asked.is_set() or self._ended or time.monotonic() - saved >= 60 * recipe.save_minutes:
                    save(self._model, progress, self._folder)
                    saved = time.monotonic()
                if asked.is_set():
                    logs.say(f"Interrupted after step {progress.step}, which is saved; started again, the run goes on.")
                    raise KeyboardInterrupt
                if self._ended:
                    break

    @property
    def _ended(self) -> bool:
        early = 0 < self._recipe.early_stopping <= self._progress.stale
        return early or self._progress.step >= self._recipe.steps

    def _step(self, batch: Batch) -> None:
        progress = self._progress
        if self._recipe.schedule == "plateau":
            set_plateau_rate(self._model, self._recipe, progress.step, progress.factor)
        progress.loss_sum += train_step(self._model, batch)
        progress.loss_steps += 1
        progress.step += 1
        self._tick()

    def _validate(self, logs: Logs) -> None:
        """Score the averaged weights, keep them when they are the best, and count how long they were not."""
        progress = self._progress
        with averaged(self._model):
            progress.scores, pictures = self._monitor.look(self._model)
            progress.stale += 1
            if progress.scores.dice > progress.best:
                progress.best, progress.stale = progress.scores.dice, 0
                self._plain.set_weights(self._model.get_weights())
                write_whole(self._folder / BEST, self._plain.save_weights)
        if progress.stale and progress.stale % self._recipe.plateau_patience == 0:
            progress.factor *= self._recipe.plateau_factor
        self._tick()
        logs.validation(progress, learning_rate(self._model), pictures)
        progress.loss_sum, progress.loss_steps = 0.0, 0

    def _tick(self) -> None:
        """Add the time since the last tick, the waiting for a batch included."""
        now = time.monotonic()
        self._progress.seconds += now - self._ticked
        self._ticked = now
