import bz2
import gzip
from io import BytesIO
from pathlib import Path

import nrrd
import numpy as np
import pytest
from numpy.typing import NDArray
from scan_files import asymmetric
from volume_files import DIRECTIONS, in_file_order, itk_affine, itk_file, itk_image, nrrd_file

from app.errors import InputError, LimitError, UnreadableFileError, UnsupportedFileError
from app.imaging import LIMITS, ScanFile
from app.imaging.nrrd_file import is_nrrd, open_nrrd

CUBE = asymmetric(5, 4, 3)


@pytest.mark.parametrize("direction", DIRECTIONS.values(), ids=DIRECTIONS)
@pytest.mark.parametrize("packed", [True, False])
def test_place_as_simpleitk_has_it(tmp_path: Path, direction: NDArray[np.float64], packed: bool) -> None:
    image = itk_image(CUBE.transpose(2, 1, 0), direction)

    opened = open_nrrd(itk_file(tmp_path, "a.nrrd", image, packed), LIMITS)

    np.testing.assert_array_equal(in_file_order(opened), CUBE)
    assert opened.source.affine == pytest.approx(itk_affine(image), abs=1e-6)
    assert opened.notes == ()


@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"])
@pytest.mark.parametrize("endian", ["little", "big"])
@pytest.mark.parametrize("encoding", ["raw", "gzip", "bzip2", "ascii"])
def test_types_and_encodings_as_pynrrd_writes_them(dtype: str, endian: str, encoding: str) -> None:
    voxels = CUBE.astype(dtype)
    packed = BytesIO()
    if endian == "big":
        voxels = voxels.astype(voxels.dtype.newbyteorder(">"))
    header = {"space": "RAS", "space directions": np.diag([1, 2, 3]), "encoding": encoding, "endian": endian}
    nrrd.write(packed, voxels, header)

    opened = open_nrrd(ScanFile("a.nrrd", packed.getvalue()), LIMITS)

    np.testing.assert_array_equal(in_file_order(opened), CUBE)
    assert opened.spacing == (3, 2, 1)


REFUSED: list[tuple[list[str], type[InputError], str]] = [
    (["data file:/etc/passwd"], UnsupportedFileError, "is a header alone: its voxels are in another file"),
    (["datafile:LIST"], UnsupportedFileError, "is a header alone"),
    (["byte skip:-1"], UnsupportedFileError, "has other bytes before its voxels"),
    (["line skip:3"], UnsupportedFileError, "has other bytes before its voxels"),
    (["encoding:hex"], UnsupportedFileError, "hexadecimal text"),
    (["encoding:zip"], UnreadableFileError, "does not give a known encoding"),
    (["type:block"], UnsupportedFileError, "holds records"),
    (["type:quaternion"], UnreadableFileError, "does not give a known type"),
    (["endian:"], UnreadableFileError, "which byte comes first"),
    (["sizes:5 4"], UnreadableFileError, "sizes of its axes are missing or too few"),
    (["dimension:300", "sizes:" + "1 " * 300], UnreadableFileError, "its axes are given as 1 x 1 x [1 x]{70,}"),
    (["sizes:5 4 0"], UnreadableFileError, "its axes are given as 5 x 4 x 0"),
    (["sizes:5 4 -3"], UnreadableFileError, "its axes are given as"),
    (["sizes:5 4 nan"], UnreadableFileError, "its axes are given as"),
    (["sizes:5 4 1e400"], UnreadableFileError, "its axes are given as"),
    (["sizes:5 4 three"], UnreadableFileError, "a line of it cannot be read"),
    (["sizes:" + "9" * 5000], UnreadableFileError, "damaged NRRD header"),
    (["dimension:2", "sizes:5 4"], UnsupportedFileError, r"is 2-D \(5 x 4\)"),
    (["sizes:5000 4 3"], LimitError, "holds 5000 x 4 x 3 voxels"),
    (["space directions:"], UnsupportedFileError, "does not say how large its voxels are"),
    (["space directions:(1,0,0) (0,1,0)"], UnreadableFileError, "not given for each of its axes"),
    (["space directions:(1,0,0) (0,1,0) none"], UnsupportedFileError, "has 2 axes of space among 3"),
    (["space directions:none none none"], UnsupportedFileError, "has 0 axes of space among 3"),
    (["space directions:(1,0) (0,1) (1,1)"], UnsupportedFileError, "not in 3 dimensions"),
    (["space directions:(1,0,0) (0,1,0) (1,1,0)"], UnreadableFileError, "a direction twice"),
    (["space directions:(1,0,0) (0,1,0) (0,0,0)"], UnreadableFileError, "a voxel size of 0"),
    (["space directions:(1,0,0) (0,1,0) (nan,0,1)"], UnreadableFileError, "not a number"),
    (["space directions:(1,0,0) (0,1,0) 7"], UnreadableFileError, "a line of it cannot be read"),
    (["space origin:(1,2,inf)"], UnreadableFileError, "not a number"),
    (["space origin:(1,2)"], UnsupportedFileError, "not in 3 dimensions"),
    (["space units:" + "a" * 5000], UnreadableFileError, "a line of it is far too long"),
    (["kinds:domain domain"], UnreadableFileError, "not given for each of its axes"),
]


@pytest.mark.parametrize(("lines", "error", "message"), REFUSED)
def test_headers_that_are_not_read(lines: list[str], error: type[InputError], message: str) -> None:
    with pytest.raises(error, match=rf"^a\.nrrd .*{message}") as caught:
        open_nrrd(nrrd_file(CUBE, *lines), LIMITS)
    assert type(caught.value) is error
    assert "passwd" not in str(caught.value)


def test_lines_that_end_as_on_windows() -> None:
    text, _, voxels = nrrd_file(CUBE).data.partition(b"\n\n")
    file = ScanFile("a.nrrd", text.replace(b"\n", b"\r\n") + b"\r\n\r\n" + voxels)

    np.testing.assert_array_equal(in_file_order(open_nrrd(file, LIMITS)), CUBE)


def test_a_field_twice() -> None:
    sound = nrrd_file(CUBE).data.replace(b"encoding", b"type: uint8\nencoding")
    with pytest.raises(UnreadableFileError, match="a line of it cannot be read, or stands there twice"):
        open_nrrd(ScanFile("a.nrrd", sound), LIMITS)


@pytest.mark.parametrize("line", [b"labels: " + b"a" * 10**6, b"type:=a pair of key and value", b"no field"])
def test_lines_that_do_not_count(line: bytes) -> None:
    """pynrrd would take 13 seconds to split the first."""
    file = nrrd_file(CUBE).data.replace(b"encoding", line + b"\nencoding")

    np.testing.assert_array_equal(in_file_order(open_nrrd(ScanFile("a.nrrd", file), LIMITS)), CUBE)


def test_a_header_cut_off_or_endless() -> None:
    whole = nrrd_file(CUBE).data
    with pytest.raises(UnreadableFileError, match="damaged NRRD header"):
        open_nrrd(ScanFile("a.nrrd", b"\n\n" + whole), LIMITS)
    with pytest.raises(UnreadableFileError, match="ends inside its header"):
        open_nrrd(ScanFile("a.nrrd", whole[: whole.index(b"\n\n")]), LIMITS)
    with pytest.raises(UnreadableFileError, match="no blank line ends it"):
        open_nrrd(ScanFile("a.nrrd", b"NRRD0005\n" + b"# no end\n" * 200_000), LIMITS)


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [("raw", bytes), ("gzip", gzip.compress), ("bzip2", bz2.compress), ("text", lambda data: b" 1" * len(data))],
)
def test_voxels_cut_off(encoding: str, pack: "type[bytes]") -> None:
    voxels = CUBE.astype(np.uint8)
    whole = pack(voxels.tobytes(order="F"))
    for data in (whole[:-2], pack(voxels.tobytes()[:-2])):
        opened = open_nrrd(nrrd_file(voxels, f"encoding:{encoding}", data=data), LIMITS)
        with pytest.raises(UnreadableFileError, match=r"^a\.nrrd (is damaged|ends before all the voxels)"):
            opened.read([0])


def test_magic() -> None:
    assert is_nrrd(b"NRRD0005\n")
    assert not is_nrrd(b"NRRE0005\n")
