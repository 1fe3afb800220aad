from dataclasses import dataclass

import numpy as np
import pytest
from dicom_files import AXIAL, SAGITTAL, dataset, file

from app.imaging import LIMITS
from app.imaging.dicom_geometry import Stack, stack
from app.imaging.dicom_header import open_header
from app.imaging.dicom_ranking import one_of_each
from app.imaging.dicom_slices import slices_of
from app.imaging.naming import Role
from app.study import Sequence

PLANE = np.zeros((2, 3), np.uint8)


@dataclass(frozen=True)
class Series:
    stack: Stack
    role: Role | None = Sequence.FLAIR


def series(count: int = 3, role: Role | None = Sequence.FLAIR, **attributes: object) -> Series:
    orientation = attributes.pop("orientation", AXIAL)
    step = 4 * np.cross(orientation[:3], orientation[3:])  # type: ignore[index]
    made = [
        dataset(PLANE, ImageOrientationPatient=list(orientation), ImagePositionPatient=list(step * n), **attributes)  # type: ignore[call-overload]
        for n in range(count)
    ]
    return Series(stack([each for one in made for each in slices_of(open_header(file(one), LIMITS))], "a"), role)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({}, {"orientation": SAGITTAL}),
        ({"count": 4}, {}),
        ({"orientation": SAGITTAL, "MRAcquisitionType": "3D"}, {"orientation": SAGITTAL, "count": 9}),
        ({}, {"count": 9, "ImageType": ["DERIVED", "PRIMARY"]}),
        ({"ImageType": ["DERIVED", "PRIMARY"]}, {"orientation": SAGITTAL, "count": 9}),
    ],
)
def test_the_better_one_keeps_the_guess(better: dict[str, object], worse: dict[str, object]) -> None:
    for pair, expected in (((better, worse), [Sequence.FLAIR, None]), ((worse, better), [None, Sequence.FLAIR])):
        assert one_of_each([series(**each) for each in pair]) == expected  # type: ignore[arg-type]


def test_of_two_alike_the_first_keeps_it_and_other_guesses_stay() -> None:
    found = [series(role=None), series(), series(), series(role=Sequence.T2)]

    assert one_of_each(found) == [None, Sequence.FLAIR, None, Sequence.T2]


def test_only_the_largest_examination_is_proposed() -> None:
    found = [
        series(9, role=None, StudyInstanceUID="1.2"),
        series(StudyInstanceUID="1.2"),
        series(StudyInstanceUID="1.3"),
    ]

    assert one_of_each(found) == [None, Sequence.FLAIR, None]
    assert one_of_each(found[2:]) == [Sequence.FLAIR]
