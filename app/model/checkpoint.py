"""A checkpoint: `gliolens.keras` and its card `gliolens.json`, with its sha256 and what it achieved."""

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.durable import write_whole
from app.errors import CheckpointAlteredError, CheckpointError, CheckpointMissingError
from app.model.calibration import Calibration
from app.model.network_file import pack_network, unpack_network
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
    """Read the card.

    Raises CheckpointMissingError, CheckpointAlteredError when it is not a card, CheckpointError when the system does
    not let it be read.
    """
    path = folder / CARD
    try:
        card = parse_card(read_card(folder))
    except ValueError as error:
        raise CheckpointAlteredError(f"The checkpoint's card {path} cannot be read. {REBUILD}") from error
    if card.preprocessing != VERSION:
        raise CheckpointAlteredError(
            f"The checkpoint in {folder} was trained with preprocessing {card.preprocessing}, "
            f"but this version uses {VERSION}. {REBUILD}"
        )
    return card


def read_card(folder: Path = FOLDER) -> bytes:
    """The card as its file has it. Raises CheckpointMissingError, and CheckpointError when it cannot be read."""
    return _read(folder / CARD, "checkpoint's card")


def parse_card(data: bytes) -> Card:
    """The card in the bytes of its file, of any version of the preprocessing. Raises ValueError when it is none."""
    try:
        return _card(json.loads(data))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError(f"This is no card: {error}") from error


def load_network(folder: Path = FOLDER, card: Card | None = None) -> "keras.Model":
    """The network, from the very bytes whose sha256 is the card's; `card` is the folder's unless it is given.

    Raises what `load_card` raises; nothing is loaded from a file that does not fit.
    """
    return unpack_network(read_network(folder, load_card(folder) if card is None else card))


def read_network(folder: Path, card: Card) -> bytes:
    """The file of the network that the card describes. Raises what `load_network` raises."""
    path, awaiting = folder / NETWORK, folder / _awaiting(card.sha256)
    data = _read(awaiting if awaiting.exists() else path, "network")
    if hashlib.sha256(data).hexdigest() != card.sha256:
        raise CheckpointAlteredError(f"The network {path} is not the one that its card describes. {REBUILD}")
    return data


def save_checkpoint(folder: Path, network: "keras.Model", card: dict[str, Any]) -> Card:
    """Write the network and its card with the network's sha256; returns the card as read back.

    At every moment the folder holds the old checkpoint or the new one: the network is there under a name of its own
    before the card says its sha256, and takes the old one's place after that. Raises CheckpointError when the folder
    cannot be written to or the disk is full.
    """
    calibrations = {name: asdict(entry) for name, entry in card["calibrations"].items()}
    curves = [asdict(curve) for curve in card["curves"]]
    values = {"preprocessing": VERSION, **card, "calibrations": calibrations, "curves": curves}
    values["serving"] = asdict(card["serving"])
    try:
        data = pack_network(network)  # through a file for what is temporary
        values = {"sha256": hashlib.sha256(data).hexdigest(), **values}
        folder.mkdir(parents=True, exist_ok=True)
        _settle(folder)
        write_whole(folder / _awaiting(values["sha256"]), data)
        write_whole(folder / CARD, (json.dumps(values, indent=1) + "\n").encode())
        _settle(folder)
    except OSError as error:
        raise CheckpointError(
            f"The checkpoint cannot be written to {folder}: {error.strerror}. Free some space or choose another "
            "folder; what training made is still in its own."
        ) from error
    return load_card(folder)


def _awaiting(sha256: str) -> str:
    """What a network is called until its card is in its place."""
    return f"gliolens.{sha256}.keras"


def _settle(folder: Path) -> None:
    """Give the network that the card names its name, and remove those that no card has come to name."""
    with suppress(CheckpointError):
        named = folder / _awaiting(load_card(folder).sha256)
        if named.exists():
            named.replace(folder / NETWORK)
    for other in folder.glob(_awaiting("?" * 64)):
        other.unlink()


def _read(path: Path, what: str) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise CheckpointMissingError(f"The {what} {path} is missing. {REBUILD}") from error
    except OSError as error:
        raise CheckpointError(
            f"The {what} {path} cannot be read: {error.strerror}. Let the account that runs Gliolens read it."
        ) from error


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
