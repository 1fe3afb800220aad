"""The network as training needs it: optimiser, learning rate, loss, and the moving average of the weights."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import keras
import numpy as np

from app.model.losses import AllowedClassLoss
from app.model.unet import build_unet
from app.training.batches import Batch
from app.training.recipe import Recipe


def compiled(recipe: Recipe) -> keras.Model:
    """The network with its optimiser, in the recipe's precision.

    Under deep supervision the loss of each level weighs half as much as that of the level above, and all weights
    together are 1 (Isensee et al., "nnU-Net", Nature Methods 2021).
    """
    optimizer = keras.optimizers.AdamW(
        _schedule(recipe),
        weight_decay=recipe.weight_decay,
        global_clipnorm=recipe.clip_norm,
        use_ema=True,
        ema_momentum=recipe.ema,
    )
    keras.config.set_dtype_policy(recipe.precision)
    model = build_unet(recipe.unet)
    keras.config.set_dtype_policy("float32")
    levels = len(model.outputs)
    shares = [0.5**level / (2 - 0.5 ** (levels - 1)) for level in range(levels)]
    model.compile(
        optimizer,
        [AllowedClassLoss(recipe.loss) for _ in shares],
        loss_weights=shares,
        jit_compile=keras.backend.backend() == "jax",  # which compiles nothing otherwise
    )
    model.optimizer.build(model.trainable_variables)
    return model


def train_step(model: keras.Model, batch: Batch) -> float:
    """One step of the optimiser; the loss before it."""
    images, allowed = batch
    return float(model.train_on_batch(images, [allowed] * len(model.outputs), return_dict=True)["loss"])


def set_plateau_rate(model: keras.Model, recipe: Recipe, step: int, factor: float) -> None:
    """The learning rate of the next step under `schedule = "plateau"`: the peak times `factor`, after the warm-up."""
    warmth = min(1.0, step / recipe.warmup) if recipe.warmup else 1.0
    _averaging(model).learning_rate = recipe.learning_rate * factor * warmth


def learning_rate(model: keras.Model) -> float:
    """That of the next step."""
    return float(keras.ops.convert_to_numpy(_averaging(model).learning_rate))


@contextmanager
def averaged(model: keras.Model) -> Iterator[None]:
    """Inside, the model has the moving average of its weights; afterwards those of the last step again."""
    variables = model.trainable_variables
    live = _copies(variables)
    _averaging(model).finalize_variable_values(variables)
    _assign(variables, _copies(variables))  # or JAX, predicting, would use up the memory of the average itself
    try:
        yield
    finally:
        _assign(variables, live)


def _schedule(recipe: Recipe) -> "keras.optimizers.schedules.LearningRateSchedule | float":
    if recipe.schedule == "plateau":
        return recipe.learning_rate
    return keras.optimizers.schedules.CosineDecay(
        0.0, recipe.steps - recipe.warmup, warmup_target=recipe.learning_rate, warmup_steps=recipe.warmup
    )


def _copies(variables: Iterable[keras.Variable]) -> list[np.ndarray]:
    return [np.array(keras.ops.convert_to_numpy(variable)) for variable in variables]


def _assign(variables: Iterable[keras.Variable], values: Iterable[np.ndarray]) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def _averaging(model: keras.Model) -> keras.Optimizer:
    """The optimiser that has rate and average; under float16 Keras wraps it in one that scales the loss."""
    return getattr(model.optimizer, "inner_optimizer", model.optimizer)
