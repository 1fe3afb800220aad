"""NIfTI-1 and NIfTI-2 in one file, plain or gzipped.

The header is held against the limits before anything behind it is unpacked.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.imaging.files import ScanFile
from app.imaging.gzipped import is_gzip, too_long, too_short, unpack, unpack_start
from app.imaging.limits import Limits, check_grid, check_unpacked
from app.imaging.naming import Name, parse
from app.imaging.nifti_header import NiftiHeader, read_header
from app.imaging.orientation import canonical_spacing, to_canonical
from app.imaging.parts import Part
from app.study import Sequence, Source

SLACK = 64 * 1024
"""Bytes after the voxels that are let pass, as some writers pad."""
DECATHLON_ORDER = (Sequence.FLAIR, Sequence.T1, Sequence.T1CE, Sequence.T2)
"""Volumes of a 4-D file, as in task 1 of the Medical Segmentation Decathlon (Antonelli 2022)."""


@dataclass(frozen=True, eq=False)
class NiftiFile:
    """A file of which the header was read; a `Container`."""

    file: ScanFile
    header: NiftiHeader
    name: Name
    slices: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def case(self) -> str:
        return self.name.case

    @property
    def source(self) -> Source:
        return Source("volume", self.header.shape, self.header.affine)

    @property
    def spacing(self) -> tuple[float, float, float]:
        return canonical_spacing(self.header.affine)

    @property
    def parts(self) -> tuple[Part, ...]:
        if self.header.volumes == 1:
            return (Part(self.file.name, 0, self.file.name, self.name.role),)
        return tuple(
            Part(self.file.name, index, f"{self.file.name} · volume {index + 1} of {self.header.volumes}", role)
            for index, role in enumerate(DECATHLON_ORDER[: self.header.volumes])
        )

    def read(self, indices: Collection[int]) -> dict[int, NDArray[np.float32]]:
        header = self.header
        stored = self._content()[header.offset : header.size].view(header.dtype)
        volumes = stored.reshape(*header.shape, header.volumes, order="F")
        return {index: _scaled(to_canonical(volumes[..., index], header.affine), header) for index in indices}

    def _content(self) -> NDArray[np.uint8]:
        name, data, size = self.file.name, self.file.data, self.header.size
        if is_gzip(data):
            return unpack(name, data, size, SLACK)
        if len(data) < size:
            raise too_short(name)
        if len(data) > size + SLACK:
            raise too_long(name)
        return np.frombuffer(data, np.uint8)


def open_nifti(file: ScanFile, limits: Limits) -> NiftiFile:
    """Read the header of a file.

    Raises UnreadableFileError when it is damaged, UnsupportedFileError when it is of a shape or data type that is not
    read, and LimitError when it promises too much.
    """
    start = unpack_start(file.name, file.data, 540) if is_gzip(file.data) else file.data[:540]
    header = read_header(file.name, start)
    check_grid(file.name, header.shape, limits)
    check_unpacked(file.name, header.size, limits)
    return NiftiFile(file, header, parse(file.name))


def _scaled(stored: NDArray[np.generic], header: NiftiHeader) -> NDArray[np.float32]:
    """Stored values as float32; scaling is computed in float64, a slice at a time."""
    with np.errstate(over="ignore", invalid="ignore"):
        if (header.slope, header.intercept) == (1, 0):
            return np.require(stored, np.float32, ["C", "A"])
        scaled = np.empty(stored.shape, np.float32)
        for z, plane in enumerate(stored):
            scaled[z] = plane.astype(np.float64) * header.slope + header.intercept
    return scaled
