"""BraTS 2020 as Kaggle has it: one HDF5 file a slice, `volume_V_slice_S.h5`.

`image` `(240, 240, 4)`: FLAIR, T1, T1ce, T2, z-normalised; `mask` `(240, 240, 3)`: necrotic core, oedema, enhancing.
The slices were cut across z from volumes `(x, y, z)` in LPS, so that rows are x and columns y.
"""

import re
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from app.errors import DatasetError, UnsupportedFileError, VoxelError
from app.study import Sequence, Source, Study
from app.training.datasets.hdf5 import check_image, read_arrays

_Scalar = TypeVar("_Scalar", bound=np.generic)

_NAME = re.compile(r"(volume_\d+)_slice_(\d+)\.h5")
_LABELS = np.array([1, 2, 4], np.uint8)
"""BraTS labels of the channels of the mask."""
_STEP = 0.01
"""By how much the background lies below the darkest brain, in its standard deviations: about a grey level."""
_AFFINE = np.array([[-1.0, 0, 0, 0], [0, -1.0, 0, 239], [0, 0, 1.0, 0], [0, 0, 0, 1.0]])
"""Of the NIfTI volumes of BraTS."""


def find(folder: Path) -> list[tuple[str, str, tuple[Path, ...]]]:
    """Name, patient and files, in numeric order, of every volume."""
    volumes: dict[str, list[Path]] = defaultdict(list)
    for path in folder.rglob("*.h5"):
        if match := _NAME.fullmatch(path.name):
            volumes[match[1]].append(path)
    return [(name, name, tuple(sorted(paths, key=_number))) for name, paths in volumes.items()]


def read(files: tuple[Path, ...]) -> Study:
    """Read a volume.

    Raises DatasetError when slices are missing or there twice, UnreadableFileError, UnsupportedFileError and
    VoxelError.
    """
    _check_numbers(files)
    slices = [_read_slice(path) for path in files]
    for path, (image, _) in zip(files, slices, strict=True):
        if image.shape != slices[0][0].shape:
            raise UnsupportedFileError(f"{files[0]} and {path} are slices of different sizes. Download them again.")
    images = np.stack([image for image, _ in slices]).transpose(3, 0, 2, 1)
    reference = np.ascontiguousarray(np.stack([labels for _, labels in slices]).transpose(0, 2, 1))
    reference.setflags(write=False)
    z, y, x = reference.shape
    volumes = _below_brain(files[0], images)
    name = _NAME.fullmatch(files[0].name)
    return Study(
        name=name[1] if name else files[0].stem,
        images=dict(zip(Sequence, volumes, strict=True)),
        source=Source("volume", (x, y, z), _AFFINE),
        spacing=(1.0, 1.0, 1.0),
        reference=reference,
    )


def own_slices(volume: NDArray[_Scalar], files: tuple[Path, ...]) -> NDArray[_Scalar]:
    """A `(z, y, x)` volume as `(slices, rows, columns)`, which are (z, x, y)."""
    return volume.transpose(0, 2, 1)


def _number(path: Path) -> int:
    match = _NAME.fullmatch(path.name)
    return int(match[2]) if match else -1


def _check_numbers(files: tuple[Path, ...]) -> None:
    numbers = [_number(path) for path in files]
    for (first, path), (second, other) in pairwise(zip(numbers, files, strict=True)):
        if first == second:
            raise DatasetError(f"{path} and {other} are the same slice. Give a folder with one of them.")
    if missing := sorted(set(range(numbers[-1])) - set(numbers)):
        few = ", ".join(map(str, missing[:5])) + (" …" if len(missing) > 5 else "")
        raise DatasetError(f"{files[0].parent}: slice {few} is missing before {files[-1].name}. Download it again.")


def _read_slice(path: Path) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """`(rows, columns, 4)` intensities and `(rows, columns)` labels."""
    image, mask = read_arrays(path, "image", "mask")
    if image.ndim != 3 or image.shape[-1] != len(Sequence) or mask.shape != (*image.shape[:2], len(_LABELS)):
        raise UnsupportedFileError(
            f"{path}: image and mask are not (rows, columns, 4) and (rows, columns, 3) of one size. "
            f"Received: {image.shape}, {mask.shape}"
        )
    tumour = mask == 1
    if np.any(tumour.sum(axis=-1) > 1) or np.any(tumour != (mask != 0)):
        raise UnsupportedFileError(f"{path}: mask is not 0 and 1, or has a voxel in two classes. Download it again.")
    return image.astype(np.float32), tumour @ _LABELS


def _below_brain(path: Path, images: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """The `(z, y, x)` volumes of `(4, z, y, x)`, their background a little below the darkest brain; read-only.

    The background is what has, in all four, the value of the slice's corner: 0, which is the brain's mean, after
    normalisation inside the brain.
    """
    for image in images:
        check_image(path, image)
    background = np.logical_and.reduce(images == images[:, :, :1, :1], axis=0)
    if background.all():
        raise VoxelError(f"{path} and the other slices of its volume hold no brain. Download them again.")
    volumes = []
    for image in images:
        volume = np.ascontiguousarray(image)
        volume[background] = volume[~background].min() - _STEP
        volume.setflags(write=False)
        volumes.append(volume)
    return volumes
