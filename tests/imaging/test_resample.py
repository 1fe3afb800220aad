import numpy as np
import pytest
import SimpleITK
from numpy.typing import NDArray
from volume_files import rotation

from app.imaging.grid import Grid
from app.imaging.resample import resample

RANDOM = np.random.default_rng(7)


def grid(
    shape: tuple[int, int, int],
    spacing: tuple[float, float, float] = (1, 1, 1),
    first: tuple[float, float, float] = (0, 0, 0),
    turn: NDArray[np.float64] | None = None,
) -> Grid:
    """Shape and spacing along (z, y, x); `first` is the first voxel in mm along left, back and head."""
    to_mm = np.eye(4)
    to_mm[:3, :3] = (np.eye(3) if turn is None else turn) @ np.eye(3)[::-1] * spacing
    to_mm[:3, 3] = first
    return Grid(shape, to_mm)


def row(*values: float) -> NDArray[np.float32]:
    return np.array(values, np.float32).reshape(1, 1, -1)


def along_x(count: int, spacing: float = 1, first: float = 0) -> Grid:
    return grid((1, 1, count), (1, 1, spacing), (first, 0, 0))


def test_one_grid_gives_the_same_bytes() -> None:
    volume = RANDOM.normal(size=(3, 4, 5)).astype(np.float32)
    oblique = grid((3, 4, 5), (3, 0.7, 0.9), (7, -11, 13), rotation(20, -10, 35))

    assert resample(volume, oblique, oblique).tobytes() == volume.tobytes()


def test_half_a_voxel_further_are_the_means() -> None:
    """The last position lies on the rim of the box, where the outermost value goes on."""
    moved = resample(row(0, 10, 40, 20), along_x(4), along_x(4, first=0.5))

    assert moved.ravel().tolist() == [5, 25, 30, 20]


def test_finer_and_coarser() -> None:
    """Positions 0, 0.25, 0.5 … of three voxels of 1 mm, and every second voxel of five."""
    assert resample(row(0, 8, 4), along_x(3), along_x(9, 0.25)).ravel().tolist() == [0, 2, 4, 6, 8, 7, 6, 5, 4]
    assert resample(row(1, 7, 3, 9, 5), along_x(5), along_x(3, 2)).ravel().tolist() == [1, 3, 5]


def test_beyond_the_box_is_background_and_not_nought() -> None:
    """Positions -2 to 5 of four voxels; the corners are -7, -7, … and 9, 9, …: their median is 1."""
    moved = resample(row(-7, 0, 3, 9), along_x(4), along_x(8, first=-2))

    assert moved.ravel().tolist() == [1, 1, -7, 0, 3, 9, 1, 1]


def test_in_the_outer_half_of_a_voxel_the_value_goes_on() -> None:
    moved = resample(row(3, 9), along_x(2), along_x(8, 0.4, first=-0.8))  # -0.8 -0.4 0 0.4 0.8 1.2 1.6 2

    assert moved.ravel() == pytest.approx([6, 3, 3, 5.4, 7.8, 9, 6, 6])


def test_another_pair_of_affines_by_hand() -> None:
    """A column of the target, at x = 1 and y = 0.5 to 2.5 mm: halves between values 10 y + x + 100 z at z = 0.25."""
    z, y, x = np.indices((2, 4, 3), np.float32)
    moved = resample(100 * z + 10 * y + x, grid((2, 4, 3), (2, 1, 1)), grid((1, 3, 1), first=(1, 0.5, 0.5)))

    assert moved.ravel().tolist() == [31, 41, 51]


def test_an_axis_that_runs_the_other_way() -> None:
    back = grid((1, 1, 4), first=(3, 0, 0))
    back.to_mm[0, 2] = -1

    assert resample(row(1, 2, 3, 4), along_x(4), back).ravel().tolist() == [4, 3, 2, 1]


def test_labels_stay_labels() -> None:
    mask = RANDOM.choice(np.array([0, 1, 2, 4], np.uint8), (6, 7, 8))
    target = grid((9, 10, 11), (0.7, 0.6, 0.8), (-1, 0.2, -0.3), rotation(20, -10, 35))

    moved = resample(mask, grid((6, 7, 8)), target, labels=True)

    assert moved.dtype == np.uint8
    assert set(np.unique(moved)) == {0, 1, 2, 4}
    assert resample(row(0, 4, 1, 0), along_x(4), along_x(4, first=0.4), labels=True).ravel().tolist() == [0, 4, 1, 0]
    assert resample(row(1, 4, 1, 2), along_x(4), along_x(4, first=-1), labels=True).ravel().tolist() == [0, 1, 4, 1]


def itk(volume: NDArray[np.generic], place: Grid) -> SimpleITK.Image:
    image = SimpleITK.GetImageFromArray(volume)
    steps = place.to_mm[:3, 2::-1]
    image.SetSpacing(np.linalg.norm(steps, axis=0).tolist())
    image.SetDirection((steps / np.linalg.norm(steps, axis=0)).ravel().tolist())
    image.SetOrigin(place.to_mm[:3, 3].tolist())
    return image


SOURCE = grid((22, 30, 28), (5, 0.9, 1.1), (-14, -12, -50), rotation(8, -5, 12))
TARGETS = {
    "oblique": grid((31, 25, 27), (2.5, 1, 1), (-9.1, -13.3, -35.7), rotation(-2, 5, 17)),
    "upright": grid((40, 24, 26), (1.3, 1, 1), (-13.2, -10.4, -20.9)),
    "coarse": grid((7, 9, 8), (11, 3, 4), (-15.3, -11.7, -44.4), rotation(3, 2, 1)),
}


@pytest.mark.parametrize("labels", [False, True])
@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_as_simpleitk_has_it(target: Grid, labels: bool) -> None:
    volume = RANDOM.integers(0, 5, SOURCE.shape, np.uint8) if labels else RANDOM.random(SOURCE.shape, np.float32)
    filter_ = SimpleITK.ResampleImageFilter()
    filter_.SetReferenceImage(itk(np.empty(target.shape, np.uint8), target))
    filter_.SetInterpolator(SimpleITK.sitkNearestNeighbor if labels else SimpleITK.sitkLinear)
    filter_.SetDefaultPixelValue(0 if labels else float(np.median(volume[np.ix_([0, -1], [0, -1], [0, -1])])))

    expected = SimpleITK.GetArrayFromImage(filter_.Execute(itk(volume, SOURCE)))
    moved = resample(volume, SOURCE, target, labels=labels)

    assert 0.3 < (expected != filter_.GetDefaultPixelValue()).mean() < 1
    np.testing.assert_allclose(moved, expected, atol=0 if labels else 1e-4)
