import pytest

from app.errors import LimitError
from app.imaging.limits import LIMITS, Limits, check_files, check_grid, check_pictures, check_unpacked, size_text

SMALL = Limits(files=2, file_bytes=3 * 2**20, study_bytes=4 * 2**20, unpacked_bytes=2**20, side=10, voxels=100)


def test_a_clinical_study_is_within() -> None:
    check_files([(f"{n}.nii", 130 * 2**20) for n in range(5)], LIMITS)
    check_grid("a.nii", (512, 512, 256), LIMITS)
    check_pictures(512 * 512 * 200, LIMITS)


def test_the_bounds_themselves_are_within() -> None:
    check_files([("a", 3 * 2**20), ("b", 2**20)], SMALL)
    check_grid("a", (10, 10, 1), SMALL)
    check_pictures(100, SMALL)
    check_unpacked("a", 2**20, SMALL)


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ([("a", 1), ("b", 1), ("c", 1)], "3 files were given; at most 2 are read"),
        ([("a", 1), ("b.nii", 6 * 2**20)], r"^b\.nii has 6 MiB; at most 3 MiB are read"),
        ([("a", 3 * 2**20), ("b", 3 * 2**20)], "The files have 6 MiB together; at most 4 MiB"),
    ],
)
def test_files(sizes: list[tuple[str, int]], message: str) -> None:
    with pytest.raises(LimitError, match=message):
        check_files(sizes, SMALL)


@pytest.mark.parametrize(
    ("shape", "message"),
    [((11, 1, 1), r"^a holds 11 x 1 x 1 voxels; at most 10 along an axis"), ((10, 11), "10 x 11 pixels")],
)
def test_grids(shape: tuple[int, ...], message: str) -> None:
    with pytest.raises(LimitError, match=message):
        check_grid("a", shape, SMALL)


def test_voxels_altogether() -> None:
    with pytest.raises(LimitError, match=r"and 100 altogether are read\. Crop or resample it"):
        check_grid("a", (5, 5, 5), SMALL)


def test_pictures_together() -> None:
    with pytest.raises(LimitError, match="The pictures hold 101 pixels together; at most 100"):
        check_pictures(101, SMALL)


def test_unpacked() -> None:
    with pytest.raises(LimitError, match="a holds 2 MiB after decompression; at most 1 MiB are read"):
        check_unpacked("a", 2**21, SMALL)


def test_size_text() -> None:
    assert size_text((240, 240, 155)) == "240 x 240 x 155"
