"""BraTS as NIfTI: one folder a case, named as in 2017 to 2021, or as in 2023 and 2024.

Source: Menze et al., "The Multimodal Brain Tumor Image Segmentation Benchmark (BRATS)", IEEE TMI 2015.
"""

import re
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from app.imaging import LIMITS, read_files, to_source
from app.imaging.naming import parse
from app.imaging.nifti import open_nifti
from app.study import Study
from app.training.datasets.folders import find_case_folders, read_case

_Scalar = TypeVar("_Scalar", bound=np.generic)

_VISIT = re.compile(r"(?<=^BraTS-...-\d{5})-\d{3}$")
"""Since 2023 a name is that of the patient, then of the visit: BraTS-GLI-00000-001."""


def find(folder: Path) -> list[tuple[str, str, tuple[Path, ...]]]:
    """Name, patient and files of every case folder."""
    return find_case_folders(folder, _is_scan, _VISIT)


def read(files: tuple[Path, ...]) -> Study:
    """Read a case; raises what `read_case` raises."""
    return read_case(files)


def own_slices(volume: NDArray[_Scalar], files: tuple[Path, ...]) -> NDArray[_Scalar]:
    """A `(z, y, x)` volume as `(x, y, z)`, or whatever order the axes have in the files."""
    (file,) = read_files(files[:1])
    return to_source(volume, open_nifti(file, LIMITS).source)


def _is_scan(name: str) -> bool:
    return name.lower().endswith((".nii", ".nii.gz")) and parse(name).role is not None
