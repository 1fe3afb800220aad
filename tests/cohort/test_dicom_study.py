import numpy as np
import pytest
from dicom_files import dataset, packed
from pydicom import Dataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    MediaStorageDirectoryStorage,
)

from app.cohort.dicom_study import study_uid

PIXELS = np.arange(6, dtype=np.uint16).reshape(2, 3)
UID = "1.2.826.0.1.3680043.8.498.1"


def written(folder, content):
    path = folder / "IM1"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "syntax", [None, ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian], ids=str
)
def test_the_examination_of_a_file(tmp_path, syntax):
    assert study_uid(written(tmp_path, packed(dataset(PIXELS, StudyInstanceUID=UID), syntax))) == UID


def test_large_deflated_files_are_read_whole(tmp_path):
    noise = np.random.default_rng(7).integers(0, 2**16, (300, 300), np.uint16)
    content = packed(dataset(noise, StudyInstanceUID=UID), DeflatedExplicitVRLittleEndian)
    assert len(content) > 2**16
    assert study_uid(written(tmp_path, content)) == UID


def test_much_before_the_identifier(tmp_path):
    made = dataset(PIXELS, StudyInstanceUID=UID)
    made.ReferencedImageSequence = [Dataset() for _ in range(2000)]
    for number, item in enumerate(made.ReferencedImageSequence):
        item.ReferencedSOPInstanceUID = f"{UID}.{number}"
    assert study_uid(written(tmp_path, packed(made))) == UID


def test_files_of_no_examination(tmp_path):
    assert study_uid(written(tmp_path, packed(dataset(PIXELS, StudyInstanceUID=None)))) == ""
    whole = packed(dataset(PIXELS, StudyInstanceUID=UID))
    assert study_uid(written(tmp_path, whole[:200])) == ""


def test_other_files(tmp_path):
    for content in (b"", b"text", bytes(2000)):
        assert study_uid(written(tmp_path, content)) is None


def test_the_directory_of_a_disc_is_no_scan(tmp_path):
    made = dataset(PIXELS, SOPClassUID=MediaStorageDirectoryStorage)
    assert study_uid(written(tmp_path, packed(made))) is None


def test_a_file_that_cannot_be_read(tmp_path):
    with pytest.raises(OSError, match="No such file"):
        study_uid(tmp_path / "missing")
