"""Cheng's set of contrast-enhanced T1 slices, axial, coronal and sagittal: MATLAB 7.3 files, one a slice.

Source: Cheng et al., "Enhanced Performance of Brain Tumor Classification via Tumor Region Augmentation and Partition",
PLoS ONE 2015; doi.org/10.6084/m9.figshare.1512427.
"""

from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from app.errors import InputError, UnsupportedFileError
from app.imaging.reference import labels_of
from app.study import Sequence, Source, Study
from app.training.datasets.hdf5 import check_image, read_arrays

_Scalar = TypeVar("_Scalar", bound=np.generic)


def find(folder: Path) -> list[tuple[str, str, tuple[Path, ...]]]:
    """Name, patient and file of every slice; `cvind.mat`, which lies beside them, is none."""
    return [(path.stem, _patient(path), (path,)) for path in folder.rglob("*.mat") if path.stem.isdecimal()]


def read(files: tuple[Path, ...]) -> Study:
    """Read a slice: T1ce alone, a reference of tumour or not, no spacing.

    Raises UnreadableFileError, UnsupportedFileError, VoxelError, and StudyError when the mask is none.
    """
    (path,) = files
    image, mask = (array.T[np.newaxis] for array in read_arrays(path, "cjdata/image", "cjdata/tumorMask"))  # by column
    if image.ndim != 3 or image.shape != mask.shape:
        raise UnsupportedFileError(
            f"{path}: image and tumorMask are not slices of one size. Received: {image.shape[1:]}, {mask.shape[1:]}"
        )
    volume = np.ascontiguousarray(image, np.float32)
    check_image(path, volume)
    volume.setflags(write=False)
    return Study(
        name=path.stem,
        images={Sequence.T1CE: volume},
        source=Source("picture", volume.shape[1:]),
        reference=labels_of(str(path), np.ascontiguousarray(mask, np.float32)),
    )


def own_slices(volume: NDArray[_Scalar], files: tuple[Path, ...]) -> NDArray[_Scalar]:
    """The `(1, rows, columns)` volume itself."""
    return volume


def _patient(path: Path) -> str:
    """What `cjdata/PID` says, character codes; the file's number where it cannot be read."""
    try:
        (codes,) = read_arrays(path, "cjdata/PID")
        return "".join(chr(int(code)) for code in codes.ravel())
    except (InputError, ValueError):
        return path.stem
