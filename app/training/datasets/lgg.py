"""The LGG set as Kaggle has it: one folder a patient, three-plane TIFFs (pre-contrast, FLAIR, post-contrast) and masks.

Source: Buda, Saha and Mazurowski, "Association of genomic subtypes of lower-grade gliomas with shape features
automatically extracted by a deep learning algorithm", Computers in Biology and Medicine 2019.
"""

import re
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from app.study import Study
from app.training.datasets.folders import find_case_folders, read_case

_Scalar = TypeVar("_Scalar", bound=np.generic)

_DATE = re.compile(r"(?<=^TCGA_.._....)_\d{8}$")
"""After the patient a folder's name has the date of the scan: TCGA_CS_4941_19960909."""


def find(folder: Path) -> list[tuple[str, str, tuple[Path, ...]]]:
    """Name, patient and files of every case folder."""
    return find_case_folders(folder, lambda name: name.lower().endswith((".tif", ".tiff")), _DATE)


def read(files: tuple[Path, ...]) -> Study:
    """Read a case; planes that are copies of another are left out. Raises what `read_case` raises."""
    return read_case(files)


def own_slices(volume: NDArray[_Scalar], files: tuple[Path, ...]) -> NDArray[_Scalar]:
    """The `(z, y, x)` volume itself: the pictures are its slices in numeric order."""
    return volume
