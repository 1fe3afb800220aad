import nibabel as nib
import numpy as np
import pytest

from app.imaging import read_files, read_study
from app.simulate.write import nifti_bytes, write_case
from app.study import Sequence


def test_files_read_back(phantom, tmp_path):
    paths = write_case(phantom, tmp_path / "new" / "SIM_1", "SIM_1")
    assert [path.name for path in paths] == [f"SIM_1_{end}.nii.gz" for end in ("flair", "t1", "t1ce", "t2", "seg")]
    image = nib.load(paths[2])
    assert image.shape == (120, 120, 78)
    assert image.get_data_dtype() == np.int16
    assert image.header.get_zooms() == (2, 2, 2)
    assert nib.aff2axcodes(image.affine) == ("L", "P", "S")
    assert np.array_equal(np.asanyarray(image.dataobj).transpose(2, 1, 0), phantom.images[Sequence.T1CE])
    assert np.array_equal(np.asanyarray(nib.load(paths[4]).dataobj).transpose(2, 1, 0), phantom.labels)


def test_the_app_reads_them_as_one_study(phantom, tmp_path):
    study = read_study(read_files([*write_case(phantom, tmp_path, "SIM_1")]))
    assert study.sequences == tuple(Sequence)
    assert study.spacing == (2, 2, 2)
    assert np.array_equal(study.images[Sequence.FLAIR], phantom.images[Sequence.FLAIR])
    assert np.array_equal(study.reference, phantom.labels)


def test_affine_is_that_of_brats(tmp_path):
    path = tmp_path / "a.nii.gz"
    path.write_bytes(nifti_bytes(np.zeros((155, 240, 240), np.uint8), 1.0))
    assert nib.load(path).affine.tolist() == [[-1, 0, 0, 0], [0, -1, 0, 239], [0, 0, 1, 0], [0, 0, 0, 1]]


def test_same_voxels_same_bytes(phantom):
    assert nifti_bytes(phantom.labels, 2.0) == nifti_bytes(phantom.labels.copy(), 2.0)


@pytest.mark.parametrize("reference", [True, False])
def test_some_sequences_with_or_without_reference(phantom, tmp_path, reference):
    paths = write_case(phantom, tmp_path, "x", (Sequence.T2,), reference=reference)
    assert [path.name for path in paths] == ["x_t2.nii.gz", "x_seg.nii.gz"][: 1 + reference]
