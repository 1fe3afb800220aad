"""PNG, JPG and TIFF as arrays of pixels, by Pillow.

The orientation tag of EXIF is left alone: row and column are those of the stored pixels, so a mask that is written back
fits them. Alpha is dropped.
"""

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.errors import LimitError, UnreadableFileError, UnsupportedFileError
from app.imaging.files import ScanFile
from app.imaging.limits import Limits, check_grid
from app.imaging.naming import Name, parse
from app.imaging.picture_structure import check_structure

_FORMATS = ("PNG", "JPEG", "TIFF")
_ERRORS = (OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, OverflowError, struct.error)
"""What Pillow raises on damaged content (UnidentifiedImageError is an OSError)."""
_COLOUR = {"P": "RGBA", "PA": "RGBA", "RGBA": "RGB", "RGBX": "RGB", "CMYK": "RGB", "YCbCr": "RGB"}
"""Colour modes, and what Pillow turns each one into."""


@dataclass(frozen=True, eq=False)
class PictureFile:
    """A picture of which the header was read."""

    file: ScanFile
    name: Name
    rows: int
    columns: int
    pages: int
    """Pages of a TIFF, which are the slices of a stack; 1 for every other picture."""


def open_picture(file: ScanFile, limits: Limits) -> PictureFile:
    """Read the headers of a picture and of its pages.

    Raises UnreadableFileError when it is damaged, UnsupportedFileError when its pages differ in size, and LimitError
    when it has too many pixels.
    """
    check_structure(file.name, file.data)
    with _opened(file) as image:
        columns, rows = image.size
        pages = _count_pages(file.name, image, limits)
    return PictureFile(file, parse(file.name), rows, columns, pages)


def decode(picture: PictureFile) -> NDArray[np.generic]:
    """The pixels of all pages, as stored: `(pages, rows, columns)` grey of 8, 16 or 32 bit, or
    `(pages, rows, columns, 3)` uint8 in colour. Raises UnreadableFileError and UnsupportedFileError.
    """
    name = picture.file.name
    pages = []
    with _opened(picture.file) as image:
        for page in range(picture.pages):
            image.seek(page)
            pages.append(_pixels(name, image))
    if len({(page.shape, page.dtype) for page in pages}) > 1:
        raise UnsupportedFileError(f"{name} has pages of different kinds. Save its slices as pictures of one kind.")
    return np.stack(pages)


@contextmanager
def _opened(file: ScanFile) -> Iterator[Image.Image]:
    """A picture of which Pillow has read the header; its errors in here become ours, its warnings are not for users."""
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module=r"PIL\.")
            with Image.open(BytesIO(file.data), formats=_FORMATS) as image:
                yield image
    except Image.DecompressionBombError as e:
        raise LimitError(f"{file.name} has far too many pixels for a slice of a scan. Crop or resample it.") from e
    except _ERRORS as e:
        raise UnreadableFileError(
            f"{file.name} is a picture that is cut off or damaged. Copy it again or save it anew."
        ) from e


def _count_pages(name: str, image: Image.Image, limits: Limits) -> int:
    columns, rows = image.size
    check_grid(name, (rows, columns), limits)
    if image.format != "TIFF":
        return 1
    pages = 1
    while True:
        try:
            image.seek(pages)
        except EOFError:
            return pages
        if image.size != (columns, rows):
            raise UnsupportedFileError(f"{name} has pages of different sizes. Save the slices of the scan alone.")
        pages += 1
        check_grid(name, (pages, rows, columns), limits)


def _pixels(name: str, image: Image.Image) -> NDArray[np.generic]:
    if image.mode in _COLOUR:
        return np.asarray(image.convert(_COLOUR[image.mode]))[..., :3]
    if image.mode == "LA":
        return np.asarray(image)[..., 0]
    if image.mode == "1":
        return np.asarray(image).astype(np.uint8)
    if image.mode in ("L", "I", "F", "RGB") or image.mode.startswith("I;16"):
        pixels = np.asarray(image)
        return pixels.astype(pixels.dtype.newbyteorder("="), copy=False)
    raise UnsupportedFileError(f"{name} has pixels of kind {image.mode}. Save it as 8 or 16 bit grey.")
