"""Training and validation patients: drawn by patient, seeded, the same share from every set, and kept in a file."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.errors import DatasetError
from app.training.datasets import Case

SPLIT = "split.json"
"""Its name beside a checkpoint."""


@dataclass(frozen=True)
class Split:
    """Cases on either side. Raises DatasetError when a patient is on both, or one side is empty."""

    training: tuple[Case, ...]
    validation: tuple[Case, ...]

    def __post_init__(self) -> None:
        shared = {case.patient for case in self.training} & {case.patient for case in self.validation}
        if shared:
            raise DatasetError(f"Patients on both sides of the split: {', '.join(sorted(shared))}.")
        if not self.training or not self.validation:
            raise DatasetError("A split needs patients on both sides; give more patients, or other folds.")

    def to_json(self) -> str:
        """The cases by key, as `read_split` takes them."""
        sides = {"training": self.training, "validation": self.validation}
        return json.dumps({side: [case.key for case in cases] for side, cases in sides.items()}, indent=1) + "\n"


def split_by_patient(cases: Sequence[Case], folds: int, fold: int, seed: int) -> Split:
    """Deal the patients of each set into `folds` parts; those of part `fold` are for validation.

    A set with fewer patients than folds has none in the last parts.
    Raises DatasetError when there is no such part, or nobody is left on one side.
    """
    if not 0 <= fold < folds or folds < 2:
        raise DatasetError(f"There is no fold {fold} of {folds}; folds are at least 2, and numbered from 0.")
    held_out: set[tuple[str, str]] = set()
    for dataset in sorted({case.dataset for case in cases}):
        names = sorted({case.patient for case in cases if case.dataset == dataset})
        dealt = np.random.default_rng([seed, *dataset.encode()]).permutation(names)
        held_out |= {(dataset, str(name)) for name in np.array_split(dealt, folds)[fold]}
    training = tuple(case for case in cases if (case.dataset, case.patient) not in held_out)
    return Split(training, tuple(case for case in cases if (case.dataset, case.patient) in held_out))


def read_split(path: Path, cases: Sequence[Case]) -> Split:
    """The split that a file names, out of these cases; cases that it does not name are left out.

    Raises DatasetError when the file cannot be read, names a case that is not there, or has a patient on both sides.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        sides = {side: [str(key) for key in data[side]] for side in ("training", "validation")}
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise DatasetError(
            f"The split {path} cannot be read; it is a JSON file with case keys under training and validation."
        ) from error
    known = {case.key: case for case in cases}
    missing = [key for side in sides.values() for key in side if key not in known]
    if missing:
        raise DatasetError(
            f"{path} names {len(missing)} cases that are not in the prepared sets, the first is {missing[0]}; "
            "prepare the set that it belongs to."
        )
    return Split(*(tuple(known[key] for key in side) for side in sides.values()))
