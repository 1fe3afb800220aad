"""A prepared set as training reads it: two files, mapped once for all cases."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.errors import DatasetError
from app.model.network_input import SIZE, VERSION
from app.study import Sequence
from app.training.datasets import Case
from app.training.planes import Planes
from app.training.prepared_index import IMAGES, TARGETS, Entry, Index, read_index


@dataclass(frozen=True, eq=False)
class PreparedCase:
    """One case of a prepared set."""

    case: Case
    """The case on its source files, as they were listed."""
    entry: Entry
    """What was found out about it."""
    _images: NDArray[np.uint8]
    _targets: NDArray[np.uint8]

    @property
    def key(self) -> str:
        """`brats/Brats18_2013_2_1`."""
        return self.case.key

    @property
    def name(self) -> str:
        """Unique in its data set."""
        return self.case.name

    @property
    def patient(self) -> str:
        """Cases of one patient have the same."""
        return self.case.patient

    @property
    def sequences(self) -> tuple[Sequence, ...]:
        """Those present, in channel order."""
        return tuple(map(Sequence, self.entry.sequences))

    @property
    def slice_mm(self) -> float | None:
        """From slice to slice; None where unknown."""
        return self.entry.spacing[0] if self.entry.spacing else None

    def planes(self) -> Planes:
        """Views into the mapped files: no memory is taken, and no file opened."""
        count, channels = len(self.entry.slices), len(self.entry.sequences)
        images = self._images[self.entry.offset :][: self.entry.planes * SIZE**2]
        return Planes(
            images.reshape(count, SIZE, SIZE, channels),
            self._targets[self.entry.row :][:count],
            np.isin(list(Sequence), self.entry.sequences),
            np.array(self.entry.slices, np.intp),
            self.slice_mm,
        )


@dataclass(frozen=True, eq=False)
class PreparedSet:
    """All cases of a prepared set, sorted by name."""

    dataset: str
    """A key of `DATASETS`."""
    cases: list[PreparedCase]


def load_prepared(folder: Path) -> PreparedSet:
    """Open what `prepare` wrote.

    Raises DatasetError when there is nothing, when it was prepared for another version of the network's input, was not
    finished, or is damaged.
    """
    index = read_index(folder)
    again = f"Run python -m app prepare{'' if index is None else f' {index.dataset}'} … {folder} (again)."
    if index is None:
        raise DatasetError(f"{folder} holds no prepared set. {again}")
    if index.version != VERSION:
        raise DatasetError(f"{folder} was prepared for version {index.version} of the input, not {VERSION}. {again}")
    if not index.finished or not index.cases:
        raise DatasetError(f"{folder} was not prepared to the end. {again}")
    if not is_whole(folder, index):
        raise DatasetError(f"{folder} lacks planes that its index names. Delete it. {again}")
    return PreparedSet(index.dataset, sorted(open_cases(folder, index), key=lambda case: case.name))


def open_cases(folder: Path, index: Index) -> list[PreparedCase]:
    """The cases of an index, at least one, whose planes are whole; in its order."""
    images = np.memmap(folder / IMAGES, np.uint8, "r")
    rows = sum(len(entry.slices) for entry in index.cases)
    targets = np.memmap(folder / TARGETS, np.uint8, "r", shape=(rows, SIZE, SIZE))
    return [
        PreparedCase(
            Case(index.dataset, entry.name, entry.patient, tuple(map(Path, entry.files))), entry, images, targets
        )
        for entry in index.cases
    ]


def is_whole(folder: Path, index: Index) -> bool:
    """Whether the files hold all planes that the index names; they may hold more, of a case not yet in it."""
    sizes = [path.stat().st_size if (path := folder / name).exists() else 0 for name in (IMAGES, TARGETS)]
    return all(size >= needed for size, needed in zip(sizes, planes_bytes(index), strict=True))


def planes_bytes(index: Index) -> tuple[int, int]:
    """Bytes that the planes of an index take in `images.bin` and `targets.bin`."""
    return (
        sum(entry.planes for entry in index.cases) * SIZE**2,
        sum(len(entry.slices) for entry in index.cases) * SIZE**2,
    )
