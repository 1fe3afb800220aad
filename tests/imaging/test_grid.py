import numpy as np
import pytest
from scan_files import LPS, asymmetric, picture, scan

from app.errors import StudyError
from app.imaging import ScanFile, read_study
from app.imaging.grid import check_same_grid
from app.imaging.limits import LIMITS
from app.imaging.nifti import open_nifti

CUBE = asymmetric(5, 4, 3)
GREY = asymmetric(4, 5).astype(np.uint8)
MASK = np.zeros((4, 5), np.uint8)


def moved(mm: float) -> np.ndarray:
    affine = LPS.copy()
    affine[0, 3] = mm
    return affine


def test_rounding_in_headers_is_let_pass() -> None:
    first, other = (open_nifti(scan("a.nii", CUBE, moved(mm)), LIMITS) for mm in (0, 0.09))

    check_same_grid(first, other)


def test_other_shape() -> None:
    with pytest.raises(
        StudyError,
        match=r"^a_flair\.nii and a_t1\.nii are not on one grid: 5 x 4 x 3 voxels of 1 x 1 x 1 mm and "
        r"5 x 4 x 2 voxels of 1 x 1 x 1 mm\. Resample them to one grid",
    ):
        read_study([scan("a_flair.nii", CUBE), scan("a_t1.nii", CUBE[..., :2])])


def test_other_place() -> None:
    with pytest.raises(StudyError, match=r"5 x 4 x 3 voxels of 1 x 1 x 1 mm; they lie up to 2\.5 mm apart\. Resample"):
        read_study([scan("a_flair.nii", CUBE), scan("a_t1.nii", CUBE, moved(2.5))])


def test_other_direction() -> None:
    """The first voxel is the same; the far corner, 4 mm to the left in one, lies 4 mm to the right in the other."""
    with pytest.raises(StudyError, match="they lie up to 8 mm apart"):
        read_study([scan("a_flair.nii", CUBE), scan("a_t1.nii", CUBE, LPS @ np.diag([-1, 1, 1, 1]))])


def test_other_spacing() -> None:
    with pytest.raises(StudyError, match="of 1 x 1 x 1 mm and 5 x 4 x 3 voxels of 1 x 1 x 3 mm; they lie up to 4 mm"):
        read_study([scan("a_flair.nii", CUBE), scan("a_t1.nii", CUBE, LPS @ np.diag([1, 1, 3, 1]))])


def test_volume_and_picture() -> None:
    with pytest.raises(StudyError, match=r"^a\.nii and a_seg\.png do not belong together: one is a NIfTI volume"):
        read_study([scan("a.nii", CUBE), picture("a_seg.png", MASK)])


def test_pictures_of_two_sizes() -> None:
    with pytest.raises(StudyError, match="not on one grid: 4 x 5 pixels and 4 x 4 pixels"):
        read_study([picture("a.png", GREY), picture("a_seg.png", MASK[:, :4])])


def slices(end: str, *numbers: int) -> list[ScanFile]:
    return [picture(f"a_{n}{end}.png", MASK if end else GREY) for n in numbers]


@pytest.mark.parametrize(
    ("files", "only"),
    [
        ([*slices("", 1, 2, 3), *slices("_mask", 1, 3)], "2"),
        ([*slices("", 1, 2), *slices("_mask", 2, 3)], "1, 3"),
        ([*slices("", 1), *slices("_mask", 2)], "1, 2"),
        ([*slices("", *range(9)), *slices("_mask", 0)], "1, 2, 3, 4, 5 …"),
    ],
)
def test_masks_of_other_slices(files: list[ScanFile], only: str) -> None:
    with pytest.raises(StudyError, match=rf"are not of the same slices: only one of the two has slice {only}\. Give"):
        read_study(files)


def test_numbers_of_two_single_pictures_of_other_names_say_nothing() -> None:
    study = read_study([picture("scan_2024.png", GREY), picture("mask_1.png", MASK)])

    assert study.reference is not None
