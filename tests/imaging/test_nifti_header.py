import numpy as np
import pytest
from scan_files import asymmetric, nifti

from app.errors import UnreadableFileError, UnsupportedFileError
from app.imaging.nifti_header import header_size, read_header

CUBE = asymmetric(5, 4, 3)


def test_sound_header() -> None:
    header = read_header("a.nii", nifti(CUBE, order=">", version=2))

    assert (header.shape, header.volumes, header.offset, header.size) == ((5, 4, 3), 1, 544, 544 + 120)
    assert header.dtype == np.dtype(">i2")
    assert not header.affine.flags.writeable


@pytest.mark.parametrize(
    ("start", "size"), [(b"\x5c\x01\0\0", 348), (b"\0\0\x02\x1c", 540), (b"\x89PNG", None), (b"", None)]
)
def test_size_tells_nifti_apart(start: bytes, size: int | None) -> None:
    assert header_size(start) == size


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((5, 12), r"^a\.nii is 2-D \(5 x 12\)\. Give a 3-D scan, or the slice as PNG"),
        ((60,), r"^a\.nii is 1-D \(60\)"),
        ((2, 2, 1, 2, 2), r"^a\.nii holds 4 volumes along 2 axes \(2 x 2 x 1 x 2 x 2\)\. Read are one 3-D scan, or"),
    ],
)
def test_other_shapes(shape: tuple[int, ...], message: str) -> None:
    with pytest.raises(UnsupportedFileError, match=message):
        read_header("a.nii", nifti(np.zeros(shape, np.int16)))


@pytest.mark.parametrize(
    ("dtype", "message"),
    [
        (np.complex64, r"complex numbers \(NIfTI data type 32\)"),
        (np.complex128, r"complex numbers \(NIfTI data type 1792\)"),
    ],
)
def test_voxels_that_are_not_grey(dtype: np.dtype[np.void], message: str) -> None:
    with pytest.raises(UnsupportedFileError, match=rf"^a\.nii holds {message} .* as whole or decimal numbers"):
        read_header("a.nii", nifti(np.zeros((5, 4, 3), dtype)))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"dim": [3, 5, -4, 3, 1, 1, 1, 1]}, r"its axes are given as \[3, 5, -4, 3"),
        ({"dim": [3, 5, 0, 3, 1, 1, 1, 1]}, r"its axes are given as"),
        ({"dim": [9, 5, 4, 3, 1, 1, 1, 1]}, r"its axes are given as"),
        ({"datatype": 77}, "its data type 77 is unknown"),
        ({"vox_offset": 40}, "start at byte 40, inside the header"),
        ({"vox_offset": np.nan}, "start at byte nan"),
        ({"scl_slope": 2, "scl_inter": np.inf}, "invalid intercept inf"),
        ({"srow_x": [0, 0, 0, 0]}, "affine has a voxel size of 0"),
        ({"srow_x": [0, -1, 0, 0]}, "a direction twice"),
        ({"srow_x": [np.nan, 0, 0, 0]}, "not a number"),
        ({"srow_x": [1e30, 0, 0, 0]}, "affine has"),
        ({"sform_code": 0, "qform_code": 0, "pixdim": [1, 1, 1, 0, 0, 0, 0, 0]}, "affine has a voxel size of 0"),
        ({"sform_code": 0, "qform_code": 1, "pixdim": [1, 1, 1, 0, 0, 0, 0, 0]}, "affine has a voxel size of 0"),
        ({"sform_code": 0, "qform_code": 1, "pixdim": [1, 1, -1, 1, 0, 0, 0, 0]}, "should be positive"),
        ({"sform_code": 0, "qform_code": 1, "quatern_b": 3}, "should be positive"),
    ],
)
def test_damaged_fields(fields: dict[str, object], message: str) -> None:
    with pytest.raises(UnreadableFileError, match=rf"^a\.nii has a damaged NIfTI header: .*{message}.*Export it again"):
        read_header("a.nii", nifti(CUBE, **fields))  # type: ignore[arg-type]


def test_cut_off() -> None:
    with pytest.raises(UnreadableFileError, match=r"^a\.nii ends inside its header"):
        read_header("a.nii", nifti(CUBE)[:347])


def test_pair_of_files() -> None:
    with pytest.raises(UnsupportedFileError, match=r"pair of \.hdr and \.img files\. Convert them to one \.nii file"):
        read_header("a.hdr", nifti(CUBE, magic=b"ni1"))


def test_analyze() -> None:
    with pytest.raises(UnsupportedFileError, match=r"^a\.hdr is an Analyze 7\.5 file"):
        read_header("a.hdr", nifti(CUBE, magic=b""))
