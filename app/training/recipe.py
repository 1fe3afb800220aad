"""The recipe: every number that training depends on, in one frozen configuration."""

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass, replace
from math import inf
from pathlib import Path
from typing import Any, TypeVar

from app.errors import DatasetError
from app.model.losses import LossConfig
from app.model.serving import Serving
from app.model.unet import UNetConfig
from app.training.augmentation import AugmentationConfig

Config = TypeVar("Config")

_TOML_TYPES: dict[type, tuple[type, ...]] = {
    bool: (bool,),
    int: (int,),
    float: (int, float),
    str: (str,),
    tuple: (list,),
}
"""What an entry of each type may be in TOML; a configuration inside another is a table."""
_NAMES = {"precision": ("float32", "mixed_bfloat16", "mixed_float16"), "schedule": ("cosine", "plateau")}
_LIMITS: dict[str, tuple[float, float]] = {
    "seed": (0, inf),
    "steps": (1, inf),
    "batch": (1, inf),
    "learning_rate": (1e-8, 1),
    "warmup": (0, inf),
    "plateau_factor": (0.01, 0.99),
    "plateau_patience": (1, inf),
    "clip_norm": (1e-3, inf),
    "ema": (0, 0.99999),
    "folds": (2, inf),
    "validate_every": (1, inf),
    "validation_slices": (1, inf),
    "early_stopping": (0, inf),
    "save_minutes": (0, inf),
    "serving.smoothing_mm": (0, 20),
    "serving.smallest_island": (0, inf),
    "unet.neighbours": (0, 8),
    "unet.dropout": (0, 0.9),
    "unet.deep_supervision": (0, inf),
    "loss.dice": (0, inf),
    "loss.tumour": (0.01, inf),
    "loss.focal": (0, 10),
    "loss.tversky_exponent": (0.1, 10),
    "augmentation.rows": (16, 240),
    "augmentation.columns": (16, 240),
    "augmentation.shift": (0, 120),
    "augmentation.rotation": (0, 180),
    "augmentation.elastic_pixels": (0, 120),
    "augmentation.intensity.gamma": (0, 3),
    "augmentation.intensity.noise": (0, 10),
}
"""Smallest and largest value; those that are not named are shares and chances, from 0 to 1."""
_LEVELS = 5
"""Levels of the network at most: when it serves, it is shown multiples of 16 pixels."""


@dataclass(frozen=True)
class SharesConfig:
    """Share of the slices from each set; those of sets that are not given are left out."""

    brats: float = 0.48
    brats_h5: float = 0.48
    lgg: float = 0.30
    figshare: float = 0.17
    simulated: float = 0.05

    def of(self, dataset: str) -> float:
        """The share of a set by its name."""
        return float(getattr(self, dataset.replace("-", "_")))


@dataclass(frozen=True)
class Recipe:
    """One training run. `load_recipe` changes single entries from a TOML file."""

    seed: int = 7
    """Fixes the split, the initial weights and every batch."""
    steps: int = 9000
    """Batches until the end."""
    batch: int = 16
    """Slices in a batch."""
    learning_rate: float = 2e-3
    """Peak of the schedule."""
    warmup: int = 300
    """Steps in which the learning rate rises linearly to its peak."""
    schedule: str = "cosine"
    """What follows: "cosine" to zero at the last step, or "plateau", which lowers it when validation stagnates."""
    plateau_factor: float = 0.5
    """What the learning rate is multiplied with on a plateau."""
    plateau_patience: int = 3
    """Validations without a better Dice that make a plateau."""
    weight_decay: float = 1e-4
    clip_norm: float = 1.0
    """Largest norm of a step's gradient."""
    ema: float = 0.998
    """Momentum of the moving average of the weights; the average is what is released."""
    precision: str = "mixed_bfloat16"
    """Keras policy of the arithmetic: "float32", or where the processor is faster so, "mixed_bfloat16" or
    "mixed_float16"."""
    folds: int = 5
    """Parts that each set's patients are dealt into; one of them is kept for validation."""
    shares: SharesConfig = field(default_factory=SharesConfig)
    tumour_slices: float = 0.65
    """Share of the slices that are drawn from those with tumour."""
    validate_every: int = 500
    """Steps between two validations; the best weights by Dice are what is released."""
    validation_slices: int = 256
    """Slices that are scored, rounded up to whole batches."""
    early_stopping: int = 0
    """Validations without a better Dice after which training ends early; 0 for never."""
    save_minutes: float = 5.0
    """Minutes between two saved states."""
    serving: Serving = field(default_factory=Serving)
    unet: UNetConfig = field(default_factory=UNetConfig)
    loss: LossConfig = field(default_factory=LossConfig)
    augmentation: AugmentationConfig = field(default_factory=AugmentationConfig)


def load_recipe(path: Path | None) -> Recipe:
    """The default recipe with what a TOML file changes in it, or a JSON file, as a run has it.

    Raises DatasetError for a file that cannot be read, for names or types that the recipe does not have, and for values
    that training could not work with.
    """
    if path is None:
        return Recipe()
    try:
        text = path.read_text(encoding="utf-8")
        changes = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise DatasetError(f"The recipe {path} cannot be read: {error}.") from error
    recipe = _changed(Recipe(), changes, str(path))
    for problem in _problems(recipe):
        raise DatasetError(f"{path}: {problem}.")
    return recipe


def _changed(config: Config, changes: dict[str, Any], where: str) -> Config:
    names = {f.name for f in fields(config)}  # type: ignore[arg-type]
    values: dict[str, Any] = {}
    for name, value in changes.items():
        if name not in names:
            raise DatasetError(f"{where} has no entry {name!r}; it has {', '.join(sorted(names))}.")
        current = getattr(config, name)
        if type(value) not in _TOML_TYPES.get(type(current), (dict,)):
            raise DatasetError(f"{where}: {name} cannot be {value!r}; by default it is {current!r}.")
        if isinstance(value, dict):
            values[name] = _changed(current, value, f"{where} [{name}]")
        else:
            values[name] = type(current)(value)
    return replace(config, **values)  # type: ignore[type-var]


def _problems(recipe: Recipe) -> Iterator[str]:
    for name, value in _numbers(recipe, ""):
        low, high = _LIMITS.get(name, (0, 1))
        if not low <= value <= high or value == inf:
            bounds = f"at least {low:g}" if high == inf else f"from {low:g} to {high:g}"
            yield f"{name} must be {bounds}, not {value!r}"
    for name, known in _NAMES.items():
        if getattr(recipe, name) not in known:
            yield f"{name} must be one of {', '.join(known)}, not {getattr(recipe, name)!r}"
    if recipe.steps <= recipe.warmup:
        yield f"steps must be more than the {recipe.warmup} of warmup, not {recipe.steps}"
    for name in ("rows", "columns"):
        size = getattr(recipe.augmentation, name)
        if size % 2 ** (_LEVELS - 1):
            yield f"augmentation.{name} must divide by {2 ** (_LEVELS - 1)}, which {size} does not"
    filters = recipe.unet.filters
    if not 1 <= len(filters) <= _LEVELS or any(type(width) is not int or width < 2 for width in filters):
        yield f"unet.filters must be 1 to {_LEVELS} whole numbers of at least 2, not {list(filters)}"
    if recipe.unet.deep_supervision >= len(filters):
        yield f"unet.deep_supervision must be less than the {len(filters)} levels of unet.filters"
    if not any(share for _, share in _numbers(recipe.shares, "")):
        yield "shares must not all be 0"


def _numbers(config: Any, prefix: str) -> Iterator[tuple[str, float]]:
    for entry in fields(config):
        value = getattr(config, entry.name)
        if is_dataclass(value):
            yield from _numbers(value, f"{prefix}{entry.name}.")
        elif type(value) in (int, float):
            yield prefix + entry.name, value
