"""What is kept of DICOM headers for objects that refer to the scan."""

import json

import numpy as np
import pytest
from dicom_files import SAGITTAL, at, enhanced, file, series
from pydicom.uid import EnhancedMRImageStorage, MRImageStorage

from app.imaging import LIMITS, ScanFile, read_study
from app.imaging.dicom_series import open_dicom
from app.study import DicomPlane, DicomSource

VOLUME = np.arange(4 * 3 * 5, dtype=np.uint16).reshape(4, 3, 5)


def source_of(*files: ScanFile) -> DicomSource:
    (only,) = open_dicom(files, LIMITS)
    assert only.source.dicom is not None and only.source is only.source
    return only.source.dicom


def header_of(dicom: DicomSource) -> dict[str, object]:
    return {tag: entry.get("Value") for tag, entry in json.loads(dicom.header).items()}


def test_planes_stand_at_their_places() -> None:
    files = series(VOLUME, (-4, 0, 0), ImageOrientationPatient=list(SAGITTAL))
    uids = [source_of(each).planes[0].instance for each in files]  # type: ignore[union-attr]
    kept = [files[number] for number in (3, 0, 2)]  # the second is missing

    planes = source_of(*kept).planes

    there = [plane for plane in planes if plane is not None]
    assert len(planes) == 4 and planes.index(None) in (1, 2)
    by_uid = {plane.instance: plane.position for plane in there}
    assert by_uid == {uids[0]: (0, 0, 0), uids[2]: (-8, 0, 0), uids[3]: (-12, 0, 0)}
    assert {(plane.sop_class, plane.frame) for plane in there} == {(str(MRImageStorage), None)}


def test_frames_are_counted_from_one() -> None:
    made = enhanced(VOLUME, [at(4 * (3 - number)) for number in range(4)])
    planes = source_of(file(made)).planes
    assert planes[0] == DicomPlane(str(EnhancedMRImageStorage), made.SOPInstanceUID, 4, (0, 0, 0))
    assert [plane.frame for plane in planes if plane is not None] == [4, 3, 2, 1]
    assert header_of(source_of(file(made)))["00180050"] == [5]  # from the shared functional groups


def test_patient_study_and_series_are_repeated_and_nothing_else() -> None:
    extra = {"StudyDate": "20200304", "InstitutionName": "St. Elsewhere", "FrameOfReferenceUID": "1.2.3"}
    header = header_of(source_of(*series(VOLUME, **extra)))
    assert header["00100010"] == [{"Alphabetic": "Doe^Jane"}] and header["00100020"] == ["ID-4711"]
    assert (header["00080020"], header["00200052"]) == (["20200304"], ["1.2.3"])
    assert "St. Elsewhere" not in json.dumps(header)


@pytest.mark.filterwarnings("ignore::UserWarning")  # of pydicom, when the odd file is made
def test_names_in_other_alphabets_and_damaged_dates_are_text() -> None:
    odd = {"SpecificCharacterSet": "ISO_IR 192", "PatientName": "山田^太郎", "PatientBirthDate": "yesterdy"}
    header = header_of(source_of(*series(VOLUME, **odd)))
    assert header["00100010"] == [{"Alphabetic": "山田^太郎"}] and header["00100030"] == ["yesterdy"]


def test_it_is_part_of_a_study_and_shows_nobody() -> None:
    study = read_study(series(VOLUME))
    assert study.source.dicom is not None and len(study.source.dicom.planes) == 4
    assert "Doe" in study.source.dicom.header and "Doe" not in repr(study.source)
