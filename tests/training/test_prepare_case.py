import numpy as np
import pytest
from dataset_files import write_case, write_mat

from app.training import prepare_case as module
from app.training.datasets import DATASETS
from app.training.prepare_case import prepare_case


def test_a_case_without_tumour(tmp_path):
    write_case(tmp_path / "P1", seed=1, labels=())
    (case,) = DATASETS["brats"].cases(tmp_path)
    entry = prepare_case(case).entry
    assert (entry.tumour_voxels, entry.tumour_ml, entry.tumour_slices, entry.reference) == (0, 0.0, 0, None)
    assert entry.most_tumour == 4
    assert entry.slices == list(range(2, 10))
    assert "the reference is empty" in entry.problems


def test_a_picture_has_no_millilitres(tmp_path):
    image = np.random.default_rng(2).integers(0, 99, (20, 16))
    write_mat(tmp_path / "7.mat", image, image > 90)
    (case,) = DATASETS["figshare"].cases(tmp_path)
    prepared = prepare_case(case)
    assert (prepared.entry.spacing, prepared.entry.tumour_ml, prepared.entry.orientation) == (None, None, None)
    assert prepared.entry.tumour_voxels == (image > 90).sum()
    assert (prepared.images.shape, prepared.targets.shape) == ((1, 240, 240, 1), (1, 240, 240))


def test_why_a_case_cannot_be_used(tmp_path):
    (tmp_path / "7.mat").write_text("broken")
    (case,) = DATASETS["figshare"].cases(tmp_path)
    assert prepare_case(case) == f"{tmp_path / '7.mat'} is missing, damaged, or not HDF5. Copy or download it again."
    (tmp_path / "7.mat").unlink()
    assert prepare_case(case) == f"{tmp_path / '7.mat'} cannot be read: No such file or directory. Copy it again."


def test_a_mistake_of_ours_is_no_broken_case(tmp_path, monkeypatch):
    write_case(tmp_path / "P1", seed=1)
    (case,) = DATASETS["brats"].cases(tmp_path)
    monkeypatch.setattr(module, "prepare", lambda study: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        prepare_case(case)
