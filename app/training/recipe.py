"""The recipe: every number that training depends on, in one frozen configuration."""

import tomllib
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from app.errors import DatasetError
from app.model.losses import LossConfig
from app.model.unet import UNetConfig
from app.training.augmentation import AugmentationConfig

Config = TypeVar("Config")

_TOML_TYPES: dict[type, tuple[type, ...]] = {int: (int,), float: (int, float), str: (str,), tuple: (list,)}
"""What an entry of each type may be in TOML; a configuration inside another is a table."""


@dataclass(frozen=True)
class Recipe:
    """One training run. `load_recipe` changes single entries from a TOML file."""

    seed: int = 7
    """Fixes the split, the initial weights and every batch."""
    steps: int = 3600
    """Batches until the end."""
    batch: int = 16
    """Slices in a batch."""
    learning_rate: float = 2e-3
    """Peak of the schedule: linear warm-up, then a cosine to zero."""
    warmup: int = 200
    """Steps of warm-up."""
    weight_decay: float = 1e-4
    clip_norm: float = 1.0
    """Largest norm of a step's gradient."""
    ema: float = 0.995
    """Momentum of the moving average of the weights; the average is what is released."""
    precision: str = "mixed_bfloat16"
    """Keras policy of the arithmetic; "float32" on processors without bfloat16."""
    validation_share: float = 0.2
    """Share of each set's patients that is kept for validation."""
    brats: float = 0.55
    """Share of the slices from each set; shares of sets that are not given are left out."""
    lgg: float = 0.35
    simulated: float = 0.10
    tumour_slices: float = 0.65
    """Share of the slices that are drawn from those with tumour."""
    save_every: int = 100
    """Steps between two saved states."""
    unet: UNetConfig = field(default_factory=UNetConfig)
    loss: LossConfig = field(default_factory=LossConfig)
    augmentation: AugmentationConfig = field(default_factory=AugmentationConfig)


def load_recipe(path: Path | None) -> Recipe:
    """The default recipe with what a TOML file changes in it.

    Raises DatasetError for a file that cannot be read, and for names or types that the recipe does not have.
    """
    if path is None:
        return Recipe()
    try:
        changes = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DatasetError(f"The recipe {path} cannot be read: {error}.") from error
    return _changed(Recipe(), changes, str(path))


def _changed(config: Config, changes: dict[str, Any], where: str) -> Config:
    names = {f.name for f in fields(config)}  # type: ignore[arg-type]
    values: dict[str, Any] = {}
    for name, value in changes.items():
        if name not in names:
            raise DatasetError(f"{where} has no entry {name!r}; it has {', '.join(sorted(names))}.")
        current = getattr(config, name)
        if not isinstance(value, _TOML_TYPES.get(type(current), dict)):
            raise DatasetError(f"{where}: {name} cannot be {value!r}; by default it is {current!r}.")
        if isinstance(value, dict):
            values[name] = _changed(current, value, f"{where} [{name}]")
        else:
            values[name] = tuple(value) if isinstance(value, list) else value
    return replace(config, **values)  # type: ignore[type-var]
