"""The header of NIfTI-1 and NIfTI-2 (nifti.nimh.nih.gov), and all that can be wrong with it."""

import numpy as np
from nibabel.nifti1 import Nifti1Header
from nibabel.nifti2 import Nifti2Header
from nibabel.spatialimages import HeaderDataError
from numpy.typing import NDArray

from app.errors import UnreadableFileError, UnsupportedFileError
from app.imaging.volume_header import VolumeHeader, axes_of, check_sizes, damaged, sound_affine

HEADER_SIZES: dict[int, type[Nifti1Header]] = {348: Nifti1Header, 540: Nifti2Header}
"""What the first four bytes give, in the byte order of the file: the size of the header."""
_FIRST_VOXEL = {348: 352, 540: 544}
_MM = {1: 1000.0, 3: 0.001}
"""Millimetres in the space units of `xyzt_units`: 1 metre, 3 micrometre; anything else counts as mm."""
_COLOURS = {128: 3, 2304: 4}
"""Bytes of a voxel in the data types RGB24 and RGBA32."""
_ERRORS = (HeaderDataError, ValueError)


def header_size(start: bytes) -> int | None:
    """348 for NIfTI-1, 540 for NIfTI-2, None when content that starts so is neither; in either byte order."""
    sizes = (int.from_bytes(start[:4], order) for order in ("little", "big"))
    return next((size for size in sizes if size in HEADER_SIZES), None)


def read_header(name: str, start: bytes) -> VolumeHeader:
    """Read the header of the file `name` that starts so; at least 540 bytes unless the file is shorter.

    The affine is the sform, else the qform, else made from the voxel sizes alone.
    Raises UnreadableFileError when it is cut off or contradicts the standard, UnsupportedFileError when it is sound but
    not that of a single file with 3-D volumes of real numbers, or one in colour.
    """
    size = header_size(start)
    if size is None or len(start) < size:
        raise UnreadableFileError(f"{name} ends inside its header: it was cut off. Copy or download it again.")
    order = "<" if int.from_bytes(start[:4], "little") == size else ">"
    header = HEADER_SIZES[size](start[:size], order, check=False)
    _check_magic(name, header["magic"].item())
    sizes, frame_axis = axes_of(name, _sizes(name, header["dim"].tolist()))
    dtype = np.dtype(np.uint8) if (colours := _COLOURS.get(int(header["datatype"]))) else _dtype(name, header)
    if colours and frame_axis is not None:
        raise UnsupportedFileError(f"{name} holds {sizes[3]} volumes in colour. Give one of them, or grey ones.")
    slope, intercept = (1.0, 0.0) if colours else _scaling(name, header)
    return VolumeHeader(
        sizes=(colours, *sizes) if colours else sizes,
        frame_axis=0 if colours else frame_axis,
        dtype=dtype,
        affine=_affine(name, header),
        offset=_offset(name, header["vox_offset"].item(), _FIRST_VOXEL[size]),
        slope=slope,
        intercept=intercept,
        colour=bool(colours),
    )


def _check_magic(name: str, magic: bytes) -> None:
    if magic in (b"ni1", b"ni2"):
        raise UnsupportedFileError(f"{name} belongs to a pair of .hdr and .img files. Convert them to one .nii file.")
    if magic not in (b"n+1", b"n+2"):
        raise UnsupportedFileError(f"{name} is an Analyze 7.5 file or has a damaged header. Convert it to NIfTI.")


def _sizes(name: str, dim: list[int]) -> tuple[int, ...]:
    axes = tuple(dim[1 : dim[0] + 1])
    if not 1 <= dim[0] <= 7 or min(axes) < 1:
        raise damaged(name, "NIfTI", f"its axes are given as {dim}")
    check_sizes(name, "NIfTI", axes)
    return axes


def _scaling(name: str, header: Nifti1Header) -> tuple[float, float]:
    """Slope and intercept; 1 and 0 where the file does not scale."""
    try:
        slope, intercept = header.get_slope_inter()
    except _ERRORS as e:
        raise damaged(name, "NIfTI", str(e)) from e
    return 1.0 if slope is None else slope, 0.0 if intercept is None else intercept


def _dtype(name: str, header: Nifti1Header) -> np.dtype[np.generic]:
    code = int(header["datatype"])
    try:
        dtype: np.dtype[np.generic] = header.get_data_dtype()
    except KeyError as e:
        raise damaged(name, "NIfTI", f"its data type {code} is unknown") from e
    if dtype.kind not in "iuf":
        what = "complex numbers" if dtype.kind == "c" else "records"
        raise UnsupportedFileError(
            f"{name} holds {what} (NIfTI data type {code}) in place of grey values. "
            "Export the scan as whole or decimal numbers."
        )
    return dtype


def _offset(name: str, offset: float, first: int) -> int:
    if not np.isfinite(offset) or offset < first:
        raise damaged(name, "NIfTI", f"its voxels would start at byte {offset:g}, inside the header")
    return int(offset)


def _affine(name: str, header: Nifti1Header) -> NDArray[np.float64]:
    """Voxel to RAS mm. Raises UnreadableFileError unless it is finite and has three directions."""
    if header["pixdim"][0] not in (-1, 1):
        header["pixdim"][0] = 1  # the standard reads a qfac of 0 as 1
    with np.errstate(all="ignore"):
        try:
            affine = np.array(header.get_best_affine(), np.float64)
        except _ERRORS as e:
            raise damaged(name, "NIfTI", str(e)) from e
        affine[:3] *= _MM.get(int(header["xyzt_units"]) & 7, 1.0)
    return sound_affine(name, "NIfTI", affine)
