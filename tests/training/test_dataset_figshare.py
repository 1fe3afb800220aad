import numpy as np
import pytest
from dataset_files import write_mat

from app.errors import StudyError, UnreadableFileError, UnsupportedFileError, VoxelError
from app.study import Sequence
from app.training.datasets import DATASETS

IMAGE = np.arange(12).reshape(3, 4)
MASK = IMAGE > 9


def cases(folder):
    return DATASETS["figshare"].cases(folder)


def test_a_file_is_a_case_of_its_patient(tmp_path):
    write_mat(tmp_path / "1.mat", IMAGE, MASK, "MR040236B")
    (tmp_path / "part").mkdir()
    write_mat(tmp_path / "part" / "20.mat", IMAGE, MASK)
    (tmp_path / "cvind.mat").touch()
    assert [(case.key, case.patient) for case in cases(tmp_path)] == [
        ("figshare/1", "MR040236B"),
        ("figshare/20", "100360"),
    ]


def test_the_slice_as_it_is_looked_at(tmp_path):
    write_mat(tmp_path / "1.mat", IMAGE, MASK)
    (case,) = cases(tmp_path)
    study = case.study()
    assert study.sequences == (Sequence.T1CE,)
    np.testing.assert_array_equal(study.images[Sequence.T1CE], IMAGE[np.newaxis])
    np.testing.assert_array_equal(study.reference, MASK[np.newaxis])
    assert (study.name, study.spacing, study.source.shape) == ("1", None, (3, 4))
    assert not study.images[Sequence.T1CE].flags.writeable
    np.testing.assert_array_equal(case.own_slices(study.reference), MASK[np.newaxis])


def test_a_broken_file_is_found_and_says_so_when_read(tmp_path):
    (tmp_path / "7.mat").write_bytes(b"MATLAB 5.0 MAT-file")
    (case,) = cases(tmp_path)
    assert case.patient == "7"
    with pytest.raises(UnreadableFileError, match=r"7\.mat is missing, damaged, or not HDF5"):
        case.study()


@pytest.mark.parametrize(
    ("image", "mask", "error", "said"),
    [
        (IMAGE, MASK.T, UnsupportedFileError, r"not slices of one size\. Received: \(3, 4\), \(4, 3\)"),
        (IMAGE, MASK * 7, StudyError, r"7\.mat cannot be a reference mask: it holds the values 7"),
        (IMAGE * 0 + 5, MASK, VoxelError, r"7\.mat holds the value 5 everywhere"),
        (IMAGE[0], MASK[0], UnsupportedFileError, r"7\.mat: image and tumorMask are not slices"),
    ],
)
def test_what_is_not_a_slice(tmp_path, image, mask, error, said):
    write_mat(tmp_path / "7.mat", image, mask)
    (case,) = cases(tmp_path)
    with pytest.raises(error, match=said):
        case.study()
