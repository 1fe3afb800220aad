import numpy as np
import pytest
from numpy.typing import NDArray
from scan_files import LPS

from app.imaging.grid import Grid, describe, distance, grid_of, share_inside
from app.study import Source


def grid(affine: NDArray[np.float64] = LPS, shape: tuple[int, ...] = (5, 4, 3)) -> Grid:
    found = grid_of(Source("volume", shape, affine))
    assert found is not None
    return found


def moved(*mm: float) -> NDArray[np.float64]:
    """LPS 1 mm, begun elsewhere along right, front and head."""
    affine = LPS.copy()
    affine[:3, 3] = mm
    return affine


def test_grid_of_a_file() -> None:
    found = grid(np.array([[0, 0, -4.0, 21], [2.5, 0, 0, -13], [0, 3.0, 0, 7], [0, 0, 0, 1]]))

    assert found.shape == (4, 5, 3)
    assert found.spacing.tolist() == [3, 2.5, 4]
    assert (found.to_mm @ (3, 0, 2, 1)).tolist() == [-13, 3, 16, 1]
    assert found.middle.tolist() == [-17, 8, 11.5]


def test_pictures_have_none() -> None:
    assert grid_of(Source("picture", (4, 5))) is None


@pytest.mark.parametrize(
    ("other", "mm"),
    [
        (moved(0.09, 0, 0), 0),
        (moved(2.5, 0, 0), 2.5),
        (moved(3, 4, 0), 5),
        (LPS @ np.diag([1, 1, 3, 1]), 4),
        (np.array([[1.0, 0, 0, -4], [0, -1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]), 0),
    ],
    ids=["rounding", "beside", "aslant", "thicker slices", "an axis that runs the other way in the file"],
)
def test_distance(other: NDArray[np.float64], mm: float) -> None:
    assert distance(grid(), grid(other)) == pytest.approx(mm)


def test_two_shapes_are_not_one_grid() -> None:
    assert distance(grid(), grid(shape=(5, 4, 2))) == np.inf


@pytest.mark.parametrize(
    ("affine", "shape", "share"),
    [
        (LPS, (5, 4, 3), 1),
        (moved(0, 0, 2), (8, 8, 8), 1 / 3),
        (moved(0, 0, 3), (5, 4, 3), 0),
        (LPS @ np.diag([10, 10, 10, 1]), (1, 1, 1), 1),
        (LPS, (5, 2, 3), 1 / 2),
        (moved(-2, 0, 0), (9, 9, 9), 3 / 5),
    ],
)
def test_share_of_the_box(affine: NDArray[np.float64], shape: tuple[int, ...], share: float) -> None:
    """The box of 5 x 4 x 3 mm begins half a millimetre before its first voxel."""
    assert share_inside(grid(), grid(affine, shape)) == pytest.approx(share, abs=1e-9)


def test_descriptions() -> None:
    sagittal = np.array([[0, 0, -5.0, 0], [0.9, 0, 0, 0], [0, 0.8999, 0, 0], [0, 0, 0, 1]])

    assert describe(Source("volume", (256, 250, 22), sagittal)) == "22 x 256 x 250 voxels of 5 x 0.9 x 0.9 mm"
    assert describe(Source("picture", (4, 5))) == "4 x 5 pixels"
