"""Where NRRD files lie in the patient, and which of their axes are of space; see `app.imaging.nrrd_axes`."""

import numpy as np
import pytest
from scan_files import asymmetric
from volume_files import in_file_order, nrrd_file

from app.errors import UnsupportedFileError
from app.imaging import LIMITS
from app.imaging.nrrd_file import open_nrrd

CUBE = asymmetric(5, 4, 3)


@pytest.mark.parametrize(
    ("space", "affine"),
    [
        ("left-posterior-superior", [[-2, 0, 0, -10], [0, -3, 0, -20], [0, 0, 4, 30]]),
        ("LPS", [[-2, 0, 0, -10], [0, -3, 0, -20], [0, 0, 4, 30]]),
        ("right-anterior-superior", [[2, 0, 0, 10], [0, 3, 0, 20], [0, 0, 4, 30]]),
        ("left-anterior-superior", [[-2, 0, 0, -10], [0, 3, 0, 20], [0, 0, 4, 30]]),
    ],
)
def test_spaces(space: str, affine: list[list[float]]) -> None:
    file = nrrd_file(CUBE, f"space:{space}", "space directions:(2,0,0) (0,3,0) (0,0,4)", "space origin:(10,20,30)")

    source = open_nrrd(file, LIMITS).source

    assert source.kind == "volume"
    assert source.affine is not None
    np.testing.assert_allclose(source.affine[:3], affine)


def test_directions_are_given_axis_by_axis() -> None:
    """The first axis of the file runs 2 mm to the head, the second 3 mm to the left, the third 4 mm to the back."""
    file = nrrd_file(CUBE, "space directions:(0,0,2) (3,0,0) (0,4,0)")

    opened = open_nrrd(file, LIMITS)

    assert opened.spacing == (2, 4, 3)
    np.testing.assert_array_equal(opened.read([0])[0], CUBE.transpose(0, 2, 1))


def test_units_of_space() -> None:
    assert open_nrrd(nrrd_file(CUBE, 'space units:"cm" "cm" "cm"'), LIMITS).spacing == (10, 10, 10)


def test_spacings_alone_say_nothing_of_the_patient() -> None:
    opened = open_nrrd(nrrd_file(CUBE, "space:", "space directions:", "spacings:1 2 3", name="x/a.nrrd"), LIMITS)

    assert opened.spacing == (3, 2, 1)
    np.testing.assert_array_equal(opened.read([0])[0], CUBE.transpose(2, 1, 0))
    assert opened.notes == (
        "a.nrrd does not say how it lies in the patient: its axes are taken to run to the left, to the back and to the "
        "head.",
    )


@pytest.mark.parametrize(
    ("shape", "lines", "axis"),
    [
        ((2, 5, 4, 3), ["space directions:none (1,0,0) (0,1,0) (0,0,1)", "kinds:list domain domain domain"], 0),
        ((2, 5, 4, 3), ["space directions:none (1,0,0) (0,1,0) (0,0,1)", "kinds:vector space space space"], 0),
        ((5, 4, 3, 2), ["kinds:domain domain domain list"], 3),
        ((5, 4, 3, 2), [], 3),
        ((2, 5, 4, 3), ["space:", "space directions:", "spacings:nan 1 1 1", "kinds:time space space space"], 0),
        ((5, 4, 3, 2), ["space:", "space directions:", "spacings:1 1 1 nan"], 3),
    ],
)
def test_volumes_along_a_fourth_axis(shape: tuple[int, ...], lines: list[str], axis: int) -> None:
    data = asymmetric(*shape)

    opened = open_nrrd(nrrd_file(data, *lines), LIMITS)

    assert [part.label for part in opened.parts] == ["a.nrrd · volume 1 of 2", "a.nrrd · volume 2 of 2"]
    for index in (0, 1):
        np.testing.assert_array_equal(in_file_order(opened, index), data.take(index, axis))


def test_an_axis_of_one_does_not_count() -> None:
    data = CUBE[None]
    lines = "space directions:none (1,0,0) (0,1,0) (0,0,1)", "kinds:list domain domain domain"

    (part,) = open_nrrd(nrrd_file(data, *lines, name="x_flair.seg.nrrd"), LIMITS).parts

    assert (part.label, part.details) == ("x_flair.seg.nrrd", "5 x 4 x 3 voxels of 1 x 1 x 1 mm")


def test_colours_are_planes() -> None:
    data = np.random.default_rng(1).integers(0, 255, (3, 5, 4, 3), np.uint8)
    lines = "space directions:none (1,0,0) (0,1,0) (0,0,1)", "kinds:RGB-color domain domain domain"

    opened = open_nrrd(nrrd_file(data, *lines), LIMITS)

    assert [part.role for part in opened.parts] == ["T1", "FLAIR", "T1ce"]
    np.testing.assert_array_equal(in_file_order(opened, 1), data[1])


@pytest.mark.parametrize("kind", ["3D-matrix", "complex", "HSV-color"])
def test_samples_that_are_not_grey(kind: str) -> None:
    lines = "space directions:none (1,0,0) (0,1,0) (0,0,1)", f"kinds:{kind} domain domain domain"
    with pytest.raises(UnsupportedFileError, match=f"holds a {kind.lower()} at each voxel"):
        open_nrrd(nrrd_file(asymmetric(2, 5, 4, 3), *lines), LIMITS)


def test_volumes_along_two_axes() -> None:
    data = asymmetric(2, 5, 4, 3, 2)
    lines = "space directions:none (1,0,0) (0,1,0) (0,0,1) none", "kinds:list domain domain domain time"
    with pytest.raises(UnsupportedFileError, match=r"holds 4 volumes along 2 axes \(2 x 5 x 4 x 3 x 2\)"):
        open_nrrd(nrrd_file(data, *lines), LIMITS)
