"""Training cases: one folder a patient, read on the same path as every upload, kept as compact planes."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.errors import DatasetError
from app.imaging import read_files, read_study
from app.model.intensity import CLIP
from app.model.network_input import VERSION, label_planes, prepare
from app.study import Sequence, Study

ANY_TUMOUR = 4
"""Target for tumour whose class is not known; 0 to 3 are the network's classes."""
CLASS_OF_LABEL = {1: 1, 2: 2, 4: 3}
"""BraTS file label to network class."""
QUANTA = 255 / (CLIP[1] - CLIP[0])
"""Steps of the uint8 planes per unit of normalised intensity."""

VISIT = re.compile(r"(?<=^TCGA_.._....)_\d{8}$|(?<=^BraTS-...-\d{5})-\d{3}$")
"""What a folder's name says besides the patient."""

SOURCES = {"brats": True, "lgg": False, "simulated": True}
"""The sets that the recipe knows, and whether their labels tell the three classes apart."""


@dataclass(frozen=True, order=True)
class Case:
    """One patient's folder in one set."""

    source: str
    """A key of `SOURCES`."""
    patient: str
    folder: Path

    @property
    def name(self) -> str:
        """Names the case in files and in the card."""
        return f"{self.source}/{self.folder.name}"

    def study(self) -> Study:
        """The case as the page would read it; raises DatasetError when it has no reference mask."""
        study = read_study(read_files([self.folder]))
        if study.reference is None:
            raise DatasetError(f"{self.folder} has no reference mask; add one or take the folder out of the set.")
        return study


@dataclass(frozen=True, eq=False)
class Planes:
    """A case ready for training."""

    images: NDArray[np.uint8]
    """`(n, 240, 240, 4)`: head slices of the network's input, value / QUANTA + CLIP[0]; 0 in absent channels."""
    targets: NDArray[np.uint8]
    """`(n, 240, 240)`: class 0 to 3, or `ANY_TUMOUR`."""
    present: NDArray[np.bool_]
    """`(4,)`: the sequences that the case has."""


def find_cases(source: str, folder: Path) -> list[Case]:
    """Every sub-folder is a case.

    `TCGA_CS_4941_19960909` names the patient, then the date; `BraTS-GLI-00000-001` the patient, then the visit.
    Raises DatasetError when there are none.
    """
    folders = sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    if not folders:
        raise DatasetError(f"No case folders found in {folder}; give the folder that holds one folder a patient.")
    return [Case(source, VISIT.sub("", f.name), f) for f in folders]


def load_planes(case: Case, cache: Path) -> Planes:
    """Planes from the cache, made and kept there at the first call; the big array is mapped, not read."""
    stem = f"{case.source}_{case.folder.name}_v{VERSION}"
    images, targets, done = (cache / f"{stem}.{end}" for end in ("images.npy", "targets.npy", "json"))
    if not done.exists():
        cache.mkdir(parents=True, exist_ok=True)
        planes = make_planes(case.study(), classes_known=SOURCES[case.source])
        np.save(images, planes.images)
        np.save(targets, planes.targets)
        done.write_text(json.dumps({"present": planes.present.tolist()}))
    return Planes(
        np.load(images, mmap_mode="r"),
        np.load(targets, mmap_mode="r"),
        np.array(json.loads(done.read_text())["present"]),
    )


def fill_cache(case: Case, cache: Path) -> None:
    """Have the case's planes in the cache; for a process of its own, which need not load Keras for it."""
    load_planes(case, cache)


def make_planes(study: Study, *, classes_known: bool) -> Planes:
    """The head slices of a study with a reference, quantised."""
    if study.reference is None:
        raise DatasetError(f"{study.name} has no reference mask.")
    network_input = prepare(study)
    indices = network_input.head_slices
    images = np.round((network_input.planes(indices) - CLIP[0]) * QUANTA).astype(np.uint8)
    present = np.array([s in study.images for s in Sequence])
    images[..., ~present] = 0
    labels = label_planes(study.reference, network_input.geometry, indices)
    table = np.full(256, ANY_TUMOUR, np.uint8)
    table[0] = 0
    if classes_known:
        table[list(CLASS_OF_LABEL)] = list(CLASS_OF_LABEL.values())
    return Planes(images, table[labels], present)


def patients(cases: Iterable[Case]) -> set[str]:
    """The patients behind the cases."""
    return {case.patient for case in cases}
