"""MGH, plain or gzipped (.mgz), the format of FreeSurfer; its header is read by nibabel."""

import struct

import numpy as np
from nibabel.freesurfer.mghformat import MGHHeader

from app.errors import UnreadableFileError, UnsupportedFileError
from app.imaging.files import ScanFile
from app.imaging.gzipped import is_gzip, unpack_start
from app.imaging.limits import MIB, Limits
from app.imaging.parts import Container
from app.imaging.volume_file import open_volume
from app.imaging.volume_header import VolumeHeader, axes_of, check_sizes, damaged, last_piece, sound_affine

_FIRST_VOXEL = 284
_START = struct.Struct(">6i")
"""Version, three sizes, frames, data type."""
_TYPES = (0, 1, 3, 4, 10)
"""8, 32 and 16 bit whole numbers, and float32."""
_HIGHEST_TYPE = 11
_CORONAL = ((-1, 0, 0), (0, 0, -1), (0, 1, 0))
"""Directions of the axes in RAS where a file gives none, as FreeSurfer has them; nibabel 5.4 turns two round."""
_SLACK = 4 * MIB
"""Bytes after the voxels: scan parameters, table of colours, every command that was run on the file."""


def is_mgh(start: bytes) -> bool:
    """Whether content that starts so, unpacked, is MGH: the version is 1, and the data type a small number."""
    if len(start) < _START.size:
        return False
    version, *_, kind = _START.unpack_from(start)
    return bool(version == 1 and 0 <= kind <= _HIGHEST_TYPE)


def open_mgh(file: ScanFile, limits: Limits) -> Container:
    """Read the header of a file.

    Raises UnreadableFileError when it is damaged, UnsupportedFileError when it is of a data type that is not read, and
    LimitError when it promises too much.
    """
    zipped = is_gzip(file.data)
    start = unpack_start(file.name, file.data, _FIRST_VOXEL) if zipped else file.data[:_FIRST_VOXEL]
    if len(start) < _FIRST_VOXEL:
        raise UnreadableFileError(f"{file.name} ends inside its header: it was cut off. Copy or download it again.")
    return open_volume(file, _header(file.name, start), limits, "gzip" if zipped else "raw", 0, _SLACK)


def _header(name: str, start: bytes) -> VolumeHeader:
    placed = struct.unpack_from(">h", start, 28)[0]
    header = MGHHeader(start, check=False)
    if (version := int(header["version"])) != 1:
        raise damaged(name, "MGH", f"its version {version} is unknown")
    sizes = tuple(int(n) for n in header["dims"])
    check_sizes(name, "MGH", sizes)
    kept, frame_axis = axes_of(name, sizes)
    if (kind := int(header["type"])) not in _TYPES:
        raise UnsupportedFileError(
            f"{name} holds voxels of MGH data type {kind}. Export the scan as whole or decimal numbers."
        )
    if not placed:
        header["Mdc"] = _CORONAL
    with np.errstate(all="ignore"):
        affine = np.array(header.get_affine(), np.float64)
    return VolumeHeader(
        sizes=kept,
        frame_axis=frame_axis,
        dtype=header.get_data_dtype(),
        affine=sound_affine(name, "MGH", affine),
        offset=_FIRST_VOXEL,
        notes=() if placed else (_unplaced(name),),
    )


def _unplaced(name: str) -> str:
    return (
        f"{last_piece(name)} does not say how it lies in the patient: coronal slices and voxels of 1 mm are assumed, "
        "as FreeSurfer does."
    )
