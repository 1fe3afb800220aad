"""MetaImage with its voxels in the same file, .mha (itk.org/Wiki/ITK/MetaIO/Documentation).

A parser of its own: readers of the format, such as SimpleITK, want the path of a file, follow the one that the header
names, and unpack whatever comes.
"""

import numpy as np

from app.errors import UnreadableFileError, UnsupportedFileError
from app.imaging.files import ScanFile
from app.imaging.limits import Limits
from app.imaging.parts import Container
from app.imaging.unpacking import Packing
from app.imaging.volume_file import open_volume
from app.imaging.volume_header import VolumeHeader, affine_from_lps, axes_of, check_sizes, damaged, sound_affine

_FIRST_KEYS = (b"ObjectType", b"NDims")
_HEADER_BYTES = 64 * 1024
_NUMPY = {
    "CHAR": "i1",
    "UCHAR": "u1",
    "SHORT": "i2",
    "USHORT": "u2",
    "INT": "i4",
    "UINT": "u4",
    "LONG": "i4",
    "ULONG": "u4",
    "LONG_LONG": "i8",
    "ULONG_LONG": "u8",
    "FLOAT": "f4",
    "DOUBLE": "f8",
}
"""NumPy types of `ElementType`; a long has 4 bytes here."""
_TRANSFORMS = ("TransformMatrix", "Rotation", "Orientation")
_ORIGINS = ("Offset", "Position", "Origin")
_ORDERS = ("BinaryDataByteOrderMSB", "ElementByteOrderMSB")
_COLOURS = (3, 4)

Fields = dict[str, str]


def is_metaimage(start: bytes) -> bool:
    """Whether content that starts so is MetaImage, .mha or .mhd."""
    key, equals, _ = start[:80].partition(b"=")
    return bool(equals) and key.strip() in _FIRST_KEYS


def open_metaimage(file: ScanFile, limits: Limits) -> Container:
    """Read the header of a file.

    Raises UnreadableFileError when it is damaged, UnsupportedFileError when it is of a shape or type that is not read
    or has its voxels in another file, and LimitError when it promises too much.
    """
    fields, start = _fields(file)
    if fields["ElementDataFile"].upper() != "LOCAL":
        raise UnsupportedFileError(
            f"{file.name} is a header alone: its voxels are in another file. Save the scan as one .mha file."
        )
    header = _header(file.name, fields)
    return open_volume(file, header, limits, _packing(file.name, fields), start)


def _fields(file: ScanFile) -> tuple[Fields, int]:
    """Keys and values, and where the voxels start; `ElementDataFile` is the last key."""
    fields: Fields = {}
    start = 0
    while "ElementDataFile" not in fields:
        end = file.data.find(b"\n", start, _HEADER_BYTES)
        if end < 0:
            if len(file.data) < _HEADER_BYTES:
                raise UnreadableFileError(
                    f"{file.name} ends inside its header: it was cut off. Copy or download it again."
                )
            raise damaged(file.name, "MetaImage", "it does not name where the voxels are")
        key, equals, value = file.data[start:end].decode("latin-1").partition("=")
        if not equals or key.strip() in fields:
            raise damaged(file.name, "MetaImage", "a line of it cannot be read, or stands there twice")
        fields[key.strip()] = value.strip()
        start = end + 1
    return fields, start


def _packing(name: str, fields: Fields) -> Packing:
    if _flag(fields, "CompressedData"):
        return "zlib"
    return "raw" if _flag(fields, "BinaryData") else "text"


def _header(name: str, fields: Fields) -> VolumeHeader:
    sizes = tuple(int(n) for n in _numbers(name, fields, "DimSize"))
    check_sizes(name, "MetaImage", sizes)
    if _numbers(name, fields, "NDims") != [len(sizes)]:
        raise damaged(name, "MetaImage", "the sizes of its axes are missing or too few")
    kept, frame_axis = axes_of(name, sizes)
    dtype = _dtype(name, fields)
    channels = int(([*_numbers(name, fields, "ElementNumberOfChannels"), 1])[0])
    if channels < 1 or (channels > 1 and frame_axis is not None):
        raise UnsupportedFileError(f"{name} holds several volumes of {channels} numbers a voxel. Give one of them.")
    return VolumeHeader(
        sizes=(channels, *kept) if channels > 1 else kept,
        frame_axis=0 if channels > 1 else frame_axis,
        dtype=dtype,
        affine=_affine(name, fields, len(sizes)),
        colour=channels in _COLOURS and dtype == np.uint8,
    )


def _affine(name: str, fields: Fields, dimensions: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """`(4, 4)`, file voxel to RAS mm. A row of the matrix is the direction of an axis in LPS."""
    spacing = _numbers(name, fields, "ElementSpacing", "ElementSize")
    if not spacing:
        raise UnsupportedFileError(f"{name} does not say how large its voxels are. Save it with its voxel size.")
    matrix = _numbers(name, fields, *_TRANSFORMS) or list(np.eye(dimensions).ravel())
    origin = _numbers(name, fields, *_ORIGINS) or [0.0] * dimensions
    if (len(spacing), len(matrix), len(origin)) != (dimensions, dimensions**2, dimensions) or min(spacing[:3]) <= 0:
        raise damaged(name, "MetaImage", "its voxel size, directions or origin are not given for each of its axes")
    rows = np.reshape(matrix, (dimensions, dimensions))[:3, :3]
    return sound_affine(name, "MetaImage", affine_from_lps(rows.T * spacing[:3], np.array(origin[:3])))


def _dtype(name: str, fields: Fields) -> np.dtype[np.generic]:
    stored = fields.get("ElementType", "").removeprefix("MET_").removesuffix("_ARRAY")
    if stored not in _NUMPY:
        raise damaged(name, "MetaImage", "it does not give a known type (ElementType)")
    if _packing(name, fields) == "text":
        return np.dtype(np.float32)
    return np.dtype((">" if any(_flag(fields, key) for key in _ORDERS) else "<") + _NUMPY[stored])


def _flag(fields: Fields, key: str) -> bool:
    return fields.get(key, "")[:1].upper() in ("T", "1")


def _numbers(name: str, fields: Fields, *keys: str) -> list[float]:
    """The numbers of the first of the keys that is there; none without one."""
    text = next((fields[key] for key in keys if key in fields), "")
    try:
        numbers = [float(word) for word in text.split()]
        if not np.isfinite(numbers).all():
            raise ValueError("A header holds finite numbers.")
    except ValueError as e:
        raise damaged(name, "MetaImage", f"its {keys[0]} is not a list of numbers") from e
    return numbers
