"""Training and validation patients: drawn by patient, seeded, the same share from every set."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.errors import DatasetError
from app.training.cases import Case, patients


@dataclass(frozen=True)
class Split:
    """Cases on either side; no patient is on both."""

    training: tuple[Case, ...]
    validation: tuple[Case, ...]

    def __post_init__(self) -> None:
        shared = patients(self.training) & patients(self.validation)
        if shared:
            raise DatasetError(f"Patients on both sides of the split: {', '.join(sorted(shared))}.")


def split_by_patient(cases: Sequence[Case], validation_share: float, seed: int) -> Split:
    """Draw `validation_share` of the patients of each source, at least one, for validation.

    Raises DatasetError when no patient is left to train on.
    """
    held_out: set[str] = set()
    for source in sorted({case.source for case in cases}):
        names = sorted(patients(case for case in cases if case.source == source))
        rng = np.random.default_rng([seed, *source.encode()])
        held_out |= set(rng.permutation(names)[: max(1, round(len(names) * validation_share))].tolist())
    training = tuple(case for case in cases if case.patient not in held_out)
    if not training:
        raise DatasetError("All patients are held back for validation; give more patients, or a smaller share.")
    return Split(training, tuple(case for case in cases if case.patient in held_out))
