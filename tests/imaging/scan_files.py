"""Files for the tests of this folder, made in memory."""

import gzip
from collections.abc import Iterable
from io import BytesIO

import nibabel
import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from app.imaging import ScanFile

LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
"""The affine of a file whose axes are x, y, z of the canonical volume, 1 mm."""


def asymmetric(*shape: int) -> NDArray[np.int16]:
    """0, 1, 2, … in C order: no two voxels alike."""
    return np.arange(np.prod(shape), dtype=np.int16).reshape(shape)


def nifti(
    data: ArrayLike, affine: NDArray[np.float64] | None = LPS, version: int = 1, order: str = "<", **fields: object
) -> bytes:
    """A NIfTI file; `fields` are set in the header last, as they are."""
    voxels = np.asarray(data)
    kind = {1: nibabel.Nifti1Image, 2: nibabel.Nifti2Image}[version]
    header = kind.header_class(endianness=order)
    header.set_data_dtype(voxels.dtype)
    packed = bytearray(kind(voxels, affine, header).to_bytes())
    start = packed[: header.sizeof_hdr]
    written = kind.header_class(bytes(start), order, check=False)
    for name, value in fields.items():
        written[name] = value
    packed[: header.sizeof_hdr] = written.binaryblock
    return bytes(packed)


def scan(name: str, data: ArrayLike, affine: NDArray[np.float64] | None = LPS, **options: object) -> ScanFile:
    """A NIfTI file under a name, gzipped where the name says so."""
    packed = nifti(data, affine, **options)  # type: ignore[arg-type]
    return ScanFile(name, gzip.compress(packed) if name.endswith(".gz") else packed)


def picture(name: str, pixels: NDArray[np.generic] | Image.Image, kind: str = "", **options: object) -> ScanFile:
    """A picture under a name, of the kind that its name or `kind` says."""
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    packed = BytesIO()
    image.save(packed, kind or {"png": "PNG", "jpg": "JPEG", "tif": "TIFF"}[name[-3:]], **options)
    return ScanFile(name, packed.getvalue())


def pages(name: str, images: Iterable[NDArray[np.generic]]) -> ScanFile:
    """A TIFF with a page an image."""
    first, *others = map(Image.fromarray, images)
    return picture(name, first, save_all=True, append_images=others)
