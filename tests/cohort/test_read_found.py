from dataclasses import replace
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from dicom_files import series

from app.cohort.find import find
from app.cohort.found import DICOM, Found
from app.cohort.read_found import read_found
from app.errors import LimitError, StudyError, UnreadableFileError
from app.imaging.limits import LIMITS
from app.imaging.reading import open_study
from app.study import Sequence

VOXELS = np.arange(24, dtype=np.int16).reshape(2, 3, 4)


@pytest.fixture
def here(monkeypatch):
    """Read in this process, which is quicker; the names that files are given are in what it returns."""
    names = []

    def opened(files, roles=None, *, limits):
        names.append([file.name for file in files])
        return open_study(files, roles, limits=limits)

    monkeypatch.setattr("app.cohort.read_found.open_study", opened)
    return names


def volume(path, voxels=VOXELS):
    path.parent.mkdir(parents=True, exist_ok=True)
    nib.Nifti1Image(voxels, np.eye(4)).to_filename(path)
    return path


def test_a_case_in_a_process_of_its_own(tmp_path):
    volume(tmp_path / "p1" / "p1_flair.nii.gz")
    volume(tmp_path / "p1" / "p1_seg.nii.gz", (VOXELS > 20).astype(np.int16))
    study = read_found(find(tmp_path)[0])
    assert (study.name, study.sequences, int(study.reference.sum())) == ("p1", (Sequence.FLAIR,), 3)


def test_a_mask_that_is_called_like_its_scan(tmp_path, here):
    volume(tmp_path / "imagesTr" / "b1.nii.gz")
    volume(tmp_path / "labelsTr" / "b1.nii.gz", (VOXELS > 20).astype(np.int16))
    assert int(read_found(find(tmp_path)[0]).reference.sum()) == 3
    assert here == [["b1.nii.gz", "b1_seg.nii.gz"]]


def test_dicom_files_keep_the_folders_that_tell_series_apart(tmp_path, here):
    pixels = np.arange(24, dtype=np.uint16).reshape(2, 3, 4)
    paths = []
    for name in ("FLAIR", "T1"):
        for number, file in enumerate(series(pixels, SeriesDescription=name)):
            path = tmp_path / "p1" / name / f"IM{number}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.data)
            paths.append(path)
    study = read_found(Found("p1", tuple(paths), DICOM))
    assert study.sequences == (Sequence.FLAIR, Sequence.T1)
    assert here == [["FLAIR/IM0", "FLAIR/IM1", "T1/IM0", "T1/IM1"]]


@pytest.mark.usefixtures("here")
class TestProblems:
    def test_a_file_that_is_gone(self):
        with pytest.raises(UnreadableFileError, match=r"^gone_flair\.nii cannot be read: No such file"):
            read_found(Found("gone", (Path("/missing/gone_flair.nii"),), "NIfTI"))

    def test_too_much(self, tmp_path):
        found = Found("p1", (volume(tmp_path / "p1_flair.nii"),), "NIfTI")
        with pytest.raises(LimitError):
            read_found(found, replace(LIMITS, file_bytes=100))

    def test_series_of_which_nothing_says_what_they_are(self, tmp_path):
        pixels = np.arange(24, dtype=np.uint16).reshape(2, 3, 4)
        paths = []
        for name in ("AX DWI", "AX PD"):
            for file in series(pixels, SeriesDescription=name):
                paths.append(tmp_path / file.name)
                paths[-1].write_bytes(file.data)
        with pytest.raises(StudyError, match=r"Nothing says .* among Series 4 · AX DWI, Series 4 · AX PD\. Open"):
            read_found(Found("p1", tuple(paths), DICOM))

    def test_files_that_make_no_study(self, tmp_path):
        paths = volume(tmp_path / "p1_t1.nii"), volume(tmp_path / "p1_t1w.nii")
        with pytest.raises(StudyError, match="both taken for T1"):
            read_found(Found("p1", paths, "NIfTI"))
