import gzip

import nibabel
import numpy as np
import pytest
from numpy.typing import NDArray
from scan_files import asymmetric
from volume_files import DIRECTIONS, LPS, in_file_order, mgh_bytes

from app.errors import InputError, LimitError, UnreadableFileError, UnsupportedFileError
from app.imaging import LIMITS, ScanFile
from app.imaging.mgh import is_mgh, open_mgh

CUBE = asymmetric(5, 4, 3)


@pytest.mark.parametrize("direction", DIRECTIONS.values(), ids=DIRECTIONS)
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int32, np.float32, np.uint16])
@pytest.mark.parametrize("name", ["a.mgh", "a.mgz"])
def test_place_and_types_as_nibabel_has_them(direction: NDArray[np.float64], dtype: type, name: str) -> None:
    affine = np.eye(4)
    affine[:3, :3] = direction * (0.5, 0.75, 3)
    affine[:3, 3] = (7, -11, 13)
    affine = LPS @ affine
    packed = mgh_bytes(CUBE.astype(dtype), affine)

    opened = open_mgh(ScanFile(name, gzip.compress(packed) if name.endswith("z") else packed), LIMITS)

    np.testing.assert_array_equal(in_file_order(opened), CUBE)
    assert opened.source.affine == pytest.approx(affine, abs=1e-5)
    assert opened.source.affine == pytest.approx(nibabel.MGHImage.from_bytes(packed).affine)
    assert opened.notes == ()


def test_frames() -> None:
    data = asymmetric(5, 4, 3, 2)

    opened = open_mgh(ScanFile("a.mgz", gzip.compress(mgh_bytes(data))), LIMITS)

    assert [part.label for part in opened.parts] == ["a.mgz · volume 1 of 2", "a.mgz · volume 2 of 2"]
    np.testing.assert_array_equal(in_file_order(opened, 1), data[..., 1])


def test_what_stands_behind_the_voxels_is_let_pass() -> None:
    packed = mgh_bytes(CUBE) + bytes(200_000)

    np.testing.assert_array_equal(in_file_order(open_mgh(ScanFile("a.mgz", gzip.compress(packed)), LIMITS)), CUBE)


def test_without_a_place_the_slices_are_coronal() -> None:
    opened = open_mgh(ScanFile("x/a.mgh", mgh_bytes(CUBE, goodRASFlag=0)), LIMITS)

    np.testing.assert_array_equal(opened.read([0])[0], CUBE.transpose(1, 2, 0)[::-1, ::-1])
    (note,) = opened.notes
    assert note.startswith("a.mgh does not say how it lies in the patient: coronal slices")


@pytest.mark.parametrize(
    ("fields", "error", "message"),
    [
        ({"version": 2}, UnreadableFileError, "its version 2 is unknown"),
        ({"dims": (5, 4, 0, 1)}, UnreadableFileError, "its axes are given as 5 x 4 x 0 x 1"),
        ({"dims": (5, -4, 3, 1)}, UnreadableFileError, "its axes are given as"),
        ({"dims": (2**31 - 1, 4, 3, 1)}, LimitError, "holds 2147483647 x 4 x 3 voxels"),
        ({"dims": (5, 4, 3, 2001)}, LimitError, "holds 2,001 volumes; at most 2,000 are read"),
        ({"type": 2}, UnsupportedFileError, "voxels of MGH data type 2"),
        ({"type": 77}, UnsupportedFileError, "voxels of MGH data type 77"),
        ({"delta": (1, 1, 0)}, UnreadableFileError, "voxel size of 0"),
        ({"delta": (1, 1, np.nan)}, UnreadableFileError, "not a number"),
        ({"Mdc": np.zeros((3, 3))}, UnreadableFileError, "voxel size of 0"),
        ({"Pxyz_c": (0, np.inf, 0)}, UnreadableFileError, "not a number"),
    ],
)
def test_headers_that_are_not_read(fields: dict[str, object], error: type[InputError], message: str) -> None:
    for pack in (bytes, gzip.compress):
        with pytest.raises(error, match=rf"^a\.mgz .*{message}"):
            open_mgh(ScanFile("a.mgz", pack(mgh_bytes(CUBE, **fields))), LIMITS)


@pytest.mark.parametrize("keep", [20, 283])
def test_header_cut_off(keep: int) -> None:
    for pack in (bytes, gzip.compress):
        with pytest.raises(UnreadableFileError, match="ends inside its header"):
            open_mgh(ScanFile("a.mgh", pack(mgh_bytes(CUBE)[:keep])), LIMITS)


def test_voxels_cut_off() -> None:
    opened = open_mgh(ScanFile("a.mgh", mgh_bytes(CUBE)[: 284 + 119]), LIMITS)
    with pytest.raises(UnreadableFileError, match="ends before all the voxels"):
        opened.read([0])


def test_magic() -> None:
    start = mgh_bytes(CUBE)
    assert is_mgh(start)
    assert is_mgh(mgh_bytes(CUBE, dims=(0, 4, 3, 1)))
    assert not is_mgh(start[:20])
    assert not is_mgh(mgh_bytes(CUBE, type=2**20))
    assert not is_mgh(b"\0\0\1\0" + start[4:])
