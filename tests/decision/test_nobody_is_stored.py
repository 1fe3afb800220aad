"""A DICOM scan whose headers name somebody everywhere is saved, and the name is nowhere in the records."""

import io
import json
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pydicom
import pytest
from dicom_files import series
from dicomanonymizer.dicom_anonymization_databases import dicomfields_2026c as table
from pydicom.datadict import DicomDictionary, dictionary_VR
from pydicom.dataset import Dataset

from app.decision.keeping import keep, reopen
from app.decision.reading import read
from app.imaging import ScanFile, read_study
from app.records.database import Records
from app.records.moving_out import export_records
from app.records.rows import PatientFields
from app.study import Probability
from tests.decision.readings import CARD
from tests.decision.saved import ADMIN, CARD_JSON, THUMBNAIL
from tests.records.filled_records import rows

NAME, DIGITS = "Kanarie", "19640229"
VALUES = {
    **dict.fromkeys(("AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"), f"{NAME} {DIGITS}"[:16]),
    "DA": DIGITS,
    "TM": "121314",
    "DT": f"{DIGITS}121314",
    "AS": "099Y",
    "UI": f"1.2.826.{DIGITS}",
    "OB": NAME.encode() + b" ",
    "UN": NAME.encode() + b" ",
}
USED = {0x00080016, 0x00080018, 0x0020000D, 0x0020000E, 0x00080008, 0x00280004, 0x00080060}
"""Attributes that make the files a scan."""


def filled(file: ScanFile, number: int) -> ScanFile:
    made = pydicom.dcmread(io.BytesIO(file.data))
    made.StudyInstanceUID, made.SeriesInstanceUID = f"1.2.{DIGITS}.1", f"1.2.{DIGITS}.2"
    made.SOPInstanceUID = made.file_meta.MediaStorageSOPInstanceUID = f"1.2.{DIGITS}.3.{number}"
    made.SeriesDescription, made.BurnedInAnnotation = f"AX FLAIR {NAME}", "NO"
    for group, element, *_ in table.ALL_TAGS:
        tag = group << 16 | element
        if tag in DicomDictionary and tag not in USED and tag not in made and group > 2:
            fill(made, tag)
    for tag in (0x00100010, 0x00100020, 0x00081030):
        fill(made, tag)
    private = made.private_block(0x0009, NAME, create=True)
    private.add_new(1, "LO", NAME)
    packed = io.BytesIO()
    made.save_as(packed, enforce_file_format=True)
    return ScanFile(f"{NAME}_{number}.dcm", packed.getvalue())


def fill(made: Dataset, tag: int) -> None:
    vr = dictionary_VR(tag)
    if vr == "SQ":
        inner = Dataset()
        inner.PatientName, inner.StudyDate = NAME, DIGITS
        made.add_new(tag, vr, [inner])
    elif vr in VALUES:
        made.add_new(tag, vr, VALUES[vr])


@pytest.mark.parametrize("records_environ", ["sqlite"], indirect=True)
def test_the_name_is_nowhere(records: Records, tmp_path: Path) -> None:
    volume = np.arange(5 * 8 * 9, dtype=np.uint16).reshape(5, 8, 9)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of values that are out of the standard
        files = [filled(file, number) for number, file in enumerate(series(volume, (0, 0, 4)))]
    files = [*files[:1], *files[2:]]  # one is missing, which a note tells
    study = read_study(files)
    assert study.source.dicom is not None
    for told in (study.source.dicom.header, repr(study.source.dicom.planes)):
        assert NAME in told or DIGITS in told  # so it would be found

    result = Probability(
        np.full(study.shape, 150, np.uint8), study.sha256, CARD.sha256, np.full(study.shape, 2, np.uint8)
    )
    reading = read(study, result, CARD, None, threshold=0.5, smallest=1)
    kept = keep(
        records,
        ADMIN,
        reading,
        patient_id=PatientFields("P-7"),
        taken_on=None,
        card_json=CARD_JSON,
        thumbnail=THUMBNAIL,
    )

    assert reopen(records, ADMIN, kept.segmentation_id).study.source.dicom is not None
    export_records(records, ADMIN, tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        everywhere = [archive.read(name) for name in archive.namelist()]
    everywhere += [path.read_bytes() for path in records.folder.rglob("*") if path.is_file()]
    everywhere.append(json.dumps(rows(records), default=str).encode())
    assert len(everywhere) > 10
    for content in everywhere:
        assert NAME.lower().encode() not in content.lower() and DIGITS.encode() not in content
