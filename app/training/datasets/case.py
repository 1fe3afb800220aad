"""A case and the data set that it is from, whatever the layout of its files."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.errors import DatasetError
from app.study import Sequence, Study
from app.training.datasets import brats, brats_h5, figshare, lgg

Scalar = TypeVar("Scalar", bound=np.generic)


class Layout(Protocol):
    """What the module of a layout can do."""

    def find(self, folder: Path) -> list[tuple[str, str, tuple[Path, ...]]]:
        """Name, patient and files of every case below a folder."""

    def read(self, files: tuple[Path, ...]) -> Study:
        """The study of one case; raises AppError, naming the file."""

    def own_slices(self, volume: NDArray[Scalar], files: tuple[Path, ...]) -> NDArray[Scalar]:
        """A `(z, y, x)` volume in the order in which the data set has its slices."""


_LAYOUTS: Mapping[str, Layout] = {
    "brats": brats,
    "brats-h5": brats_h5,
    "lgg": lgg,
    "figshare": figshare,
    "simulated": brats,
}


@dataclass(frozen=True, order=True)
class Case:
    """One study of a data set, with a reference."""

    dataset: str
    """A key of `DATASETS`."""
    name: str
    """Unique in its data set: the case's folder, `volume_1`, or the number of a figshare file."""
    patient: str
    """Cases of one patient have the same; where a file that names the patient is broken, the case's name."""
    files: tuple[Path, ...]

    @property
    def key(self) -> str:
        """`brats/Brats18_2013_2_1`: names the case in splits, cards and reports."""
        return f"{self.dataset}/{self.name}"

    def study(self) -> Study:
        """Read the case, with its reference mask (labels 1, 2, 4, or 1 where only tumour or not is known).

        Raises AppError, naming the file, when a file cannot be used; DatasetError when there is no reference.
        """
        study = _LAYOUTS[self.dataset].read(self.files)
        if study.reference is None:
            raise DatasetError(
                f"{self.files[0].parent} has no reference mask; add one or take the case out of the set."
            )
        return study

    def own_slices(self, volume: NDArray[Scalar]) -> NDArray[Scalar]:
        """A `(z, y, x)` volume on the study's grid, on the data set's own slices.

        `(x, y, z)` in file order for NIfTI; `(slices, rows, columns)` in numeric slice order for pictures, h5 and .mat.
        Raises InputError when the file that tells the order of NIfTI axes cannot be read.
        """
        return _LAYOUTS[self.dataset].own_slices(volume, self.files)


@dataclass(frozen=True)
class Dataset:
    """One of the data sets that can be read."""

    name: str
    """As the command line takes it."""
    title: str
    """For people."""
    classes_known: bool
    """Whether its references tell core, oedema and enhancing apart (labels 1, 2, 4), not only tumour or not."""
    possible: tuple[Sequence, ...]
    """The sequences that its cases can have."""
    layout: str
    """What is expected in its folder, in one line."""

    def cases(self, folder: Path) -> list[Case]:
        """The cases below a folder, sorted by name; nothing but figshare's patient numbers is read yet.

        Raises DatasetError when there are none, or two of one name.
        """
        found = _LAYOUTS[self.name].find(folder) if folder.is_dir() else []
        if not found:
            raise DatasetError(f"{folder} holds no case of {self.title}. Expected are {self.layout}.")
        cases = sorted(Case(self.name, *each) for each in found)
        name, count = Counter(case.name for case in cases).most_common(1)[0]
        if count > 1:
            first, second = [case.files[0] for case in cases if case.name == name][:2]
            raise DatasetError(f"Two cases are called {name}: {first} and {second}. Give a folder with one of them.")
        return cases
