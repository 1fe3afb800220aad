import numpy as np
import pytest
from scan_files import asymmetric, picture, scan

from app.errors import StudyError, VoxelError
from app.imaging import read_study
from app.imaging.reference import labels_of


def labels(*values: float) -> list[int]:
    return labels_of("a_seg.nii", np.array(values, np.float32).reshape(1, 1, -1)).ravel().tolist()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((0, 1, 2, 4), [0, 1, 2, 4]),
        ((0, 1, 2, 3), [0, 1, 2, 4]),
        ((0, 1), [0, 1]),
        ((0, 255), [0, 1]),
        ((255, 255), [1, 1]),
        ((0, 2), [0, 2]),
        ((0, 0), [0, 0]),
        ((0, 1 + 1e-6), [0, 1]),
    ],
)
def test_labels(values: tuple[float, ...], expected: list[int]) -> None:
    assert labels(*values) == expected


def test_type() -> None:
    reference = labels_of("a", np.zeros((2, 1, 3), np.float32))

    assert (reference.dtype, reference.shape, reference.flags.writeable) == (np.uint8, (2, 1, 3), False)


@pytest.mark.parametrize("values", [(0, 0.5), (0, -1), (0, 256), (0, 1e30)])
def test_values_that_are_no_labels(values: tuple[float, ...]) -> None:
    with pytest.raises(
        StudyError, match=r"^a_seg\.nii cannot be a reference mask: .* not whole labels.*or leave it out"
    ):
        labels(*values)


@pytest.mark.parametrize(
    ("values", "odd"),
    [
        ((0, 5), "5"),
        ((0, 1, 255), "255"),
        ((0, 128), "128"),
        (range(10), "5, 6, 7, 8, 9"),
        (range(99), "5, 6, 7, 8, 9 …"),
    ],
)
def test_other_labels(values: tuple[float, ...], odd: str) -> None:
    with pytest.raises(
        StudyError, match=rf"^a_seg\.nii cannot be a reference mask: it holds the values {odd}\. A mask"
    ):
        labels(*values)


def test_a_mask_lies_on_its_scan() -> None:
    """The voxel of the file that is set is the one that is set in the study, in a file of another axis order."""
    mask = np.zeros((5, 4, 3), np.uint8)
    mask[4, 1, 2] = 3
    affine = np.array([[0, 0, 1.0, 0], [1, 0, 0, 0], [0, -1, 0, 0], [0, 0, 0, 1]])
    data = asymmetric(5, 4, 3)

    study = read_study([scan("a_t1.nii.gz", data, affine), scan("a_seg.nii.gz", mask, affine)])

    assert study.reference is not None
    ((z, y, x),) = np.argwhere(study.reference == 4)
    assert next(iter(study.images.values()))[z, y, x] == data[4, 1, 2]


def test_scaled_labels() -> None:
    mask = np.array([0, 255, 510], np.int16).reshape(3, 1, 1)

    study = read_study([scan("a_t1.nii", mask), scan("a_seg.nii", mask, scl_slope=1 / 255)])

    assert study.reference is not None
    assert study.reference.ravel().tolist() == [2, 1, 0][::-1]


def test_nan_in_a_mask() -> None:
    with pytest.raises(VoxelError, match=r"^a_seg\.nii holds voxels that are not numbers"):
        read_study([scan("a_t1.nii", asymmetric(3, 4, 5)), scan("a_seg.nii", np.full((3, 4, 5), np.nan, np.float32))])


def test_a_mask_saved_as_jpg() -> None:
    disc = (np.hypot(*np.mgrid[-32:32, -32:32]) < 20).astype(np.uint8) * 255

    with pytest.raises(
        StudyError, match=r"^a_mask\.jpg cannot be a reference mask: it holds the values 5, .*which JPG blurs"
    ):
        read_study([picture("a.png", disc), picture("a_mask.jpg", disc, quality=60)])
