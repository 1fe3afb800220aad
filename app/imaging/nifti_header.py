"""The header of NIfTI-1 and NIfTI-2 (nifti.nimh.nih.gov), and all that can be wrong with it."""

from dataclasses import dataclass
from math import prod

import numpy as np
from nibabel.nifti1 import Nifti1Header
from nibabel.nifti2 import Nifti2Header
from nibabel.spatialimages import HeaderDataError
from numpy.typing import NDArray

from app.errors import UnreadableFileError, UnsupportedFileError
from app.imaging.limits import size_text

MAX_VOLUMES = 4
HEADER_SIZES: dict[int, type[Nifti1Header]] = {348: Nifti1Header, 540: Nifti2Header}
"""What the first four bytes give, in the byte order of the file: the size of the header."""
_FIRST_VOXEL = {348: 352, 540: 544}
_MM = {1: 1000.0, 3: 0.001}
"""Millimetres in the space units of `xyzt_units`: 1 metre, 3 micrometre; anything else counts as mm."""
_SMALLEST, _LARGEST = 1e-6, 1e6
"""Bounds on the size of a voxel in mm, far beyond any scanner."""
_FLAT = 0.01
"""Volume of the box that the three voxel directions span, 1 at right angles; with less they lie in one plane."""
_ERRORS = (HeaderDataError, ValueError)


@dataclass(frozen=True, eq=False)
class NiftiHeader:
    """What is needed of a header that was found sound."""

    shape: tuple[int, int, int]
    """Voxels of one volume in file order."""
    volumes: int
    """1 to 4 along the axes after the third."""
    dtype: np.dtype[np.generic]
    """Of the stored numbers, with the byte order of the file."""
    offset: int
    """Bytes before the first voxel."""
    slope: float
    intercept: float
    """A voxel is `slope * stored + intercept`; 1 and 0 where the file does not scale."""
    affine: NDArray[np.float64]
    """`(4, 4)`, file voxel to RAS mm: sform, else qform, else from the voxel sizes alone."""

    @property
    def size(self) -> int:
        """Bytes of header and voxels, without compression."""
        return self.offset + prod(self.shape) * self.volumes * self.dtype.itemsize


def header_size(start: bytes) -> int | None:
    """348 for NIfTI-1, 540 for NIfTI-2, None when content that starts so is neither; in either byte order."""
    sizes = (int.from_bytes(start[:4], order) for order in ("little", "big"))
    return next((size for size in sizes if size in HEADER_SIZES), None)


def read_header(name: str, start: bytes) -> NiftiHeader:
    """Read the header of the file `name` that starts so; at least 540 bytes unless the file is shorter.

    Raises UnreadableFileError when it is cut off or contradicts the standard, UnsupportedFileError when it is sound but
    not that of a single file with one to four 3-D volumes of real numbers.
    """
    size = header_size(start)
    if size is None or len(start) < size:
        raise UnreadableFileError(f"{name} ends inside its header: it was cut off. Copy or download it again.")
    order = "<" if int.from_bytes(start[:4], "little") == size else ">"
    header = HEADER_SIZES[size](start[:size], order, check=False)
    _check_magic(name, header["magic"].item())
    shape, volumes = _shape(name, header["dim"].tolist())
    try:
        slope, intercept = header.get_slope_inter()
    except _ERRORS as e:
        raise _damaged(name, str(e)) from e
    return NiftiHeader(
        shape=shape,
        volumes=volumes,
        dtype=_dtype(name, header),
        offset=_offset(name, header["vox_offset"].item(), _FIRST_VOXEL[size]),
        slope=1.0 if slope is None else slope,
        intercept=0.0 if intercept is None else intercept,
        affine=_affine(name, header),
    )


def _check_magic(name: str, magic: bytes) -> None:
    if magic in (b"ni1", b"ni2"):
        raise UnsupportedFileError(f"{name} belongs to a pair of .hdr and .img files. Convert them to one .nii file.")
    if magic not in (b"n+1", b"n+2"):
        raise UnsupportedFileError(f"{name} is an Analyze 7.5 file or has a damaged header. Convert it to NIfTI.")


def _shape(name: str, dim: list[int]) -> tuple[tuple[int, int, int], int]:
    """Voxels along the first three axes, and the volumes along the one axis beyond them that is longer than 1."""
    axes = dim[1 : dim[0] + 1]
    if not 1 <= dim[0] <= 7 or min(axes) < 1:
        raise _damaged(name, f"its axes are given as {dim}")
    if len(axes) < 3:
        raise UnsupportedFileError(
            f"{name} is {len(axes)}-D ({size_text(tuple(axes))}). Give a 3-D scan, or the slice as PNG, JPG or TIFF."
        )
    i, j, k, *rest = axes
    beyond = [n for n in rest if n > 1]
    volumes = prod(beyond)
    if len(beyond) > 1 or volumes > MAX_VOLUMES:
        raise UnsupportedFileError(
            f"{name} holds {volumes} volumes ({size_text(tuple(axes))}). Read are one 3-D scan, or a 4-D file of up to "
            f"{MAX_VOLUMES} sequences: split it, or keep the volumes that are needed."
        )
    return (i, j, k), volumes


def _dtype(name: str, header: Nifti1Header) -> np.dtype[np.generic]:
    code = int(header["datatype"])
    try:
        dtype: np.dtype[np.generic] = header.get_data_dtype()
    except KeyError as e:
        raise _damaged(name, f"its data type {code} is unknown") from e
    if dtype.kind not in "iuf":
        what = {"c": "complex numbers", "V": "colours or other records"}[dtype.kind]
        raise UnsupportedFileError(
            f"{name} holds {what} (NIfTI data type {code}) in place of grey values. "
            "Export the scan as whole or decimal numbers."
        )
    return dtype


def _offset(name: str, offset: float, first: int) -> int:
    if not np.isfinite(offset) or offset < first:
        raise _damaged(name, f"its voxels would start at byte {offset:g}, inside the header")
    return int(offset)


def _affine(name: str, header: Nifti1Header) -> NDArray[np.float64]:
    """Voxel to RAS mm. Raises UnreadableFileError unless it is finite and has three directions."""
    if header["pixdim"][0] not in (-1, 1):
        header["pixdim"][0] = 1  # the standard reads a qfac of 0 as 1
    with np.errstate(all="ignore"):
        try:
            affine = np.array(header.get_best_affine(), np.float64)
        except _ERRORS as e:
            raise _damaged(name, str(e)) from e
        affine[:3] *= _MM.get(int(header["xyzt_units"]) & 7, 1.0)
        sizes = np.linalg.norm(affine[:3, :3], axis=0)
        box = abs(np.linalg.det(affine[:3, :3] / sizes))
    if not (np.isfinite(affine).all() and sizes.min() > _SMALLEST and sizes.max() < _LARGEST and box > _FLAT):
        raise _damaged(name, "its affine has a voxel size of 0, a direction twice, or a value that is not a number")
    affine.setflags(write=False)
    return affine


def _damaged(name: str, what: str) -> UnreadableFileError:
    return UnreadableFileError(f"{name} has a damaged NIfTI header: {what}. Export it again from the original scan.")
