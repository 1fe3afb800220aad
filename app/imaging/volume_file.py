"""A file with one volume, or with several on one grid, of which the header was read."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.imaging.files import ScanFile
from app.imaging.grid import describe
from app.imaging.limits import Limits
from app.imaging.naming import REFERENCE, Name, parse
from app.imaging.orientation import canonical_spacing, to_canonical
from app.imaging.parts import Container, Part
from app.imaging.planes import Plane, mask_plane, planes_of
from app.imaging.unpacking import Packing, unpack
from app.imaging.volume_header import VolumeHeader, check_limits
from app.study import Sequence, Source

SLACK = 64 * 1024
"""Bytes after the voxels that are let pass, as some writers pad."""
DECATHLON_ORDER = (Sequence.FLAIR, Sequence.T1, Sequence.T1CE, Sequence.T2)
"""Volumes of a 4-D file, as in task 1 of the Medical Segmentation Decathlon (Antonelli 2022)."""


@dataclass(frozen=True, eq=False)
class VolumeFile:
    """Voxels that are unpacked when they are asked for; a `Container`."""

    file: ScanFile
    header: VolumeHeader
    name: Name
    packing: Packing
    start: int
    """Where in the file the voxels begin, or what they are packed in."""
    slack: int
    slices: tuple[int, ...] = ()

    @property
    def case(self) -> str:
        return self.name.case

    @property
    def notes(self) -> tuple[str, ...]:
        return self.header.notes

    @property
    def source(self) -> Source:
        return Source("volume", self.header.shape, self.header.affine)

    @property
    def spacing(self) -> tuple[float, float, float]:
        return canonical_spacing(self.header.affine)

    @property
    def parts(self) -> tuple[Part, ...]:
        """One for each volume. Two to four are the sequences of the Decathlon; of more, the name tells the first."""
        name, count, details = self.file.name, self.header.volumes, describe(self.source)
        if count == 1:
            return (Part(name, 0, name, self.name.role, details),)
        if count <= len(DECATHLON_ORDER):
            roles = enumerate(DECATHLON_ORDER[:count])
            return tuple(Part(name, n, f"{name} · volume {n + 1} of {count}", role, details) for n, role in roles)
        return tuple(
            Part(name, n, f"{name} · frame {n + 1} of {count}", None if n else self.name.role, details)
            for n in range(count)
        )

    def read(self, indices: Collection[int]) -> dict[int, NDArray[np.float32]]:
        frames = self.frames()
        return {n: _scaled(to_canonical(frames[..., n], self.header.affine), self.header) for n in indices}

    def frames(self) -> NDArray[np.generic]:
        """`(i, j, k, n)`: what is stored, in file order; n volumes, or colours.

        Raises UnreadableFileError when the content is damaged.
        """
        header = self.header
        size = header.size
        content = unpack(self.file.name, self.packing, self.file.data, self.start, size, self.slack)
        stored = content[header.offset : size].view(header.dtype).reshape(header.sizes, order="F")
        return stored[..., None] if header.frame_axis is None else np.moveaxis(stored, header.frame_axis, -1)


@dataclass(frozen=True, eq=False)
class ColourVolume:
    """A volume of colours, decoded to tell what it holds; a `Container`."""

    file: str
    name: Name
    source: Source
    spacing: tuple[float, float, float]
    planes: tuple[Plane, ...]
    notes: tuple[str, ...]
    slices: tuple[int, ...] = ()

    @property
    def case(self) -> str:
        return self.name.case

    @property
    def parts(self) -> tuple[Part, ...]:
        details = describe(self.source)
        if len(self.planes) == 1:
            return (Part(self.file, 0, self.file, self.name.role, details),)
        return tuple(
            Part(self.file, index, f"{self.file} · {plane.note}", plane.role, details)
            for index, plane in enumerate(self.planes)
        )

    def read(self, indices: Collection[int]) -> dict[int, NDArray[np.float32]]:
        return {index: np.ascontiguousarray(self.planes[index].pixels, np.float32) for index in indices}


def open_volume(
    file: ScanFile, header: VolumeHeader, limits: Limits, packing: Packing, start: int, slack: int = SLACK
) -> Container:
    """What a file holds whose header was read; colours are unpacked at once, to see what they mean.

    Raises LimitError when the header promises too much, and of colours UnreadableFileError when they are damaged and
    UnsupportedFileError when they are not sequences.
    """
    check_limits(file.name, header, limits)
    opened = VolumeFile(file, header, parse(file.name), packing, start, slack)
    if not header.colour:
        return opened
    colours = opened.frames()[..., :3]
    pixels = np.stack([to_canonical(colours[..., n], header.affine) for n in range(3)], axis=-1)
    reference = opened.name.role == REFERENCE
    return ColourVolume(
        file=file.name,
        name=opened.name,
        source=opened.source,
        spacing=opened.spacing,
        planes=(Plane(mask_plane(pixels), None, ""),) if reference else planes_of(file.name, pixels),
        notes=header.notes,
    )


def _scaled(stored: NDArray[np.generic], header: VolumeHeader) -> NDArray[np.float32]:
    """Stored values as float32; scaling is computed in float64, a slice at a time."""
    with np.errstate(over="ignore", invalid="ignore"):
        if (header.slope, header.intercept) == (1, 0):
            return np.require(stored, np.float32, ["C", "A"])
        scaled = np.empty(stored.shape, np.float32)
        for z, plane in enumerate(stored):
            scaled[z] = plane.astype(np.float64) * header.slope + header.intercept
    return scaled
