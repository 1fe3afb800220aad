"""A segmentation object of a scan that was kept without its person: valid, on the same planes, and naming nobody."""

import io
from dataclasses import replace

import highdicom
import numpy as np
import pydicom
from dicom_files import file, series
from made_readings import CARD
from pydicom.uid import UID

from app.decision.reading import Reading, read
from app.exports.dicom_seg import dicom_seg
from app.exports.formats import FORMATS
from app.imaging import read_study
from app.imaging.deidentify import METHOD, deidentified
from app.study import Probability, Study

VOLUME = np.arange(5 * 6 * 7, dtype=np.uint16).reshape(5, 6, 7) % 201
NAMED = {
    "PatientName": "Kanarie^Müller",
    "PatientID": "K4711-19640229",
    "AccessionNumber": "A19640229",
    "StudyDate": "19640229",
    "SeriesDate": "19640229",
    "StudyTime": "121314",
    "StudyID": "Kanarie",
    "StudyDescription": "Head of Kanarie",
    "ReferringPhysicianName": "Kanarie^Dr",
    "PatientSex": "F",
    "PositionReferenceIndicator": "Kanarie",
    "FrameOfReferenceUID": "1.2.19640229.5",
}


def kept(study: Study) -> Study:
    dicom = study.source.dicom
    assert dicom is not None
    return replace(study, name="P-7", notes=(), source=replace(study.source, dicom=deidentified(dicom)))


def reading_of(study: Study) -> Reading:
    levels = study.images[study.sequences[0]].astype(np.uint8)
    result = Probability(levels, study.sha256, CARD.sha256, np.full(levels.shape, 2, np.uint8))
    return read(study, result, CARD, None, threshold=0.5, smallest=1)


def test_it_is_as_valid_as_before_and_names_nobody() -> None:
    files = series(VOLUME, (0, 0, 4), SpecificCharacterSet="ISO_IR 192", **NAMED)
    before = read_study(files)
    study = kept(before)
    assert FORMATS["dicom-seg"].reason(study) is None
    content = dicom_seg(reading_of(study))

    for word in (
        "Kanarie",
        "19640229",
        "K4711",
        "Müller",
        *(pydicom.dcmread(io.BytesIO(each.data)).SOPInstanceUID for each in files),
    ):
        assert word.encode() not in content
    seg = highdicom.seg.segread(io.BytesIO(content))
    planes = study.source.dicom.planes if study.source.dicom else ()
    laid_over = seg.get_pixels_by_source_instance([plane.instance for plane in planes if plane], combine_segments=True)
    np.testing.assert_array_equal(laid_over == 2, VOLUME >= 100)
    same = highdicom.seg.segread(io.BytesIO(dicom_seg(reading_of(before))))
    np.testing.assert_array_equal(seg.get_volume().affine, same.get_volume().affine)
    assert {element.keyword for element in same} - {element.keyword for element in seg} == {
        "StudyDescription",
        "SeriesDate",
    } & {element.keyword for element in same}


def test_it_says_that_it_was_de_identified() -> None:
    seg = pydicom.dcmread(io.BytesIO(dicom_seg(reading_of(kept(read_study(series(VOLUME, **NAMED)))))))
    assert (seg.PatientIdentityRemoved, seg.DeidentificationMethod) == ("YES", METHOD)
    assert (seg.PatientName, seg.PatientID, seg.StudyDate, seg.PatientSex) == ("", "", "", "")
    assert all(UID(uid).is_valid for uid in (seg.StudyInstanceUID, seg.FrameOfReferenceUID, seg.SOPInstanceUID))


def test_a_single_slice_without_a_frame_of_reference_can_have_one_too() -> None:
    (only,) = series(VOLUME[:1], **NAMED | {"FrameOfReferenceUID": ""})
    content = dicom_seg(reading_of(kept(read_study([file(pydicom.dcmread(io.BytesIO(only.data)))]))))
    assert highdicom.seg.segread(io.BytesIO(content)).number_of_segments == 3
