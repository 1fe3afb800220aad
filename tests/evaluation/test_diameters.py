"""Diameters of plane shapes, whose true lengths are known."""

import math

import numpy as np
import pytest
from scipy.spatial.distance import pdist

from app.evaluation.diameters import OUTSIDE, Line, axial_diameters

MM = (1.0, 1.0, 1.0)


def plane(rows: int, columns: int, *filled: tuple[slice, slice]) -> np.ndarray:
    mask = np.zeros((1, rows, columns), bool)
    for part in filled:
        mask[0][part] = True
    return mask


def ellipse(longest: float, across: float, angle: float, mm: tuple[float, float]) -> np.ndarray:
    """Half axes in mm, the longer turned by `angle` from the rows' direction; centred between voxels."""
    reach = [math.ceil(longest / size) + 2 for size in mm]
    y, x = ((np.arange(-n, n + 1) - 0.3) * size for n, size in zip(reach, mm, strict=True))
    y, x = np.meshgrid(y, x, indexing="ij")
    u, v = x * math.cos(angle) + y * math.sin(angle), y * math.cos(angle) - x * math.sin(angle)
    return ((u / longest) ** 2 + (v / across) ** 2 <= 1)[np.newaxis]


def direction(line: Line, mm: tuple[float, float]) -> np.ndarray:
    return (np.array(line.end) - line.start) * mm / line.mm


@pytest.mark.parametrize("mm", [(1.0, 1.0), (0.5, 0.9), (0.9, 0.5)])
@pytest.mark.parametrize("angle", [0.0, 0.4, 0.8, 1.2, math.pi / 2, 2.5])
def test_a_turned_ellipse(angle: float, mm: tuple[float, float]) -> None:
    found = axial_diameters(ellipse(15, 9, angle, mm), (3.0, *mm))
    assert found.longest.mm == pytest.approx(30, abs=0.75)
    assert found.perpendicular.mm == pytest.approx(18, abs=0.75)
    assert abs(direction(found.longest, mm) @ (math.cos(angle - math.pi / 2), math.cos(angle))) > 0.98


def test_a_disc_of_30_mm() -> None:
    found = axial_diameters(ellipse(15, 15, 0, MM[1:]), MM)
    assert found.longest.mm == pytest.approx(30, abs=0.75)
    assert found.perpendicular.mm == pytest.approx(30, abs=0.75)


@pytest.mark.parametrize("mm", [(1.0, 1.0), (0.7, 1.9)])
def test_both_lines_are_at_right_angles_in_mm(mm: tuple[float, float]) -> None:
    rng = np.random.default_rng(5)
    mask = np.zeros((1, 20, 24), bool)
    mask[0, 4:16, 5:20] = rng.random((12, 15)) < 0.8
    found = axial_diameters(mask, (1.0, *mm))
    assert abs(direction(found.longest, mm) @ direction(found.perpendicular, mm)) < 1e-9
    for line in (found.longest, found.perpendicular):
        assert line.mm == pytest.approx(np.linalg.norm((np.array(line.end) - line.start) * mm))
    corners = np.argwhere(mask[0]) * mm
    assert pdist(corners).max() < found.longest.mm < pdist(corners).max() + 2 * OUTSIDE * max(mm)


def test_a_bar_by_hand() -> None:
    bar = plane(6, 9, (slice(2, 3), slice(1, 8)))  # seven voxels in a row
    found = axial_diameters(bar, (1.0, 2.0, 0.5))
    assert found.longest == Line((2.0, 1 - OUTSIDE), (2.0, 7 + OUTSIDE), pytest.approx((6 + 2 * OUTSIDE) * 0.5))
    assert found.perpendicular.mm == pytest.approx(2 * OUTSIDE * 2.0)
    assert found.perpendicular.start[1] == pytest.approx(4)  # the most central of seven


def test_a_single_voxel_is_something() -> None:
    found = axial_diameters(np.ones((1, 1, 1), bool), (1.0, 2.0, 0.5))
    assert (found.longest.mm, found.perpendicular.mm) == (pytest.approx(1.4), pytest.approx(0.35))
    assert found.longest.start == (-OUTSIDE, 0.0)


def test_lines_leave_what_is_bent_and_end_on_it() -> None:
    letter = plane(12, 12, (slice(0, 12), slice(0, 3)), (slice(0, 12), slice(9, 12)), (slice(9, 12), slice(0, 12)))
    found = axial_diameters(letter, MM)  # a U
    diagonal = np.hypot(11 + OUTSIDE, 11 + OUTSIDE)
    assert found.longest.mm == pytest.approx(diagonal, abs=0.4)
    assert found.perpendicular.mm == pytest.approx(diagonal, abs=0.8)
    ends = np.rint([found.longest.start, found.longest.end, found.perpendicular.start, found.perpendicular.end])
    assert all(letter[0][tuple(end)] for end in ends.astype(int))
    assert not letter[0, 5, 6]


def test_in_a_crescent_the_second_line_lies_beside_the_first() -> None:
    y, x = np.mgrid[0:12, -10:11]
    crescent = (y >= np.rint(x**2 / 14)) & (y <= np.rint(x**2 / 14) + 3)
    found = axial_diameters(crescent[np.newaxis], MM)
    along = direction(found.longest, MM[1:])
    start, end = (np.subtract(p, found.longest.start) for p in (found.perpendicular.start, found.perpendicular.end))
    beside = [along[0] * at[1] - along[1] * at[0] for at in (start, end)]
    assert found.longest.mm == pytest.approx(21, abs=0.75)
    assert found.perpendicular.mm == pytest.approx(4, abs=2)
    assert min(map(abs, beside)) > 0.5 and beside[0] * beside[1] > 0  # both ends on one side


def test_a_hole_is_measured_across() -> None:
    y, x = np.mgrid[-12:13, -12:13]
    ring = (np.hypot(y, x) <= 10) & (np.hypot(y, x) >= 6)
    found = axial_diameters(ring[np.newaxis], MM)
    assert (found.longest.mm, found.perpendicular.mm) == (pytest.approx(20, abs=0.75), pytest.approx(20, abs=0.75))


def test_islands_of_one_slice_are_measured_one_by_one() -> None:
    mask = np.zeros((2, 5, 22), bool)
    mask[0, 2] = True  # where they meet
    mask[0, 2, 12:] = False
    mask[1, 2, 0:5] = mask[1, 2, 8:22] = True
    found = axial_diameters(mask, MM)
    assert found.slice == 1
    assert found.longest.mm == pytest.approx(13 + 2 * OUTSIDE)
    assert found.longest.start == pytest.approx((2, 8 - OUTSIDE))


def test_voxels_that_share_a_corner_are_one_island() -> None:
    steps = np.eye(6, dtype=bool)[np.newaxis]
    found = axial_diameters(steps, MM)
    assert found.longest.mm == pytest.approx(math.hypot(5, 5 + 2 * OUTSIDE), abs=0.01)
    assert found.perpendicular.mm < 1


def test_the_slice_with_the_longest_line_is_found() -> None:
    mask = np.zeros((4, 12, 12), bool)
    mask[0, 2:8, 2:8] = True
    mask[1, 1:9, 3:7] = True
    mask[2, 0:12, 5] = True  # thin, and the longest
    assert axial_diameters(mask, MM).slice == 2
    assert axial_diameters(mask, (1.0, 0.2, 1.0)).slice == 0


def test_of_equal_slices_the_fullest_is_taken() -> None:
    mask = np.zeros((3, 7, 7), bool)
    mask[:, 3, :] = True
    mask[1, 2:5, 1:6] = True
    assert axial_diameters(mask, MM).slice == 1


def test_an_empty_mask_is_refused() -> None:
    with pytest.raises(ValueError, match="empty mask"):
        axial_diameters(np.zeros((2, 3, 4), bool), MM)
