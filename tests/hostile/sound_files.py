"""A small sound file of each format that is read: what is cut, altered and claimed to be another in these tests."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable

import case  # noqa: F401 - it names the folders of what follows
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scan_files import nifti

from app.imaging import ScanFile

SHAPE = (7, 9, 11)
"""Slices, rows, columns."""


def head(shape: tuple[int, ...] = SHAPE) -> NDArray[np.int16]:
    """An ellipsoid that is brighter to one side, with a little noise."""
    grid = np.stack(np.meshgrid(*(np.linspace(-1, 1, n) for n in shape), indexing="ij"))
    inside = (grid**2).sum(axis=0) < 0.9
    bright = 120 + 60 * grid[-1] + np.random.default_rng(5).integers(0, 20, shape)
    return np.where(inside, bright, 0).astype(np.int16)


def picture(kind: str, **options: object) -> bytes:
    packed = io.BytesIO()
    Image.fromarray(head((30, 34)).astype(np.uint8)).save(packed, kind, **options)
    return packed.getvalue()


def dicom(syntax: str) -> bytes:
    """A slice in the transfer syntax of this name, as pydicom has it; it is written there, or converted."""
    from dicom_files import dataset, packed
    from pydicom import uid

    chosen = getattr(uid, syntax)
    made = dataset(head((40, 36)).astype(np.uint16), SOPInstanceUID="1.2.3", SeriesDescription="AX FLAIR")
    return packed(made, None if chosen == uid.ExplicitVRLittleEndian else chosen)


def nrrd(encoding: str = "gzip", **fields: str) -> bytes:
    """NRRD 4 with its voxels behind the header."""
    k, j, i = SHAPE
    lines = {
        "type": "int16",
        "dimension": "3",
        "space": "left-posterior-superior",
        "sizes": f"{i} {j} {k}",
        "space directions": "(1,0,0) (0,1,0) (0,0,5)",
        "space origin": "(0,0,0)",
        "endian": "little",
        "encoding": encoding,
    } | {key.replace("_", " "): value for key, value in fields.items()}
    text = "NRRD0004\n" + "".join(f"{key}: {value}\n" for key, value in lines.items() if value) + "\n"
    voxels = head().astype("<i2").tobytes()
    return text.encode() + (gzip.compress(voxels, mtime=0) if encoding == "gzip" else voxels)


def metaimage(packed: bool = True, **fields: str) -> bytes:
    """MetaImage with its voxels behind the header."""
    k, j, i = SHAPE
    lines = {
        "ObjectType": "Image",
        "NDims": "3",
        "BinaryData": "True",
        "BinaryDataByteOrderMSB": "False",
        "CompressedData": str(packed),
        "ElementSpacing": "1 1 5",
        "DimSize": f"{i} {j} {k}",
        "ElementType": "MET_SHORT",
    } | fields
    lines["ElementDataFile"] = lines.pop("ElementDataFile", "LOCAL")
    text = "".join(f"{key} = {value}\n" for key, value in lines.items() if value)
    voxels = head().astype("<i2").tobytes()
    return text.encode() + (zlib.compress(voxels) if packed else voxels)


def mgh() -> bytes:
    from nibabel.freesurfer import MGHImage

    return bytes(MGHImage(head().astype(np.int32), np.diag([1.0, 1.0, 5.0, 1.0])).to_bytes())


def zipped(**files: bytes) -> bytes:
    """A zip; the names with two underscores for a dot."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name.replace("__", ".")), data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


SOUND: dict[str, tuple[str, Callable[[], bytes]]] = {
    "nifti": ("p_flair.nii", lambda: nifti(head())),
    "nifti-gz": ("p_flair.nii.gz", lambda: gzip.compress(nifti(head()), mtime=0)),
    "nifti-2": ("p_flair.nii", lambda: nifti(head(), version=2, order=">")),
    "png": ("slice.png", lambda: picture("PNG")),
    "jpg": ("slice.jpg", lambda: picture("JPEG")),
    "tif": ("slice.tif", lambda: picture("TIFF")),
    "tif-deflate": ("slice.tif", lambda: picture("TIFF", compression="tiff_adobe_deflate")),
    "dicom-explicit": ("IM1", lambda: dicom("ExplicitVRLittleEndian")),
    "dicom-implicit": ("IM1", lambda: dicom("ImplicitVRLittleEndian")),
    "dicom-big": ("IM1", lambda: dicom("ExplicitVRBigEndian")),
    "dicom-deflated": ("IM1", lambda: dicom("DeflatedExplicitVRLittleEndian")),
    "dicom-rle": ("IM1", lambda: dicom("RLELossless")),
    "dicom-jpeg-ls": ("IM1", lambda: dicom("JPEGLSLossless")),
    "dicom-j2k": ("IM1", lambda: dicom("JPEG2000Lossless")),
    "nrrd": ("p_flair.nrrd", lambda: nrrd()),
    "nrrd-raw": ("p_flair.nrrd", lambda: nrrd("raw")),
    "mha": ("p_flair.mha", lambda: metaimage()),
    "mha-raw": ("p_flair.mha", lambda: metaimage(packed=False)),
    "mgh": ("p_flair.mgh", mgh),
    "mgz": ("p_flair.mgz", lambda: gzip.compress(mgh(), mtime=0)),
    "zip": ("p.zip", lambda: zipped(p_flair__nii=nifti(head()), p_seg__nii=nifti((head() > 130).astype(np.uint8)))),
}
"""By the name of a format: a file's name, and its content."""


def sound(form: str) -> ScanFile:
    """The sound file of a format."""
    name, make = SOUND[form]
    return ScanFile(name, make())
