import re

import numpy as np
import pytest
from numpy.typing import NDArray
from scan_files import LPS, asymmetric, picture, scan
from volume_files import nrrd_file

from app.errors import StudyError
from app.imaging import ScanFile, read_study
from app.study import Sequence, Study

CUBE = asymmetric(5, 4, 3)
GREY = asymmetric(4, 5).astype(np.uint8)
MASK = np.zeros((4, 5), np.uint8)


def moved(*mm: float) -> NDArray[np.float64]:
    affine = LPS.copy()
    affine[:3, 3] = mm
    return affine


def read(*files: ScanFile) -> Study:
    return read_study(files)


def test_one_grid_is_left_alone() -> None:
    study = read(scan("a_flair.nii", CUBE), scan("a_t1.nii", CUBE + 1, moved(0.09, 0, 0)))

    assert study.notes == ()
    np.testing.assert_array_equal(study.images[Sequence.T1], (CUBE + 1).transpose(2, 1, 0))


def test_files_of_one_grid_may_differ_in_the_order_of_their_axes() -> None:
    """The first axis of the second file runs to the right, and its last two are exchanged."""
    turned = np.array([[1.0, 0, 0, -4], [0, 0, -1, 0], [0, 1, 0, 0], [0, 0, 0, 1]])

    study = read(scan("a_t1.nii", CUBE[::-1].transpose(0, 2, 1), turned), scan("a_flair.nii", CUBE))

    assert study.notes == ()
    np.testing.assert_array_equal(study.images[Sequence.T1], study.images[Sequence.FLAIR])
    np.testing.assert_array_equal(study.source.affine, LPS)


def test_other_slices_are_resampled_to_flair_and_said() -> None:
    """T1 has a slice each 2 mm, at 0, 2, 4; FLAIR's lie at 0, 1, 2, 3, 4."""
    t1 = np.zeros((4, 4, 3), np.float32)
    t1[..., 1], t1[..., 2] = 10, 40
    flair = np.arange(80, dtype=np.int16).reshape(4, 4, 5)

    study = read(scan("a_t1.nii", t1, LPS @ np.diag([1, 1, 2, 1])), scan("a_flair.nii", flair))

    assert study.source.shape == (4, 4, 5)
    assert study.images[Sequence.T1][:, 0, 0].tolist() == [0, 5, 10, 25, 40]
    assert not study.images[Sequence.T1].flags.writeable
    np.testing.assert_array_equal(study.images[Sequence.FLAIR], flair.transpose(2, 1, 0))
    assert study.notes == ("T1 was resampled from 4 x 4 x 3 voxels of 1 x 1 x 2 mm to the grid of FLAIR.",)


@pytest.mark.parametrize(
    ("ends", "target"),
    [(("t1", "flair"), "flair"), (("t1", "t2", "t1ce"), "t1ce"), (("t1", "t2"), "t2")],
)
def test_which_grid_is_that_of_the_study(ends: tuple[str, ...], target: str) -> None:
    files = [scan(f"a_{end}.nii", asymmetric(5, 4, 3 + (end == target))) for end in ends]

    study = read(*files)

    assert study.source.shape == (5, 4, 4)
    assert len(study.notes) == len(ends) - 1


def test_what_a_sequence_does_not_cover_is_said() -> None:
    study = read(scan("a_flair.nii", CUBE), scan("a_t1.nii", CUBE[..., :2]))

    assert study.images[Sequence.T1][2].tolist() == [[study.images[Sequence.T1][2, 0, 0]] * 5] * 4
    assert study.notes[0].endswith("to the grid of FLAIR, of which it covers 67%; the rest of it is background.")


def test_formats_come_together() -> None:
    flair = nrrd_file(CUBE, name="a_flair.nrrd")

    study = read(flair, scan("a_t1.nii", CUBE))

    assert study.notes == ()
    np.testing.assert_array_equal(study.images[Sequence.T1], study.images[Sequence.FLAIR])


def test_mask_on_the_grid_of_another_sequence() -> None:
    """T1ce and the mask have voxels of 0.5 mm along the head; each FLAIR voxel has one of them at its middle."""
    fine = LPS @ np.diag([1, 1, 0.5, 1])
    mask = np.zeros((5, 4, 6), np.uint8)
    mask[1, 2, 2] = 4

    study = read(
        scan("a_flair.nii", CUBE), scan("a_t1ce.nii", asymmetric(5, 4, 6), fine), scan("a_seg.nii", mask, fine)
    )

    assert study.reference is not None
    assert np.argwhere(study.reference).tolist() == [[1, 2, 1]]
    assert study.reference[1, 2, 1] == 4
    assert study.notes[1] == (
        "The reference mask was resampled (nearest neighbour) from 5 x 4 x 6 voxels of 1 x 1 x 0.5 mm to the grid of "
        "FLAIR: scores are of the resampled mask."
    )


@pytest.mark.parametrize(
    ("mask", "affine", "message"),
    [
        (
            CUBE[:, 1:],
            LPS,
            "the mask has 5 x 3 x 3 voxels of 1 x 1 x 1 mm, and a_flair.nii 5 x 4 x 3 voxels of 1 x 1 x 1 mm. Give the",
        ),
        (CUBE, moved(2.5, 0, 0), "; they lie up to 2.5 mm apart. Give the mask on the grid of a scan, or leave it out"),
        (CUBE, moved(250, 0, 0), "; they lie up to 250 mm apart. Give"),
    ],
)
def test_mask_that_fits_no_scan(mask: NDArray[np.int16], affine: NDArray[np.float64], message: str) -> None:
    with pytest.raises(StudyError, match=r"^a_seg\.nii does not fit any of the scans: .*" + re.escape(message)):
        read(scan("a_flair.nii", CUBE), scan("a_seg.nii", (mask > 9).astype(np.uint8), affine))


@pytest.mark.parametrize(
    ("affine", "message"),
    [
        (moved(3, 0, 0), r"a_t1\.nii covers 40% of a_flair\.nii, and their middles lie 3 mm apart\. Co-register"),
        (moved(0, 300, 400), r"a_t1\.nii covers 0% of a_flair\.nii, and their middles lie 500 mm apart"),
    ],
)
def test_volumes_of_two_places(affine: NDArray[np.float64], message: str) -> None:
    with pytest.raises(StudyError, match=rf"^a_flair\.nii and a_t1\.nii do not show the same place: {message}"):
        read(scan("a_flair.nii", CUBE), scan("a_t1.nii", CUBE, affine))


def test_volume_and_picture() -> None:
    with pytest.raises(StudyError, match=r"^a\.nii and a_seg\.png do not belong together: one is a volume, the other"):
        read(scan("a.nii", CUBE), picture("a_seg.png", MASK))


def test_pictures_of_two_sizes() -> None:
    with pytest.raises(StudyError, match=r"^a\.png and a_seg\.png are not on one grid: 4 x 5 pixels and 4 x 4 pixels"):
        read(picture("a.png", GREY), picture("a_seg.png", MASK[:, :4]))


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
        read(*files)


def test_numbers_of_two_single_pictures_of_other_names_say_nothing() -> None:
    study = read(picture("scan_2024.png", GREY), picture("mask_1.png", MASK))

    assert study.reference is not None
