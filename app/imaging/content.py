"""What a file is by its content; its name has no say."""

from typing import Literal

from app.errors import UnreadableFileError, UnsupportedFileError
from app.imaging.dicom_start import START_BYTES, is_dicom
from app.imaging.files import ScanFile
from app.imaging.gzipped import is_gzip, unpack_start
from app.imaging.metaimage import is_metaimage
from app.imaging.mgh import is_mgh
from app.imaging.nifti_header import header_size
from app.imaging.nrrd_file import is_nrrd

READ = (
    "Read are DICOM, NIfTI (.nii, .nii.gz), NRRD, MetaImage (.mha), MGH (.mgh, .mgz), PNG, JPG, TIFF and zip archives."
)
Kind = Literal["nifti", "picture", "dicom", "nrrd", "metaimage", "mgh", "zip"]

_PICTURES = (
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",
    *(b"II*\0", b"MM\0*"),
    *(b"II+\0", b"MM\0+"),  # BigTIFF
)
_ZIPS = (b"PK\x03\x04", b"PK\x05\x06")
_OTHERS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"Rar!", "a RAR archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (0, b"BZh", "a bzip2 archive"),
    (0, b"\xfd7zXZ\0", "an xz archive"),
    (0, b"%PDF", "a PDF document"),
    (0, b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (512, b"\x89HDF\r\n\x1a\n", "a MATLAB 7.3 file"),
    (0, b"MATLAB", "a MATLAB file"),
    (0, b"PK\x07\x08", "a zip archive in several pieces"),
    (0, b"\x93NUMPY", "a NumPy file"),
    (0, b"GIF8", "a GIF picture"),
    (0, b"BM", "a BMP picture"),
    (8, b"WEBP", "a WebP picture"),
    (4, b"ftyp", "a HEIC, AVIF or video file"),
)


def kind_of(file: ScanFile) -> Kind:
    """Which reader a file is for.

    Raises UnreadableFileError when it is empty, damaged or nothing known, UnsupportedFileError when it is sound but of
    another kind.
    """
    if not file.data:
        raise UnreadableFileError(f"{file.name} is empty (0 bytes). Copy or download it again.")
    if file.data.startswith(_PICTURES):
        return "picture"
    if file.data.startswith(_ZIPS):
        return "zip"
    zipped = is_gzip(file.data)
    start = unpack_start(file.name, file.data, START_BYTES) if zipped else file.data[:START_BYTES]
    kind = _volume(start, zipped)
    if kind is not None:
        return kind
    other = next((what for at, magic, what in _OTHERS if start[at:].startswith(magic)), None)
    if zipped:
        inside = other or "something other than a volume"
        raise UnsupportedFileError(f"{file.name} is compressed with gzip, and holds {inside}. {READ}")
    if other:
        raise UnsupportedFileError(f"{file.name} is {other}, which is not read. {READ}")
    raise UnreadableFileError(f"{file.name} is of no kind that is known here, whatever its name says. {READ}")


def _volume(start: bytes, zipped: bool) -> Kind | None:
    if header_size(start):
        return "nifti"
    if is_mgh(start):
        return "mgh"
    if zipped:
        return None
    if is_nrrd(start):
        return "nrrd"
    if is_metaimage(start):
        return "metaimage"
    return "dicom" if is_dicom(start) else None
