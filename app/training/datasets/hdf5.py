"""Arrays in HDF5 files, which MATLAB 7.3 files are too."""

from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from app.errors import UnreadableFileError, UnsupportedFileError, VoxelError

_ERRORS = (OSError, RuntimeError, KeyError, ValueError)
"""What h5py raises on damaged files."""


def read_arrays(path: Path, *names: str) -> list[NDArray[np.generic]]:
    """The arrays of these names, as stored.

    Raises UnreadableFileError when the file is missing, damaged or not HDF5, UnsupportedFileError when it lacks one.
    """
    try:
        with h5py.File(path, "r") as file:
            found = {name: file.get(name) for name in names}
            if missing := [name for name, array in found.items() if not isinstance(array, h5py.Dataset)]:
                raise UnsupportedFileError(f"{path} holds no array {missing[0]}: it is not a file of this data set.")
            return [np.asarray(array) for array in found.values()]
    except _ERRORS as e:
        raise UnreadableFileError(f"{path} is missing, damaged, or not HDF5. Copy or download it again.") from e


def check_image(path: Path, volume: NDArray[np.float32]) -> None:
    """Raise VoxelError when voxels of an image are not finite, or all the same."""
    low, high = volume.min(), volume.max()
    if not (np.isfinite(low) and np.isfinite(high)):
        raise VoxelError(f"{path} holds voxels that are not numbers (NaN) or infinite. Download it again.")
    if low == high:
        raise VoxelError(f"{path} holds the value {low:g} everywhere: there is no picture in it. Download it again.")
