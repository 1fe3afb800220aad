"""What single patients gave whom a network had not seen: the record beside the checkpoint that a guarantee rests on."""

import io
import json
import zipfile
import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.durable import write_whole
from app.errors import CheckpointAlteredError, CheckpointError
from app.model.checkpoint import Card
from app.study import LEVELS, Sequence

PATIENTS = "gliolens.patients.npz"
"""Its name beside the network."""
SHIPPED = "shipped"
"""What the network is called whose checkpoint it is; others have the names of their folds."""
FORMAT = 1
DAMAGED = (
    ValueError, TypeError, KeyError, AttributeError, LookupError, OSError, EOFError, RuntimeError, MemoryError,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What reading bytes raises that are no such record."""
AGAIN = "Make it again with `python -m app guarantee`, or delete it: nothing is guaranteed without it."


@dataclass(frozen=True, eq=False)
class PatientGroup:
    """The patients of one data set, given one subset of sequences.

    Raises ValueError when the parts do not fit together.
    """

    dataset: str
    """"brats" or "lgg"."""
    sequences: tuple[Sequence, ...]
    patients: tuple[str, ...]
    networks: tuple[str, ...]
    """Which network predicted each of them: `SHIPPED`, or a fold."""
    true_positives: NDArray[np.int64]
    """`(n, 201)`: voxels with level >= k inside the reference."""
    predicted: NDArray[np.int64]
    """`(n, 201)`: all voxels with level >= k."""
    positives: NDArray[np.int64]
    """`(n,)`: voxels in the references."""
    features: NDArray[np.float64]
    """`(n, d)`: how their scans look, see `appearance`."""
    feature_names: tuple[str, ...]

    def __post_init__(self) -> None:
        n, d = len(self.patients), len(self.feature_names)
        counts = {self.true_positives.shape, self.predicted.shape}
        if counts != {(n, LEVELS + 1)} or self.positives.shape != (n,) or self.features.shape != (n, d):
            raise ValueError(f"Counts are (n, {LEVELS + 1}) and features (n, d) for n={n}, d={d}.")
        falling = all((np.diff(each, axis=1) <= 0).all() for each in (self.true_positives, self.predicted))
        if len(self.networks) != n or not falling or (self.true_positives[:, 0] != self.positives).any():
            raise ValueError("Counts fall with the level, from all that there are; each patient has a network.")
        if (self.true_positives > self.predicted).any() or not np.isfinite(self.features).all():
            raise ValueError("What is found is part of what is predicted, and features are finite.")

    @property
    def out_of_fold(self) -> bool:
        """Whether other networks than the shipped one had a part in it."""
        return set(self.networks) != {SHIPPED}

    @cached_property
    def with_tumour(self) -> NDArray[np.bool_]:
        """`(n,)`: whose reference has tumour; the others have no false-negative rate."""
        return self.positives > 0


@dataclass(frozen=True, eq=False)
class CalibrationPatients:
    """All groups of a checkpoint."""

    checkpoint_sha256: str
    groups: tuple[PatientGroup, ...]

    @property
    def datasets(self) -> tuple[str, ...]:
        """The data sets that have a group."""
        return tuple(dict.fromkeys(group.dataset for group in self.groups))

    def group(self, dataset: str, sequences: tuple[Sequence, ...]) -> PatientGroup | None:
        """The group of a data set and exactly these sequences, in whatever order, or None."""
        wanted = (dataset, set(sequences))
        return next((each for each in self.groups if (each.dataset, set(each.sequences)) == wanted), None)


def load_patients(folder: Path, card: Card) -> CalibrationPatients | None:
    """The record beside a checkpoint, or None where there is none.

    Raises CheckpointAlteredError when it cannot be read or belongs to another checkpoint, CheckpointError when the
    system does not let it be read.
    """
    path = folder / PATIENTS
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CheckpointError(
            f"{path} cannot be read: {error.strerror}. Let the account that runs Gliolens read it."
        ) from error
    try:
        patients = _unpack(data)
    except DAMAGED as error:
        raise CheckpointAlteredError(f"The record of calibration patients {path} is damaged. {AGAIN}") from error
    if patients.checkpoint_sha256 != card.sha256:
        raise CheckpointAlteredError(f"{path} belongs to another checkpoint than the one beside it. {AGAIN}")
    return patients


def save_patients(folder: Path, patients: CalibrationPatients) -> Path:
    """Write the record beside a checkpoint; the same record gives the same bytes.

    Raises CheckpointError when the folder cannot be written to or the disk is full.
    """
    path = folder / PATIENTS
    try:
        write_whole(path, _pack(patients))
    except OSError as error:
        raise CheckpointError(
            f"{path} cannot be written: {error.strerror}. Free some space or let this account write there."
        ) from error
    return path


def _pack(patients: CalibrationPatients) -> bytes:
    arrays: dict[str, NDArray[Any]] = {}
    for number, group in enumerate(patients.groups):
        arrays[f"true_positives_{number}"] = _steps(group.true_positives)
        arrays[f"predicted_{number}"] = _steps(group.predicted)
        arrays[f"positives_{number}"] = group.positives.astype(np.uint32)
        arrays[f"features_{number}"] = group.features.astype(np.float32)
    about = {
        "format": FORMAT,
        "checkpoint": patients.checkpoint_sha256,
        "groups": [
            {
                "dataset": group.dataset,
                "sequences": group.sequences,
                "patients": group.patients,
                "networks": group.networks,
                "features": group.feature_names,
            }
            for group in patients.groups
        ],
    }
    arrays["about"] = np.frombuffer(json.dumps(about).encode(), np.uint8)
    packed = io.BytesIO()
    np.savez_compressed(packed, allow_pickle=False, **arrays)
    return packed.getvalue()


def _unpack(data: bytes) -> CalibrationPatients:
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        text = json.loads(arrays["about"].tobytes())
        if text["format"] != FORMAT:
            raise ValueError(f"The format is {FORMAT}. Received: {text['format']}")
        groups = tuple(
            PatientGroup(
                str(about["dataset"]),
                tuple(map(Sequence, about["sequences"])),
                tuple(map(str, about["patients"])),
                tuple(map(str, about["networks"])),
                _counts(arrays[f"true_positives_{number}"]),
                _counts(arrays[f"predicted_{number}"]),
                arrays[f"positives_{number}"].astype(np.int64),
                arrays[f"features_{number}"].astype(np.float64),
                tuple(map(str, about["features"])),
            )
            for number, about in enumerate(text["groups"])
        )
    return CalibrationPatients(str(text["checkpoint"]), groups)


def _steps(counts: NDArray[np.int64]) -> NDArray[np.uint32]:
    """`(n, 201)`: how many voxels have exactly each level; these are small numbers, which pack well."""
    return (-np.diff(counts, axis=1, append=0)).astype(np.uint32)


def _counts(steps: NDArray[np.uint32]) -> NDArray[np.int64]:
    """The inverse of `_steps`."""
    counts: NDArray[np.int64] = steps[:, ::-1].astype(np.int64).cumsum(axis=1)[:, ::-1]
    return counts
