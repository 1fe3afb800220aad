import numpy as np
import pytest
from dicom_files import AXIAL, CORONAL, SAGITTAL, dataset, file, turned

from app.imaging import LIMITS
from app.imaging.dicom_geometry import stack
from app.imaging.dicom_groups import MAX_VOLUMES, Group
from app.imaging.dicom_header import open_header
from app.imaging.dicom_labels import details, label_of, notes_of, study_title
from app.imaging.dicom_slices import slices_of

PLANE = np.zeros((2, 3), np.uint8)


def group(siblings: int = 1, number: int = 0, twice: int = 0, **attributes: object) -> Group:
    slices = slices_of(open_header(file(dataset(PLANE, **attributes)), LIMITS))
    return Group(tuple(slices), "1.2", number, siblings, twice)


@pytest.mark.parametrize(
    ("attributes", "label"),
    [
        ({}, "Series 4 · AX FLAIR"),
        ({"SeriesNumber": None}, "Series · AX FLAIR"),
        ({"SeriesDescription": None, "ProtocolName": "t2_tse"}, "Series 4 · t2_tse"),
        ({"SeriesDescription": None}, "Series 4"),
        ({"SeriesDescription": "FLAIR of Jane"}, "Series 4"),
        ({"SeriesDescription": "FLAIR id-4711"}, "Series 4"),
        ({"siblings": 2, "EchoTime": 98.4}, "Series 4 · AX FLAIR · volume 1 of 2, TE 98.4 ms"),
        ({"siblings": 3, "number": 2, "DiffusionBValue": 1000.0}, "Series 4 · AX FLAIR · volume 3 of 3, b 1000"),
    ],
)
def test_labels(attributes: dict[str, object], label: str) -> None:
    assert label_of(group(**attributes)) == label  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("orientation", "expected"),
    [
        (AXIAL, "axial"),
        (SAGITTAL, "sagittal"),
        (CORONAL, "coronal"),
        (turned(AXIAL, 9, (1, 0, 0)), "axial"),
        (turned(AXIAL, 11, (1, 0, 0)), "oblique axial"),
        (turned(AXIAL, 50, (1, 0, 0)), "oblique coronal"),
    ],
)
def test_details(orientation: tuple[float, ...], expected: str) -> None:
    slices = group(ImageOrientationPatient=list(orientation), PixelSpacing=[0.898, 0.45], SliceThickness=4.96).slices

    assert details(stack(slices, "a")) == f"1 slice of 5.0 mm, {expected}, 0.45 x 0.90 mm"


def test_details_without_a_thickness() -> None:
    assert details(stack(group(SliceThickness=None).slices, "a")) == "1 slice, axial, 1.00 x 1.00 mm"


@pytest.mark.parametrize(
    ("attributes", "notes"),
    [
        ({}, ()),
        ({"twice": 1}, ("L: 1 slice came twice with equal pixels; one of each was kept.",)),
        ({"siblings": MAX_VOLUMES + 1}, ("L: the series holds more than are offered, which are the first 8.",)),
        ({"Modality": "PT"}, ("L: these are no MR images (PT); the network knows MRI only.",)),
        ({"Modality": None}, ("L: these are no MR images (unknown); the network knows MRI only.",)),
    ],
)
def test_notes(attributes: dict[str, object], notes: tuple[str, ...]) -> None:
    assert notes_of(group(**attributes), "L") == notes  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("description", "title"), [("MR Head", "MR Head"), (None, "DICOM study"), ("Head DOE", "DICOM study")]
)
def test_the_title_of_an_examination(description: str | None, title: str) -> None:
    made = dataset(PLANE)
    if description:
        made.StudyDescription = description

    assert study_title(open_header(file(made), LIMITS)) == title
