import nibabel as nib
import numpy as np
import pytest
from dataset_files import write_case

from app.study import Sequence
from app.training.datasets import DATASETS

TURNED = np.array([[0, 1.0, 0, 0], [-1.0, 0, 0, 0], [0, 0, 1.0, 0], [0, 0, 0, 1.0]])
"""i to the back, j to the right, k to the head."""


@pytest.mark.parametrize(
    ("folder", "patient"),
    [
        ("BraTS-GLI-00000-001", "BraTS-GLI-00000"),
        ("BraTS-MEN-00017-000", "BraTS-MEN-00017"),
        ("BraTS20_Training_001", "BraTS20_Training_001"),
        ("Brats18_2013_2_1", "Brats18_2013_2_1"),
    ],
)
def test_patient_of_a_folder(tmp_path, folder, patient):
    write_case(tmp_path / folder, seed=1)
    (case,) = DATASETS["brats"].cases(tmp_path)
    assert (case.name, case.patient) == (folder, patient)


def test_naming_and_labels_since_2023(tmp_path):
    folder = tmp_path / "BraTS-GLI-00005-100"
    write_case(folder, seed=1, sequences=("t2f", "t1n", "t1c", "t2w"), labels=(1, 2, 3))
    (case,) = DATASETS["brats"].cases(tmp_path)
    study = case.study()
    assert study.sequences == tuple(Sequence)
    assert np.unique(study.reference).tolist() == [0, 1, 2, 4]
    assert {path.name.removeprefix("BraTS-GLI-00005-100_") for path in case.files} == {
        *("seg.nii", "t1c.nii", "t1n.nii", "t2f.nii", "t2w.nii")
    }


def test_other_files_are_left_alone(tmp_path):
    folder = write_case(tmp_path / "B1", seed=1)
    (folder / "survival_info.csv").touch()
    (folder / "B1_prediction.nii").touch()
    (case,) = DATASETS["brats"].cases(tmp_path)
    assert len(case.files) == 5
    assert case.study().spacing == (1.0, 1.0, 1.0)


def test_own_slices_have_the_axes_of_the_files(tmp_path):
    voxels = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
    (tmp_path / "B1").mkdir()
    for name, data in (("flair", voxels), ("seg", (voxels > 20).astype(np.uint8))):
        nib.Nifti1Image(data, TURNED).to_filename(tmp_path / "B1" / f"B1_{name}.nii.gz")
    (case,) = DATASETS["brats"].cases(tmp_path)
    flair = case.study().images[Sequence.FLAIR]
    assert flair.shape == (4, 2, 3)
    np.testing.assert_array_equal(case.own_slices(flair), voxels)
