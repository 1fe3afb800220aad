from pathlib import Path

import numpy as np
import pytest
import SimpleITK
from numpy.typing import NDArray
from scan_files import asymmetric
from volume_files import DIRECTIONS, in_file_order, itk_affine, itk_file, itk_image, mha_file, zlibbed

from app.errors import InputError, LimitError, UnreadableFileError, UnsupportedFileError
from app.imaging import LIMITS, ScanFile
from app.imaging.metaimage import is_metaimage, open_metaimage

CUBE = asymmetric(5, 4, 3)


@pytest.mark.parametrize("direction", DIRECTIONS.values(), ids=DIRECTIONS)
@pytest.mark.parametrize("packed", [True, False])
def test_place_as_simpleitk_has_it(tmp_path: Path, direction: NDArray[np.float64], packed: bool) -> None:
    image = itk_image(CUBE.transpose(2, 1, 0), direction)

    opened = open_metaimage(itk_file(tmp_path, "a.mha", image, packed), LIMITS)

    np.testing.assert_array_equal(in_file_order(opened), CUBE)
    assert opened.source.affine == pytest.approx(itk_affine(image), abs=1e-6)


@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"])
@pytest.mark.parametrize("packed", [True, False])
def test_types_as_simpleitk_writes_them(tmp_path: Path, dtype: str, packed: bool) -> None:
    image = itk_image(CUBE.transpose(2, 1, 0).astype(dtype), np.eye(3))

    opened = open_metaimage(itk_file(tmp_path, "a.mha", image, packed), LIMITS)

    np.testing.assert_array_equal(in_file_order(opened), CUBE)
    assert opened.spacing == (3, 0.75, 0.5)


def test_what_is_made_by_hand_is_read_by_simpleitk_alike(tmp_path: Path) -> None:
    """With the older names of the keys, a long of 4 bytes, and the high byte first."""
    file = mha_file(
        CUBE,
        "ElementType = MET_LONG",
        "ElementSpacing = 1 2 3",
        "Rotation = 0 0 1 1 0 0 0 1 0",
        "Position = 4 5 6",
        "ElementByteOrderMSB = True",
        data=CUBE.astype(">i4").tobytes(order="F"),
    )
    (tmp_path / "a.mha").write_bytes(file.data)
    image = SimpleITK.ReadImage(str(tmp_path / "a.mha"))

    opened = open_metaimage(file, LIMITS)

    np.testing.assert_array_equal(in_file_order(opened), SimpleITK.GetArrayFromImage(image).transpose(2, 1, 0))
    assert opened.source.affine == pytest.approx(itk_affine(image))
    assert opened.source.affine == pytest.approx(np.array([[0, -2, 0, -4], [0, 0, -3, -5], [1, 0, 0, 6], [0, 0, 0, 1]]))


def test_text() -> None:
    data = " ".join(map(str, CUBE.ravel(order="F"))).encode()

    np.testing.assert_array_equal(
        in_file_order(open_metaimage(mha_file(CUBE, "BinaryData = False", data=data), LIMITS)), CUBE
    )


def test_volumes_are_the_fourth_axis_or_the_channels(tmp_path: Path) -> None:
    data = asymmetric(5, 4, 3, 2)
    fourth = open_metaimage(mha_file(data), LIMITS)
    vector = itk_image(data.transpose(2, 1, 0, 3), np.eye(3), vector=True)
    channels = open_metaimage(itk_file(tmp_path, "a.mha", vector), LIMITS)

    for opened in (fourth, channels):
        assert [part.label for part in opened.parts] == ["a.mha · volume 1 of 2", "a.mha · volume 2 of 2"]
        for index in (0, 1):
            np.testing.assert_array_equal(in_file_order(opened, index), data[..., index])


@pytest.mark.parametrize("channels", [3, 4])
def test_three_or_four_channels_of_8_bit_are_colours(channels: int) -> None:
    data = np.random.default_rng(1).integers(0, 255, (channels, 5, 4, 3), np.uint8)
    lines = f"ElementNumberOfChannels = {channels}", "NDims = 3", "DimSize = 5 4 3", "ElementSpacing = 1 1 1"

    opened = open_metaimage(mha_file(data, *lines), LIMITS)

    assert [part.role for part in opened.parts] == ["T1", "FLAIR", "T1ce"]
    np.testing.assert_array_equal(in_file_order(opened, 2), data[2])


REFUSED: list[tuple[list[str], type[InputError], str]] = [
    (["ElementDataFile = a.raw"], UnsupportedFileError, "is a header alone: its voxels are in another file"),
    (["ElementDataFile = /etc/passwd"], UnsupportedFileError, "is a header alone"),
    (["ElementDataFile = LIST"], UnsupportedFileError, "is a header alone"),
    (["ElementType = MET_NONE"], UnreadableFileError, "does not give a known type"),
    (["ElementType = "], UnreadableFileError, "does not give a known type"),
    (["ElementSpacing = "], UnsupportedFileError, "does not say how large its voxels are"),
    (["ElementSpacing = 1 1"], UnreadableFileError, "not given for each of its axes"),
    (["ElementSpacing = 1 1 0"], UnreadableFileError, "not given for each of its axes"),
    (["ElementSpacing = 1 1 -1"], UnreadableFileError, "not given for each of its axes"),
    (["ElementSpacing = 1 1 nan"], UnreadableFileError, "ElementSpacing is not a list of numbers"),
    (["TransformMatrix = 1 0 0 0"], UnreadableFileError, "not given for each of its axes"),
    (["TransformMatrix = 1 0 0 0 1 0 0 1 0"], UnreadableFileError, "a direction twice"),
    (["Offset = 1 2 inf"], UnreadableFileError, "is not a list of numbers"),
    (["DimSize = 5 4"], UnsupportedFileError, r"is 2-D \(5 x 4\)"),
    (["DimSize = "], UnreadableFileError, "its axes are given as none"),
    (["NDims = 9000", "DimSize = " + "1 " * 9000], UnreadableFileError, "its axes are given as 1 x 1 x [1 x]{70,}"),
    (["DimSize = 5 4 1e300"], UnreadableFileError, r"its axes are given as 5 x 4 x 1\d{70,71}\. "),
    (["DimSize = 5 4 0"], UnreadableFileError, "its axes are given as 5 x 4 x 0"),
    (["DimSize = 5 4 -3"], UnreadableFileError, "its axes are given as"),
    (["DimSize = 5 4 1e999"], UnreadableFileError, "is not a list of numbers"),
    (["DimSize = 5 4 three"], UnreadableFileError, "is not a list of numbers"),
    (["DimSize = 5000 4 3"], LimitError, "holds 5000 x 4 x 3 voxels"),
    (["NDims = 4"], UnreadableFileError, "the sizes of its axes are missing or too few"),
    (["ElementNumberOfChannels = 0"], UnsupportedFileError, "of 0 numbers a voxel"),
    (["ElementNumberOfChannels = 3000"], LimitError, "holds 3,000 volumes; at most 2,000 are read"),
]


@pytest.mark.parametrize(("lines", "error", "message"), REFUSED)
def test_headers_that_are_not_read(lines: list[str], error: type[InputError], message: str) -> None:
    with pytest.raises(error, match=rf"^a\.mha .*{message}") as caught:
        open_metaimage(mha_file(CUBE, *lines), LIMITS)
    assert type(caught.value) is error
    assert "passwd" not in str(caught.value)


@pytest.mark.parametrize(
    ("start", "message"),
    [
        (b"ObjectType = Image\nNDims = 3\n", "ends inside its header"),
        (b"ObjectType = Image\nNDims = 3\nNDims = 3\n", "stands there twice"),
        (b"ObjectType = Image\nno key\n", "cannot be read"),
        (b"ObjectType = Image\nComment = " + bytes(70_000), "does not name where the voxels are"),
    ],
)
def test_damaged_headers(start: bytes, message: str) -> None:
    with pytest.raises(UnreadableFileError, match=rf"^a\.mha .*{message}"):
        open_metaimage(ScanFile("a.mha", start), LIMITS)


@pytest.mark.parametrize("cut", [1, 8])
def test_voxels_cut_off(cut: int) -> None:
    for lines, whole in (([], CUBE.tobytes()), (["CompressedData = True"], zlibbed(CUBE))):
        opened = open_metaimage(mha_file(CUBE, *lines, data=whole[:-cut]), LIMITS)
        with pytest.raises(UnreadableFileError, match=r"^a\.mha (is damaged|ends before all the voxels)"):
            opened.read([0])


def test_magic() -> None:
    assert is_metaimage(b"ObjectType = Image\nNDims = 3")
    assert is_metaimage(b"NDims=3\n")
    assert not is_metaimage(b"ObjectTypes = Image")
    assert not is_metaimage(b"ObjectType")
