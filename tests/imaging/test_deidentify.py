"""De-identified headers: no word of a person is left, and a segmentation object can still be made."""

import base64
import json
import logging
from datetime import date, timedelta

import numpy as np
import pytest
from dicom_files import series
from dicomanonymizer.dicom_anonymization_databases import dicomfields_2026c as table
from pydicom.datadict import DicomDictionary, dictionary_VR, keyword_for_tag, repeater_has_tag, tag_for_keyword
from pydicom.uid import UID, MRImageStorage

from app.imaging import read_study
from app.imaging.deidentify import METHOD, TABLE, _rules, deidentified, may_carry_text, suggested_day
from app.study import DicomPlane, DicomSource, Sequence, Source, Study

CANARY, DIGITS = "Kanarie", "19640229"
ALPHABETS = ("Müller^Jürgen", "山田^太郎", "Людмила", "김희중", "Διονυσιος")
KEPT = ["00120062", "00120063", "00180050", "0020000D", "0020000E", "00200052"]
PLANE = DicomPlane(str(MRImageStorage), f"1.2.{DIGITS}.1", None, (1.5, -2.0, 3.25))


def entry(vr: str) -> dict[str, object]:
    """A value of a kind that is found again wherever it ends up."""
    if vr == "SQ":
        inner = {"00100010": entry("PN"), "00081030": entry("LO"), "0020000D": entry("UI"), "00080020": entry("DA")}
        return {"vr": "SQ", "Value": [inner | {"00081110": {"vr": "SQ", "Value": [inner]}}]}
    if vr == "PN":
        return {"vr": vr, "Value": [{"Alphabetic": f"{CANARY}^{ALPHABETS[0]}", "Ideographic": ALPHABETS[1]}]}
    if vr == "UI":
        return {"vr": vr, "Value": [f"1.2.826.{DIGITS}.7"]}
    if vr in ("DA", "TM", "DT", "DS", "IS", "AS"):
        return {"vr": vr, "Value": [DIGITS]}
    if vr in ("FD", "FL", "SL", "SS", "SV", "UL", "US", "UV"):
        return {"vr": vr, "Value": [int(DIGITS)]}
    if vr in ("OB", "OD", "OF", "OL", "OV", "OW", "UN"):
        return {"vr": vr, "InlineBinary": base64.b64encode(f"{CANARY}{DIGITS}".encode()).decode()}
    return {"vr": vr, "Value": [f"{CANARY} {DIGITS} {alphabet}" for alphabet in ALPHABETS]}


def everything() -> dict[str, object]:
    """Every attribute of the dictionary and of the profile's table, with private, unknown and odd ones."""
    tags = {*DicomDictionary, *(group << 16 | element for group, element, *_ in table.ALL_TAGS)}
    header = {f"{tag:08X}": entry(vr_of(tag)) for tag in tags}
    header["00180050"] = {"vr": "DS", "Value": [3.5]}
    header |= {"00090010": entry("LO"), "00091001": entry("LO"), "001910AB": entry("SQ"), "7FDF0001": entry("ZZ")}
    return header | {"50001234": entry("ST"), "60000022": entry("LO"), CANARY: entry("LO"), "0010": {"vr": CANARY}}


def vr_of(tag: int) -> str:
    known = tag in DicomDictionary or repeater_has_tag(tag)
    return dictionary_VR(tag).split(" ")[0] if known else "LO"


def source(header: object, *planes: DicomPlane | None) -> DicomSource:
    return DicomSource(json.dumps(header), planes)


def assert_nobody_in(text: str) -> None:
    for word in (CANARY, DIGITS, base64.b64encode(CANARY.encode()).decode()[:8], *ALPHABETS):
        assert word not in text and json.dumps(word)[1:-1] not in text


def test_of_every_attribute_only_what_exports_need_is_left() -> None:
    clean = deidentified(source(everything(), PLANE, None))
    assert_nobody_in(clean.header + repr(clean.planes))
    header = json.loads(clean.header)
    assert sorted(header) == KEPT
    assert header["00180050"]["Value"] == [3.5] and header["00120062"]["Value"] == ["YES"]
    assert header["00120063"]["Value"] == [METHOD] and len(METHOD) <= 64


@pytest.mark.parametrize("keyword", ["StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID", "SliceThickness"])
@pytest.mark.parametrize(
    "value",
    [
        *({"vr": vr, "Value": [CANARY]} for vr in ("UI", "DS", "LO", "XX")),
        *(
            {"vr": "UI", "Value": [value]}
            for value in ([CANARY], {"Alphabetic": CANARY}, None, "\x00" + CANARY, "\ud800")
        ),
        *({"vr": "DS", "Value": [value]} for value in ("NaN", "-1", "1e999", CANARY, int(DIGITS) * -1)),
        {"vr": "UI", "BulkDataURI": f"file:///{CANARY}"},
        {"vr": "UI", "Value": CANARY},
        {"Value": [CANARY]},
        CANARY,
        [CANARY],
        None,
    ],
)
def test_damaged_values_do_not_come_through(keyword: str, value: object) -> None:
    tag = f"{tag_for_keyword(keyword):08X}"
    clean = deidentified(source({tag: value}))
    assert_nobody_in(clean.header)
    left = json.loads(clean.header).get(tag, {}).get("Value", [])
    assert all(UID(uid).is_valid for uid in left)


@pytest.mark.parametrize("header", ["", "{", CANARY, f'["{CANARY}"]', "null", "[" * 100_000])
def test_a_header_that_is_none_is_left_out(header: str) -> None:
    assert sorted(json.loads(deidentified(DicomSource(header, ())).header)) == ["00120062", "00120063"]


def test_identifiers_are_replaced_the_same_by_the_same() -> None:
    header = {"0020000D": entry("UI"), "0020000E": {"vr": "UI", "Value": [PLANE.instance]}}
    other = DicomPlane(str(MRImageStorage), "1.2.3.4", 7, (0.0, 0.0, 4.0))

    clean = deidentified(source(header, PLANE, None, other, PLANE))

    first, nothing, second, again = clean.planes
    assert nothing is None and first is not None and second is not None and first == again
    assert first.instance == json.loads(clean.header)["0020000E"]["Value"][0] != second.instance
    assert UID(first.instance).is_valid and UID(second.instance).is_valid
    assert (first.sop_class, first.frame, first.position) == (PLANE.sop_class, None, PLANE.position)
    assert (second.frame, second.position) == (7, (0.0, 0.0, 4.0))
    assert deidentified(source(header, PLANE, None, other, PLANE)).header == clean.header


def test_a_class_of_nobody_s_knowing_is_replaced_and_none_stays_none() -> None:
    (odd,) = deidentified(source({}, DicomPlane(CANARY, "", None, (0, 0, 0)))).planes
    assert odd is not None and odd.instance == "" and UID(odd.sop_class).is_valid
    assert_nobody_in(repr(odd))


ROWS = """
    AccessionNumber AcquisitionComments AcquisitionDate AcquisitionTime AdditionalPatientHistory AdmittingDate
    AdmittingDiagnosesDescription AttributeModificationDateTime ContentDate ContentTime CurrentPatientLocation
    DeviceSerialNumber FrameOfReferenceUID ImageComments InstitutionAddress InstitutionName
    InstitutionalDepartmentName IssuerOfPatientID MilitaryRank NameOfPhysiciansReadingStudy Occupation
    OperatorsName OtherPatientIDs OtherPatientNames PatientAddress PatientAge PatientBirthDate PatientBirthName
    PatientBirthTime PatientComments PatientID PatientMotherBirthName PatientName PatientReligiousPreference
    PatientSex PatientSize PatientState PatientTelephoneNumbers PatientWeight PerformedProcedureStepDescription
    PerformingPhysicianName ProtocolName ReferringPhysicianName ReferringPhysicianAddress
    RequestedProcedureDescription RequestingPhysician ResponsiblePerson SOPInstanceUID SeriesDate
    SeriesDescription SeriesInstanceUID SeriesTime StationName StudyComments StudyDate StudyDescription StudyID
    StudyInstanceUID StudyTime TextComments
"""
"""Rows of PS3.15 table E.1-1, from memory of the standard and not of the library."""


def test_the_library_s_table_has_the_rows_of_the_standard() -> None:
    removed = {keyword_for_tag(group << 16 | element) for group, element, *_ in _rules()}
    assert set(ROWS.split()) <= removed and TABLE.removeprefix("dicomfields_") >= "2026c"


def test_the_profile_takes_out_what_an_export_may_come_to_need(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.imaging.deidentify._NEEDED", ("StudyInstanceUID", *ROWS.split()))
    assert_nobody_in(deidentified(source(everything())).header)


def test_nothing_is_said_and_the_library_keeps_nothing(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    from dicomanonymizer.simpledicomanonymizer import dictionary

    caplog.set_level(logging.DEBUG)
    deidentified(source(everything(), PLANE))
    assert capfd.readouterr() == ("", "") and not caplog.records and not dictionary


def study_of(dicom: DicomSource | None, kind: str = "volume") -> Study:
    images = {Sequence.FLAIR: np.zeros((1, 2, 2), np.float32)}
    return Study("P-7", images, Source(kind, (2, 2), None, dicom))  # type: ignore[arg-type]


DAYS = [
    ({"StudyDate": "20240229"}, date(2024, 2, 29)),
    ({"StudyDate": "2024.02.29"}, date(2024, 2, 29)),
    ({"StudyDate": "", "SeriesDate": "20240301"}, date(2024, 3, 1)),
    ({"StudyDate": "20230229", "SeriesDate": "20240301"}, date(2024, 3, 1)),
]
NO_DAYS = [
    "",
    "yesterdy",
    "00010101",
    "19000101",
    "2024",
    "202402291",
    "٢٠٢٤٠٢٢٩",
    f"{date.today() + timedelta(2):%Y%m%d}",
]


@pytest.mark.parametrize(("values", "day"), [*DAYS, *(({"StudyDate": text}, None) for text in NO_DAYS)])
def test_the_day_is_suggested_where_it_can_be(values: dict[str, str], day: date | None) -> None:
    header = {f"{tag_for_keyword(keyword):08X}": {"vr": "DA", "Value": [text]} for keyword, text in values.items()}
    assert suggested_day(source(header)) == day
    assert suggested_day(source({})) is None


def test_pixels_that_may_carry_text_are_named() -> None:
    capture = DicomPlane("1.2.840.10008.5.1.4.1.1.7.4", "1.2.3", 1, (0, 0, 0))
    assert "Pictures" in may_carry_text(study_of(None, "picture"))
    assert "screen captures" in may_carry_text(study_of(source({}, None, capture)))
    assert may_carry_text(study_of(None)) == may_carry_text(study_of(source({}, PLANE))) == ""
    burnt = series(np.arange(60, dtype=np.uint16).reshape(3, 4, 5), BurnedInAnnotation="YES")
    assert "burnt into their pixels" in may_carry_text(read_study(burnt))
