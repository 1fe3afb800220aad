import json

import numpy as np
import pytest
from pydicom.uid import UID, MRImageStorage

from app.exports.dicom_references import PlaneGrid, lacking, sound_header, stand_in, uid_from
from app.study import DicomPlane, DicomSource, Source

UIDS = {
    "0020000D": {"vr": "UI", "Value": ["1.2.3"]},
    "0020000E": {"vr": "UI", "Value": ["1.2.4"]},
}
PLANE = DicomPlane(str(MRImageStorage), "1.2.5", None, (0.0, 0.0, 0.0))


def source(*planes: DicomPlane | None, **header: dict[str, object]) -> DicomSource:
    return DicomSource(json.dumps(UIDS | header), planes or (PLANE,))


def test_an_identifier_depends_on_the_words_and_on_nothing_else() -> None:
    made = uid_from("series", "abc")
    assert made == uid_from("series", "abc") != uid_from("series", "abd")
    assert made.startswith("2.25.") and UID(made).is_valid
    assert uid_from("a", "b") != uid_from("b", "a")
    assert 0 <= int(made.removeprefix("2.25.")) < 2**128


def test_the_grid_of_tilted_slices() -> None:
    """Columns 0.5 mm apart to the left, rows 2 mm apart to the back, slices 3 mm apart and 4 mm further back each."""
    affine = np.array([[-0.5, 0, 0, -10], [0, -2, -4, -20], [0, 0, 3, 30], [0, 0, 0, 1.0]])
    grid = PlaneGrid(affine)
    assert grid.orientation == (1, 0, 0, 0, 1, 0)
    assert (grid.pixel_spacing, grid.distance) == ((2, 0.5), 3)
    assert grid.position(2) == (10, 20 + 8, 30 + 6)


@pytest.mark.parametrize(
    ("tag", "lacks"), [("0020000D", True), ("0020000E", True), ("00200052", False), ("00100010", False)]
)
def test_without_which_identifiers_nothing_can_refer_to_a_scan(tag: str, lacks: bool) -> None:
    assert not lacking(source(PLANE, None))
    assert lacking(source(**{tag: {"vr": "UI"}})) is lacks
    assert lacking(source(**{tag: {"vr": "UI", "Value": ["1.02.no"]}})) is lacks


@pytest.mark.parametrize("plane", [DicomPlane("", "1.2", None, (0, 0, 0)), DicomPlane("1.2", "x", 1, (0, 0, 0))])
def test_every_image_needs_its_identifiers(plane: DicomPlane) -> None:
    assert lacking(source(PLANE, plane))


def test_attributes_that_break_their_own_rules_are_left_out() -> None:
    header = sound_header(
        source(
            **{
                "00100030": {"vr": "DA", "Value": ["yesterdy"]},
                "00080020": {"vr": "DA", "Value": ["20200304"]},
                "00200010": {"vr": "SH", "Value": ["x" * 90]},
                "00081030": {"vr": "LO", "Value": ["MR Schädel"]},
                "00200011": {"vr": "IS", "Value": ["four"]},
            }
        )
    )
    assert sorted(element.keyword for element in header) == [
        *("SeriesInstanceUID", "StudyDate", "StudyDescription", "StudyInstanceUID")
    ]


def test_the_stand_in_has_what_an_image_must_have() -> None:
    affine = np.diag([-0.5, -2.0, 3, 1])
    image = stand_in(
        source(**{"00100040": {"vr": "CS", "Value": ["W"]}}), Source("volume", (7, 6, 5), affine), PlaneGrid(affine)
    )
    assert (image.Columns, image.Rows, image.PatientSex, image.PatientName) == (7, 6, "", "")
    assert image.FrameOfReferenceUID == uid_from("frame of reference", "1.2.4")
    assert (image.PixelSpacing, image.SliceThickness) == ([2, 0.5], 3)
