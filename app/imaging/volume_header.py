"""What a header says of a volume, whatever the format of its file, and the checks that all formats share."""

import re
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from app.errors import LimitError, UnreadableFileError, UnsupportedFileError
from app.imaging.limits import Limits, check_grid, check_unpacked, size_text

MAX_FRAMES = 2000
"""Volumes of one file; a functional or perfusion scan stays below it."""
_MOST_AXES = 16
"""As NRRD has it; the other formats have fewer."""
_ENDLESS = 2**63
_SMALLEST, _LARGEST = 1e-6, 1e6
"""Bounds on the size of a voxel in mm, far beyond any scanner."""
_FARTHEST = 1e12
"""Bound on the place of the first voxel in mm: what is not a number, or overflows in exports, lies beyond it."""
_FLAT = 0.01
"""Volume of the box that the three voxel directions span, 1 at right angles; with less they lie in one plane."""


@dataclass(frozen=True, eq=False)
class VolumeHeader:
    """What is needed of a header that was found sound."""

    sizes: tuple[int, ...]
    """Numbers along each axis as stored, the first varying fastest: three of space, and that of the frames."""
    frame_axis: int | None
    """The axis of volumes on one grid, or of colours; None where there is one volume."""
    dtype: np.dtype[np.generic]
    """Of the stored numbers, with the byte order of the file."""
    affine: NDArray[np.float64]
    """`(4, 4)`, file voxel to RAS mm."""
    offset: int = 0
    """Bytes before the first voxel, in what was unpacked."""
    slope: float = 1.0
    intercept: float = 0.0
    """A voxel is `slope * stored + intercept`."""
    colour: bool = False
    """Whether the frames are red, green, blue (and alpha) in uint8."""
    notes: tuple[str, ...] = ()
    """What has to be told about it, a sentence each."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """Voxels of one volume in file order."""
        i, j, k = (n for axis, n in enumerate(self.sizes) if axis != self.frame_axis)
        return i, j, k

    @property
    def volumes(self) -> int:
        """Volumes in the file; colours are not volumes."""
        return 1 if self.frame_axis is None or self.colour else self.sizes[self.frame_axis]

    @property
    def size(self) -> int:
        """Bytes up to the last voxel, without compression."""
        return self.offset + prod(self.sizes) * self.dtype.itemsize


def axes_of(
    name: str, sizes: tuple[int, ...], space: tuple[int, ...] = (0, 1, 2)
) -> tuple[tuple[int, ...], int | None]:
    """The sizes without axes of 1 beyond the three of `space`, and which of those left is that of the frames.

    Raises UnsupportedFileError when the volumes lie along two axes.
    """
    kept = [axis for axis, n in enumerate(sizes) if axis in space or n > 1]
    beyond = [axis for axis in kept if axis not in space]
    if len(beyond) > 1:
        raise UnsupportedFileError(
            f"{name} holds {prod(sizes[axis] for axis in beyond)} volumes along {len(beyond)} axes "
            f"({size_text(sizes)}). Read are one 3-D scan, or volumes along one axis: split it."
        )
    return tuple(sizes[axis] for axis in kept), kept.index(beyond[0]) if beyond else None


def check_limits(name: str, header: VolumeHeader, limits: Limits) -> None:
    """Check what a header promises, before memory is taken for it. Raises LimitError when it is too much."""
    check_grid(name, header.shape, limits)
    if header.volumes > MAX_FRAMES:
        raise LimitError(
            f"{name} holds {header.volumes:,} volumes; at most {MAX_FRAMES:,} are read. Keep those that are needed."
        )
    check_unpacked(name, header.size, limits)


def check_sizes(name: str, kind: str, sizes: tuple[int, ...]) -> None:
    """Check the axes that a header gives.

    Raises UnreadableFileError when one is empty, UnsupportedFileError when there are fewer than three.
    """
    if not 1 <= len(sizes) <= _MOST_AXES or min(sizes) < 1 or max(sizes) >= _ENDLESS:
        raise damaged(name, kind, f"its axes are given as {size_text(sizes)[:80] or 'none'}")
    if len(sizes) < 3:
        raise UnsupportedFileError(
            f"{name} is {len(sizes)}-D ({size_text(sizes)}). Give a 3-D scan, or the slice as PNG, JPG or TIFF."
        )


def sound_affine(name: str, kind: str, affine: NDArray[np.float64]) -> NDArray[np.float64]:
    """The affine `(4, 4)`, read-only. Raises UnreadableFileError unless it is within bounds and has three
    directions."""
    with np.errstate(all="ignore"):
        lengths = np.linalg.norm(affine[:3, :3], axis=0)
        box = abs(np.linalg.det(affine[:3, :3] / lengths))
        far = np.abs(affine).max()
    if not (lengths.min() > _SMALLEST and lengths.max() < _LARGEST and far < _FARTHEST and box > _FLAT):
        raise damaged(
            name, kind, "its affine has a voxel size of 0, a direction twice, or a value that is not a number"
        )
    affine.setflags(write=False)
    return affine


def affine_from_lps(directions: NDArray[np.float64], origin: NDArray[np.float64]) -> NDArray[np.float64]:
    """`(4, 4)` to RAS mm, from the step of each axis (the columns of `(3, 3)`) and the first voxel `(3,)` in LPS mm."""
    affine = np.eye(4)
    affine[:3, :3], affine[:3, 3] = directions, origin
    affine[:2] *= -1
    return affine


def damaged(name: str, kind: str, what: str) -> UnreadableFileError:
    """The error of a header that contradicts itself or its standard."""
    return UnreadableFileError(f"{name} has a damaged {kind} header: {what}. Export it again from the original scan.")


def last_piece(name: str) -> str:
    """The name of a file without the folders before it, for notes."""
    return re.split(r"[\\/]", name)[-1]
