"""A checkpoint: `gliolens.keras` and its card `gliolens.json`, with its sha256 and what it achieved."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.errors import CheckpointAlteredError, CheckpointMissingError
from app.model.calibration import Calibration
from app.model.network_input import VERSION
from app.model.serving import Serving
from app.study import LEVELS, Sequence, threshold_level

if TYPE_CHECKING:
    import keras

FOLDER = Path(__file__).parents[2] / "checkpoints"
"""The shipped checkpoint."""
NETWORK = "gliolens.keras"
CARD = "gliolens.json"
REBUILD = "Restore it with git, or train one with `python -m app train`."


@dataclass(frozen=True)
class Curve:
    """What validation patients gave for one data set and one subset of sequences: counts over all their voxels."""

    dataset: str
    """"brats", "lgg" or "figshare"."""
    sequences: tuple[Sequence, ...]
    patients: int
    true_positives: tuple[int, ...]
    """201 counts: voxels with probability >= k / 200 inside the reference."""
    predicted: tuple[int, ...]
    """201 counts: all voxels with probability >= k / 200."""
    positives: int
    """Voxels in the references."""
    head_voxels: int
    """Voxels inside the heads, and those outside with a probability of 0.005 or more or in the reference; for the
    calibration, which the empty background has no part in."""
    patient_scores: dict[str, dict[str, float | None]] = field(default_factory=dict)
    """Case to recall, precision, dice, and where the classes are known core and enhancing (Dice), at the default
    threshold; None where undefined."""


@dataclass(frozen=True)
class Card:
    """What is known of a network."""

    sha256: str
    """Of the network's file."""
    threshold: float
    """The default threshold, a multiple of 0.005, and how it was chosen."""
    threshold_reason: str
    preprocessing: int
    """`network_input.VERSION` with which it was trained."""
    calibrations: dict[str, Calibration]
    """How each subset of sequences, as `subset_name` writes it, is calibrated."""
    serving: Serving
    recipe: dict[str, Any]
    training: tuple[str, ...]
    """Cases, as source/folder."""
    validation: tuple[str, ...]
    curves: tuple[Curve, ...]

    def curve(self, dataset: str, sequences: tuple[Sequence, ...]) -> Curve | None:
        """The curve recorded for these sequences, or None."""
        return self._curves.get((dataset, frozenset(sequences)))

    def calibration(self, sequences: tuple[Sequence, ...]) -> Calibration:
        """How the network is calibrated when these sequences are given; not at all for a subset that was not met."""
        return self.calibrations.get(subset_name(sequences), Calibration())

    @property
    def datasets(self) -> tuple[str, ...]:
        """The data sets that have validation patients."""
        return tuple(dict.fromkeys(curve.dataset for curve in self.curves))

    @cached_property
    def _curves(self) -> dict[tuple[str, frozenset[Sequence]], Curve]:
        return {(curve.dataset, frozenset(curve.sequences)): curve for curve in self.curves}


def subset_name(sequences: tuple[Sequence, ...]) -> str:
    """`FLAIR+T1ce`: names a subset of sequences, in channel order."""
    return "+".join(s for s in Sequence if s in sequences)


def load_card(folder: Path = FOLDER) -> Card:
    """Read the card. Raises CheckpointMissingError, or CheckpointAlteredError when it is not a card."""
    path = folder / CARD
    try:
        card = _card(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise CheckpointMissingError(f"The checkpoint's card {path} is missing. {REBUILD}") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise CheckpointAlteredError(f"The checkpoint's card {path} cannot be read. {REBUILD}") from error
    if card.preprocessing != VERSION:
        raise CheckpointAlteredError(
            f"The checkpoint in {folder} was trained with preprocessing {card.preprocessing}, "
            f"but this version uses {VERSION}. {REBUILD}"
        )
    return card


def load_network(folder: Path = FOLDER) -> "keras.Model":
    """The network, after its sha256 was compared with the card's.

    Raises CheckpointMissingError or CheckpointAlteredError; nothing is loaded from a file that does not fit.
    """
    import keras

    card, path = load_card(folder), folder / NETWORK
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise CheckpointMissingError(f"The network {path} is missing. {REBUILD}") from error
    if hashlib.sha256(data).hexdigest() != card.sha256:
        raise CheckpointAlteredError(f"The network {path} is not the one that its card describes. {REBUILD}")
    return keras.saving.load_model(path, compile=False)


def save_checkpoint(folder: Path, network: "keras.Model", card: dict[str, Any]) -> Card:
    """Write the network, then its card with the network's sha256; returns the card as read back."""
    folder.mkdir(parents=True, exist_ok=True)
    network.save(folder / NETWORK)
    digest = hashlib.sha256((folder / NETWORK).read_bytes()).hexdigest()
    calibrations = {name: asdict(entry) for name, entry in card["calibrations"].items()}
    curves = [asdict(curve) for curve in card["curves"]]
    values = {"sha256": digest, "preprocessing": VERSION, **card, "calibrations": calibrations, "curves": curves}
    values["serving"] = asdict(card["serving"])
    temporary = folder / f"{CARD}.new"
    temporary.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    temporary.replace(folder / CARD)
    return load_card(folder)


def _card(values: dict[str, Any]) -> Card:
    threshold_level(values["threshold"])  # raises where the page would, later
    values["curves"] = tuple(_curve(curve) for curve in values["curves"])
    values["calibrations"] = {name: Calibration(**entry) for name, entry in values["calibrations"].items()}
    values["serving"] = Serving(**values["serving"])
    values["training"], values["validation"] = tuple(values["training"]), tuple(values["validation"])
    return Card(**values)


def _curve(values: dict[str, Any]) -> Curve:
    values["sequences"] = tuple(Sequence(s) for s in values["sequences"])
    for counts in ("true_positives", "predicted"):
        values[counts] = tuple(map(int, values[counts]))
        if len(values[counts]) != LEVELS + 1:
            raise ValueError(f"A curve has {LEVELS + 1} counts. Received: {len(values[counts])}")
    return Curve(**values)
