"""The training loop. It stops and goes on at any saved step, and the batches that follow are the same."""

import csv
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import keras
import numpy as np

from app.model.losses import AllowedClassLoss
from app.model.unet import build_unet
from app.training.batches import Batch, BatchMaker
from app.training.recipe import Recipe

STATE = "state.weights.h5"
MONITORED = 4
"""Batches of validation slices, changed like the training slices, that are scored whenever the state is saved."""


def fit(training: BatchMaker, validation: BatchMaker, recipe: Recipe, folder: Path) -> keras.Model:
    """Train, or go on from the state saved in `folder`; returns the network with the averaged weights.

    Writes the state and `log.csv`: step, training loss, and recall and precision at 0.5 of the monitored slices.
    """
    keras.utils.set_random_seed(recipe.seed)
    keras.config.set_dtype_policy(recipe.precision)
    model = compiled(recipe)
    monitored = [validation.batch(step) for step in range(MONITORED)]
    step = first = resume(model, folder)
    started = time.monotonic()
    losses: list[float] = []
    for batch in training.batches(step, recipe.steps):
        losses.append(float(model.train_on_batch(*batch)))
        step += 1
        if step % recipe.save_every == 0 or step == recipe.steps:
            save(model, folder)
            recall, precision = recall_and_precision(model, monitored)
            log(folder, {"step": step, "loss": float(np.mean(losses)), "recall": recall, "precision": precision})
            left = (time.monotonic() - started) / (step - first) * (recipe.steps - step) / 60
            print(
                f"step {step} of {recipe.steps}: loss {np.mean(losses):.3f}, validation slices recall {recall:.3f}, "
                f"precision {precision:.3f}; {left:.0f} min left",
                file=sys.stderr,
                flush=True,
            )
            losses = []
    model.optimizer.finalize_variable_values(model.trainable_variables)
    return in_float32(model, recipe)


def compiled(recipe: Recipe) -> keras.Model:
    """The network with its optimiser, as training needs it."""
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, recipe.steps - recipe.warmup, warmup_target=recipe.learning_rate, warmup_steps=recipe.warmup
    )
    optimizer = keras.optimizers.AdamW(
        schedule,
        weight_decay=recipe.weight_decay,
        global_clipnorm=recipe.clip_norm,
        use_ema=True,
        ema_momentum=recipe.ema,
    )
    model = build_unet(recipe.unet)
    model.compile(optimizer, AllowedClassLoss(recipe.loss), jit_compile=False)
    optimizer.build(model.trainable_variables)
    return model


def in_float32(model: keras.Model, recipe: Recipe) -> keras.Model:
    """The same weights in a network whose arithmetic is float32, as it is served."""
    keras.config.set_dtype_policy("float32")
    network = build_unet(recipe.unet)
    network.set_weights(model.get_weights())
    return network


def recall_and_precision(model: keras.Model, batches: Iterable[Batch]) -> tuple[float, float]:
    """Pooled over the pixels of the batches, at probability 0.5; NaN where undefined."""
    hits = positives = predictions = 0
    for images, allowed in batches:
        predicted = np.asarray(model.predict_on_batch(images))[..., 0] <= 0.5
        tumour = allowed[..., 0] == 0
        hits += int((predicted & tumour).sum())
        positives += int(tumour.sum())
        predictions += int(predicted.sum())
    return hits / positives if positives else np.nan, hits / predictions if predictions else np.nan


def save(model: keras.Model, folder: Path) -> None:
    """Write weights and optimiser under a temporary name, then rename: an interruption leaves the last whole state."""
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f"next.{STATE}"
    model.save_weights(temporary)
    temporary.replace(folder / STATE)


def resume(model: keras.Model, folder: Path) -> int:
    """Load the saved state, if there is one; returns the step to go on from."""
    if not (folder / STATE).exists():
        return 0
    model.load_weights(folder / STATE)
    step = int(keras.ops.convert_to_numpy(model.optimizer.iterations))
    for variable in model.non_trainable_variables:
        if variable.path.endswith("seed_generator_state"):  # dropout draws once a step; Keras does not save how often
            seed, _ = keras.ops.convert_to_numpy(variable)
            variable.assign([seed, step])
    return step


def log(folder: Path, row: dict[str, float]) -> None:
    """Append a row to `log.csv`."""
    path = folder / "log.csv"
    new = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, row)
        if new:
            writer.writeheader()
        writer.writerow(row)
