import re
from pathlib import Path

import numpy as np
import pytest
from dataset_files import write_case, write_mat

from app.errors import DatasetError, UnreadableFileError
from app.study import Sequence
from app.training.datasets import DATASETS, Case
from app.training.layouts import LAYOUTS

IMAGE = np.arange(12).reshape(3, 4)


def test_every_layout_is_a_data_set():
    assert list(DATASETS) == list(LAYOUTS) == [dataset.name for dataset in DATASETS.values()]
    assert {name for name, dataset in DATASETS.items() if dataset.classes_known} == {"brats", "brats-h5", "simulated"}
    assert DATASETS["lgg"].possible == (Sequence.FLAIR, Sequence.T1, Sequence.T1CE)
    assert DATASETS["figshare"].possible == (Sequence.T1CE,)


def test_cases_are_sorted_by_name_and_have_a_key(tmp_path):
    for name in ("B2", "B1"):
        write_case(tmp_path / name, seed=1)
    cases = DATASETS["simulated"].cases(tmp_path)
    assert [case.key for case in cases] == ["simulated/B1", "simulated/B2"]
    assert cases[0].dataset == "simulated"


def test_cases_of_all_sets_have_one_order():
    cases = [Case("lgg", "A", "A", ()), Case("brats", "B", "B", ()), Case("brats", "A", "Z", ())]
    assert [case.key for case in sorted(cases)] == ["brats/A", "brats/B", "lgg/A"]


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_folder_without_cases_says_what_is_expected(tmp_path, name):
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "readme.txt").touch()
    for folder in (tmp_path, tmp_path / "missing", tmp_path / "notes" / "readme.txt"):
        with pytest.raises(DatasetError, match=re.escape(f"{folder} holds no case of {DATASETS[name].title}. Exp")):
            DATASETS[name].cases(folder)


def test_two_cases_of_one_name_are_both_named(tmp_path):
    for part in ("a", "b"):
        (tmp_path / part).mkdir()
        write_mat(tmp_path / part / "7.mat", IMAGE, IMAGE > 9)
    with pytest.raises(DatasetError) as refused:
        DATASETS["figshare"].cases(tmp_path)
    both = f"{tmp_path / 'a' / '7.mat'} and {tmp_path / 'b' / '7.mat'}"
    assert str(refused.value) == f"Two cases are called 7: {both}. Give a folder with one of them."


def test_a_case_without_reference_is_named(tmp_path):
    write_case(tmp_path / "B1", seed=1, reference=False)
    (case,) = DATASETS["brats"].cases(tmp_path)
    with pytest.raises(DatasetError, match=re.escape(f"{tmp_path / 'B1'} has no reference mask; add one or take")):
        case.study()


def test_files_that_are_gone(tmp_path):
    case = Case("brats", "B1", "B1", (Path(tmp_path / "B1_flair.nii"),))
    with pytest.raises(UnreadableFileError, match=r"B1_flair\.nii cannot be read: No such file"):
        case.study()
