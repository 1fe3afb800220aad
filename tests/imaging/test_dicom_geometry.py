import re

import numpy as np
import pytest
from dicom_files import AXIAL, CORONAL, SAGITTAL, dataset, file, turned

from app.errors import StudyError, UnreadableFileError
from app.imaging import LIMITS
from app.imaging.dicom_geometry import Stack, stack
from app.imaging.dicom_header import open_header
from app.imaging.dicom_slices import Slice, slices_of

PLANE = np.zeros((2, 3), np.uint8)


def slice_at(*position: float, **attributes: object) -> Slice:
    (only,) = slices_of(open_header(file(dataset(PLANE, ImagePositionPatient=list(position), **attributes)), LIMITS))
    return only


def stacked(heights: list[float], **attributes: object) -> Stack:
    return stack([slice_at(0, 0, z, **attributes) for z in heights], "Series 4")


def test_an_axial_series_by_hand() -> None:
    made = stack([slice_at(-100, -90, z, PixelSpacing=[0.5, 0.25]) for z in (20, 13, 27)], "Series 4")

    assert [float(each.position[2]) for each in made.slices] == [13, 20, 27]
    assert made.places == (0, 1, 2)
    assert made.shape == (3, 2, 3)
    assert made.spacing == (7, 0.5, 0.25)
    assert made.notes == ()
    np.testing.assert_allclose(
        made.affine, [[-0.25, 0, 0, 100], [0, -0.5, 0, 90], [0, 0, 7, 13], [0, 0, 0, 1]], atol=1e-12
    )


@pytest.mark.parametrize(
    ("orientation", "step", "expected"),
    [
        (SAGITTAL, (3, 0, 0), [[0, 0, -3, 0], [-1, 0, 0, 0], [0, -1, 0, 0], [0, 0, 0, 1]]),
        (CORONAL, (0, 3, 0), [[-1, 0, 0, 0], [0, 0, -3, 0], [0, -1, 0, 0], [0, 0, 0, 1]]),
    ],
)
def test_other_planes_by_hand(
    orientation: tuple[float, ...], step: tuple[float, ...], expected: list[list[float]]
) -> None:
    sign = 1 if orientation == CORONAL else -1  # slices ascend along rows x columns, which is to the right here
    away = np.array(step) * sign

    made = stack([slice_at(*(n * away), ImageOrientationPatient=list(orientation)) for n in (1, 0, 2)], "Series 4")

    ascending = np.array(expected, float)
    ascending[:3, 2] *= sign
    np.testing.assert_allclose(made.affine, ascending, atol=1e-12)
    assert sorted(made.spacing or ()) == [1, 1, 3]


def test_the_distance_is_that_of_positions_not_the_thickness() -> None:
    assert stacked([0, 6.5, 13], SliceThickness=5).spacing == (6.5, 1, 1)


def test_positions_with_two_decimals_are_even() -> None:
    heights = [round(n * 0.976, 2) for n in range(160)]

    made = stacked(heights)

    assert made.places == tuple(range(160))
    assert made.distance == pytest.approx(0.976, abs=1e-4)


@pytest.mark.parametrize(
    ("heights", "places", "told"),
    [
        (
            [0, 5, 10, 20, 25],
            (0, 1, 2, 4, 5),
            r"1 slice of 6 is missing \(15 mm from the first\); it was left black",
        ),
        ([0, 5, 20, 25, 30, 35, 40, 45], (0, 1, 4, 5, 6, 7, 8, 9), r"2 slices of 10 are missing \(10, 15 mm from"),
    ],
)
def test_missing_slices_leave_their_place_empty(heights: list[float], places: tuple[int, ...], told: str) -> None:
    made = stacked(heights)

    assert made.places == places
    assert made.distance == 5
    assert made.shape == (3, 2, places[-1] + 1)
    (note,) = made.notes
    assert note.startswith("Series 4: ")
    assert re.search(told, note)


@pytest.mark.parametrize("heights", [[0, 5, 25], [0, 5, 10, 15, 100], [0, 0.5, 30, 60]])
def test_more_than_a_quarter_missing(heights: list[float]) -> None:
    with pytest.raises(StudyError, match=r"^Series 4: its slices lie .* mm apart, so more than a quarter .* Send all"):
        stacked(heights)


@pytest.mark.parametrize("heights", [[0, 5, 11, 16, 21, 26], [0, 5, 10, 16, 22, 28]])
def test_uneven_slices(heights: list[float]) -> None:
    with pytest.raises(StudyError, match=r"^Series 4: its slices are not evenly spaced .* mm beside its place"):
        stacked(heights)


def test_slices_that_wander_sideways() -> None:
    with pytest.raises(StudyError, match="not evenly spaced in a straight line"):
        stack([slice_at(0, 0, 0), slice_at(3, 0, 5), slice_at(0, 0, 10)], "Series 4")


def test_a_tilted_stack_keeps_its_tilt_and_gives_distances_at_right_angles() -> None:
    """Slices of a gantry that is tilted: each further one 3 mm up and 4 mm to the back."""
    made = stack([slice_at(0, 1 * n, 3 * n) for n in range(4)], "Series 4")

    np.testing.assert_allclose(made.affine[:3, 2], [0, -1, 3])
    assert made.spacing == pytest.approx((3, 1, 1))
    assert abs(np.linalg.det(made.affine)) == pytest.approx(3)
    (note,) = made.notes
    assert note.startswith("Series 4: its slices are tilted by 18.4° against the direction in which they are stacked.")


def test_slices_side_by_side() -> None:
    with pytest.raises(StudyError, match="lie side by side"):
        stack([slice_at(0, 4 * n, 3 * n) for n in range(4)], "Series 4")


def test_an_oblique_stack_has_no_tilt() -> None:
    orientation = turned(AXIAL, 30, (1, 0.2, 0))
    normal = np.cross(orientation[:3], orientation[3:])

    made = stack(
        [
            slice_at(*(np.array([7, -8, 9]) + normal * 4 * n), ImageOrientationPatient=list(orientation))
            for n in range(5)
        ],
        "Series 4",
    )

    assert made.notes == ()
    assert made.spacing == pytest.approx((4, 1, 1))
    np.testing.assert_allclose(made.affine[:3, :3].T @ made.affine[:3, :3], np.diag([1, 1, 16]), atol=1e-6)


def test_one_slice_is_as_thick_as_it_says() -> None:
    made = stacked([12], SliceThickness=4.5)

    assert (made.spacing, made.shape, made.notes) == ((4.5, 1, 1), (3, 2, 1), ())
    np.testing.assert_allclose(made.affine[:3, 2:], [[0, 0], [0, 0], [4.5, 12]])


@pytest.mark.parametrize("thickness", [None, 0, -3])
def test_one_slice_without_a_thickness_has_no_volume(thickness: float | None) -> None:
    made = stacked([12], SliceThickness=thickness)

    assert made.spacing is None
    assert made.affine[2, 2] == 1
    assert made.notes == ("Series 4: its only slice has no thickness, so that nothing is given in ml.",)


@pytest.mark.parametrize(
    "attributes",
    [
        {"ImageOrientationPatient": [1, 0, 0, 1, 0, 0]},
        {"ImageOrientationPatient": [0, 0, 0, 0, 1, 0]},
        {"ImageOrientationPatient": [1, 0, 0, 0, 1]},
        {"ImagePositionPatient": [0, 0]},
        {"ImagePositionPatient": [0, 0, 1e9]},
        {"PixelSpacing": [0, 1]},
        {"PixelSpacing": [1, -1]},
        {"PixelSpacing": [1]},
    ],
)
def test_places_that_cannot_be(attributes: dict[str, object]) -> None:
    with pytest.raises(UnreadableFileError, match=r"^IM1 is a DICOM file that is cut off or damaged"):
        slices_of(open_header(file(dataset(PLANE, **attributes)), LIMITS))


@pytest.mark.parametrize("keyword", ["ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"])
def test_without_a_place_there_is_no_slice(keyword: str) -> None:
    assert slices_of(open_header(file(dataset(PLANE, **{keyword: None})), LIMITS)) == []
