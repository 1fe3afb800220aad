import gzip
import struct

import numpy as np
import pytest
from scan_files import asymmetric, nifti, picture

from app.errors import UnreadableFileError, UnsupportedFileError
from app.imaging import ScanFile, read_study
from app.imaging.content import kind_of

GREY = np.arange(20, dtype=np.uint8).reshape(4, 5)


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("order", ["<", ">"])
def test_nifti(version: int, order: str) -> None:
    data = nifti(asymmetric(3, 4, 5), version=version, order=order)

    assert kind_of(ScanFile("a", data)) == "nifti"
    assert kind_of(ScanFile("a", gzip.compress(data))) == "nifti"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_pictures(kind: str) -> None:
    assert kind_of(picture("a", GREY, kind)) == "picture"


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (bytes(128) + b"DICM", "dicom"),
        (b"PK\x03\x04", "zip"),
        (b"PK\x05\x06", "zip"),
        (b"NRRD0004", "nrrd"),
        (b"ObjectType = Image\nNDims = 3", "metaimage"),
        (struct.pack(">7i", 1, 5, 4, 3, 1, 4, 0), "mgh"),
        (gzip.compress(struct.pack(">7i", 1, 5, 4, 3, 1, 4, 0)), "mgh"),
    ],
)
def test_by_how_it_starts(start: bytes, kind: str) -> None:
    assert kind_of(ScanFile("a.png", start)) == kind


def test_content_goes_before_the_name() -> None:
    """A picture or volume under a wrong name is read as what it is."""
    png = picture("a_t2.nii.gz", GREY, "PNG")
    plain = ScanFile("a_t2.nii.gz", nifti(asymmetric(3, 4, 5)))
    packed = ScanFile("a_t2.png", gzip.compress(nifti(asymmetric(3, 4, 5))))

    assert [read_study([file]).shape for file in (png, plain, packed)] == [(1, 4, 5), (5, 4, 3), (5, 4, 3)]


@pytest.mark.parametrize(
    ("start", "what"),
    [
        (b"%PDF-1.7", "a PDF document"),
        (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
        (b"MATLAB 7.3 MAT-file".ljust(512) + b"\x89HDF\r\n\x1a\n", "a MATLAB 7.3 file"),
        (b"GIF89a", "a GIF picture"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "a WebP picture"),
    ],
)
def test_other_kinds_are_named(start: bytes, what: str) -> None:
    with pytest.raises(UnsupportedFileError, match=rf"^a\.nii is {what}, which is not read\. Read are DICOM, NIfTI"):
        kind_of(ScanFile("a.nii", start))


@pytest.mark.parametrize(("inside", "what"), [(b"\x89HDF\r\n\x1a\n", "an HDF5 file"), (b"hello", "something")])
def test_gzip_of_something_else(inside: bytes, what: str) -> None:
    with pytest.raises(UnsupportedFileError, match=rf"^a\.nii\.gz is compressed with gzip, and holds {what}"):
        kind_of(ScanFile("a.nii.gz", gzip.compress(inside)))


def test_nothing_known() -> None:
    with pytest.raises(UnreadableFileError, match=r"^a\.nii\.gz is of no kind that is known here, whatever its name"):
        kind_of(ScanFile("a.nii.gz", b"<html>not found</html>"))


def test_empty() -> None:
    with pytest.raises(UnreadableFileError, match=r"^a\.nii is empty \(0 bytes\)\. Copy or download it again"):
        kind_of(ScanFile("a.nii", b""))


def test_gzip_cut_off_at_once() -> None:
    with pytest.raises(UnreadableFileError, match=r"^a\.nii\.gz is damaged"):
        kind_of(ScanFile("a.nii.gz", b"\x1f\x8b\x08"))
