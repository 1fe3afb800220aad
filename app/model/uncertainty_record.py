"""What is recorded, beside a checkpoint, of how far its looks are to be trusted: `gliolens.uncertainty.json`."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.durable import write_whole
from app.errors import CheckpointAlteredError, CheckpointError
from app.model.checkpoint import FOLDER, Card
from app.model.looks import VERSION
from app.study import LEVELS, Sequence

RECORD = "gliolens.uncertainty.json"
AGAIN = "Measure it again with `python -m app uncertainty`."


@dataclass(frozen=True)
class PatientLooks:
    """What the looks said of one validation patient at the default threshold, in voxels."""

    reference: int
    volume: int
    """Of the plain look."""
    looks: tuple[int, ...]
    """Of the further looks."""
    log_spread: float
    """Over all looks, see `evaluation.spread.log_spread`."""


@dataclass(frozen=True)
class LooksGroup:
    """The validation patients of one data set, given one subset of sequences."""

    dataset: str
    sequences: tuple[Sequence, ...]
    patients: dict[str, PatientLooks]
    """By case, one case a patient."""
    level: float | None
    """What the interval of the volume promises; None where the patients are too few for one."""
    low: tuple[float, ...]
    """201 errors, in units of `evaluation.volume_interval`: the lowest that are to be expected at threshold k / 200.
    Empty without a level."""
    high: tuple[float, ...]
    right: tuple[int, ...]
    """201 counts: voxels that some look sees and that the mask has right at the default threshold, by their spread."""
    wrong: tuple[int, ...]
    """201 counts: those that the mask has wrong."""
    single_right: tuple[int, ...]
    """The same voxels by what the plain look alone says of its doubt: the smaller of p and 1 - p, as levels."""
    single_wrong: tuple[int, ...]
    unseen_right: int
    """Other voxels of the heads, that no look sees."""
    unseen_wrong: int

    def __post_init__(self) -> None:
        counts = [self.right, self.wrong, self.single_right, self.single_wrong]
        curves = [] if self.level is None else [self.low, self.high]
        if {len(values) for values in counts + curves} != {LEVELS + 1}:
            raise ValueError(f"A group has {LEVELS + 1} counts of each kind.")


@dataclass(frozen=True)
class UncertaintyRecord:
    """How far the looks of one checkpoint are to be trusted."""

    checkpoint: str
    """sha256 of its network."""
    threshold: float
    """Its default threshold."""
    groups: tuple[LooksGroup, ...]
    looks: int = VERSION
    """`looks.VERSION` with which it was measured."""

    def group(self, dataset: str, sequences: tuple[Sequence, ...]) -> LooksGroup | None:
        """What was measured on a data set with these sequences, or None."""
        for group in self.groups:
            if group.dataset == dataset and set(group.sequences) == set(sequences):
                return group
        return None


def load_uncertainty(card: Card, folder: Path = FOLDER) -> UncertaintyRecord | None:
    """The record beside a checkpoint with this card; None where there is none.

    Raises CheckpointAlteredError for a record that cannot be understood, or that was measured on another checkpoint or
    with other looks, CheckpointError when the system does not let it be read.
    """
    path = folder / RECORD
    try:
        record = _record(json.loads(path.read_bytes()))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CheckpointError(
            f"{path} cannot be read: {error.strerror}. Let the account that runs Gliolens read it."
        ) from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise CheckpointAlteredError(f"{path} is damaged. {AGAIN}") from error
    if record.checkpoint != card.sha256:
        raise CheckpointAlteredError(f"{path} was measured on another checkpoint. {AGAIN}")
    if record.looks != VERSION:
        raise CheckpointAlteredError(f"{path} was measured with other looks than this version has. {AGAIN}")
    return record


def save_uncertainty(record: UncertaintyRecord, folder: Path) -> Path:
    """Write the record beside its checkpoint; returns where. Raises CheckpointError when that cannot be done."""
    path = folder / RECORD
    values = asdict(record)
    groups = values.pop("groups")
    lines = ",\n".join(json.dumps(group) for group in groups)
    head = json.dumps(values)[:-1]
    try:
        write_whole(path, f'{head}, "groups": [\n{lines}\n]}}\n'.encode())
    except OSError as error:
        raise CheckpointError(f"{path} cannot be written: {error.strerror}.") from error
    return path


def _record(values: dict[str, Any]) -> UncertaintyRecord:
    return UncertaintyRecord(**values | {"groups": tuple(map(_group, values["groups"]))})


def _group(values: dict[str, Any]) -> LooksGroup:
    for name in ("low", "high"):
        values[name] = tuple(map(float, values[name]))
    for name in ("right", "wrong", "single_right", "single_wrong"):
        values[name] = tuple(map(int, values[name]))
    values["sequences"] = tuple(map(Sequence, values["sequences"]))
    patients = {
        name: PatientLooks(**entry | {"looks": tuple(entry["looks"])}) for name, entry in values["patients"].items()
    }
    return LooksGroup(**values | {"patients": patients})
