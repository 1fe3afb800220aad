import json
import re
from pathlib import Path

import pytest

from app.errors import DatasetError
from app.training.datasets import Case
from app.training.split import Split, read_split, split_by_patient


def cases_of(dataset, names, patients=None):
    return [Case(dataset, name, patient, (Path(name),)) for name, patient in zip(names, patients or names, strict=True)]


BRATS = cases_of("brats", [f"B{n}" for n in range(20)])
LGG = cases_of("lgg", [f"L{n}" for n in range(12)], [f"L{n // 2}" for n in range(12)])


def held_out(fold=0, cases=(*BRATS, *LGG), folds=5, seed=3):
    return split_by_patient(cases, folds, fold, seed).validation


def patients(cases):
    return {case.patient for case in cases}


def test_no_case_is_lost():
    split = split_by_patient(BRATS + LGG, 5, 0, seed=3)
    assert sorted(split.training + split.validation) == sorted(BRATS + LGG)


def test_all_cases_of_a_patient_go_together():
    split = split_by_patient(LGG, 2, 0, seed=3)
    assert (len(patients(split.validation)), len(split.validation)) == (3, 6)


def test_each_set_gives_its_share():
    assert len(patients(c for c in held_out() if c.dataset == "brats")) == 4
    assert len(patients(c for c in held_out() if c.dataset == "lgg")) == 2  # of 6, dealt into 5


def test_every_patient_is_held_out_in_exactly_one_fold():
    folds = [patients(held_out(fold)) for fold in range(5)]
    assert sum(map(len, folds)) == len(set().union(*folds)) == 26


def test_a_set_with_fewer_patients_than_folds_is_not_in_the_last_ones():
    few = cases_of("figshare", ["1", "2", "3"])
    folds = [[c.name for c in held_out(fold, (*BRATS, *few)) if c.dataset == "figshare"] for fold in range(5)]
    assert sorted(map(len, folds)) == [0, 0, 1, 1, 1]


def test_the_seed_decides_and_the_order_of_the_cases_does_not():
    assert patients(held_out(cases=BRATS[::-1])) == patients(held_out(cases=BRATS))
    assert patients(held_out(cases=BRATS, seed=4)) != patients(held_out(cases=BRATS))


def test_the_split_of_a_seed_is_for_good():
    """With another draw, a run that goes on would train on patients that were held back before."""
    assert sorted(patients(held_out())) == ["B12", "B14", "B18", "B19", "L1", "L5"]


def test_another_set_does_not_change_who_is_held_out():
    assert patients(held_out(cases=BRATS)) == patients(c for c in held_out() if c.dataset == "brats")


def test_a_patient_of_two_sets_must_not_be_on_both_sides():
    names = [f"P{n}" for n in range(9)]
    with pytest.raises(DatasetError, match="Patients on both sides"):
        split_by_patient(cases_of("brats", names) + cases_of("lgg", names), 3, 0, seed=1)


def test_shared_patients_are_named():
    with pytest.raises(DatasetError, match=re.escape("Patients on both sides of the split: L1, L2.")):
        Split(tuple(LGG[2:5]), tuple(LGG[3:8]))


@pytest.mark.parametrize(("folds", "fold"), [(5, 5), (5, -1), (1, 0)])
def test_folds_that_there_are_not(folds, fold):
    with pytest.raises(DatasetError, match=f"no fold {fold} of {folds}"):
        held_out(fold, folds=folds)


@pytest.mark.parametrize(("cases", "fold"), [(BRATS[:1], 0), (BRATS[:1], 1), ([], 0)])
def test_someone_must_be_on_either_side(cases, fold):
    with pytest.raises(DatasetError, match="patients on both sides; give more"):
        split_by_patient(cases, 2, fold, seed=3)


class TestFile:
    def test_round_trip(self, tmp_path):
        split = split_by_patient(BRATS + LGG, 5, 2, seed=3)
        (tmp_path / "split.json").write_text(split.to_json())
        assert read_split(tmp_path / "split.json", LGG + BRATS) == split

    def test_cases_that_it_does_not_name_are_left_out(self, tmp_path):
        (tmp_path / "split.json").write_text(Split(tuple(BRATS[:2]), tuple(BRATS[2:3])).to_json())
        split = read_split(tmp_path / "split.json", BRATS)
        assert [case.name for case in split.training + split.validation] == ["B0", "B1", "B2"]

    def test_a_patient_on_both_sides_is_refused(self, tmp_path):
        (tmp_path / "split.json").write_text(json.dumps({"training": ["lgg/L0"], "validation": ["lgg/L1"]}))
        with pytest.raises(DatasetError, match="both sides of the split: L0"):
            read_split(tmp_path / "split.json", LGG)

    def test_a_case_that_is_not_there(self, tmp_path):
        (tmp_path / "split.json").write_text(json.dumps({"training": ["brats/B0", "brats/X"], "validation": ["a/b"]}))
        with pytest.raises(DatasetError, match="names 2 cases that are not in the prepared sets, the first is brats/X"):
            read_split(tmp_path / "split.json", BRATS)

    @pytest.mark.parametrize("text", ["", "[]", '{"training": []}', '{"training": 1, "validation": []}'])
    def test_what_is_no_split(self, tmp_path, text):
        (tmp_path / "split.json").write_text(text)
        with pytest.raises(DatasetError, match="with case keys under training and validation"):
            read_split(tmp_path / "split.json", BRATS)
