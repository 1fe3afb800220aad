import re

import pytest
from made_up_cases import cases_of

from app.errors import DatasetError
from app.training.cases import patients
from app.training.split import Split, split_by_patient

BRATS = cases_of("brats", *(f"B{n}" for n in range(20)))
LGG = cases_of("lgg", *(f"L{n}" for n in range(12)), patients=[f"L{n // 2}" for n in range(12)])


def test_no_patient_is_on_both_sides_and_no_case_is_lost():
    split = split_by_patient(BRATS + LGG, 0.25, seed=3)
    assert not patients(split.training) & patients(split.validation)
    assert sorted(split.training + split.validation) == sorted(BRATS + LGG)


def test_all_cases_of_a_patient_go_together():
    split = split_by_patient(LGG, 0.5, seed=3)
    assert len(patients(split.validation)) == 3
    assert len(split.validation) == 6


def test_each_source_gives_its_share():
    split = split_by_patient(BRATS + LGG, 0.25, seed=3)
    assert len(patients(case for case in split.validation if case.source == "brats")) == 5
    assert len(patients(case for case in split.validation if case.source == "lgg")) == 2  # 1.5 of 6


def test_each_source_gives_at_least_one():
    split = split_by_patient(BRATS + cases_of("lgg", "L0", "L1"), 0.1, seed=3)
    assert sorted(case.source for case in split.validation) == ["brats", "brats", "lgg"]


def test_the_seed_decides_and_the_order_of_the_cases_does_not():
    first = split_by_patient(BRATS, 0.25, seed=3)
    assert patients(split_by_patient(BRATS[::-1], 0.25, seed=3).validation) == patients(first.validation)
    assert patients(split_by_patient(BRATS, 0.25, seed=4).validation) != patients(first.validation)


def test_the_split_of_a_seed_is_for_good():
    """With another draw, a run that goes on would train on patients that were held back before."""
    split = split_by_patient(BRATS + LGG, 0.25, seed=3)
    assert sorted(patients(split.validation)) == ["B0", "B12", "B14", "B18", "B19", "L1", "L5"]


def test_another_source_does_not_change_who_is_held_back():
    alone, together = split_by_patient(BRATS, 0.25, seed=3), split_by_patient(LGG + BRATS, 0.25, seed=3)
    assert patients(alone.validation) == patients(case for case in together.validation if case.source == "brats")


def test_a_patient_of_two_sources_is_held_back_in_both():
    both = cases_of("brats", "P0", "P1", "P2", "P3") + cases_of("lgg", "P0", "P1", "P2", "P3")
    split = split_by_patient(both, 0.25, seed=1)
    for patient in patients(split.validation):
        assert [case.source for case in split.validation if case.patient == patient] == ["brats", "lgg"]


def test_shared_patients_are_refused():
    with pytest.raises(DatasetError, match=re.escape("Patients on both sides of the split: L1, L2.")):
        Split(tuple(LGG[2:5]), tuple(LGG[3:8]))


@pytest.mark.parametrize(("cases", "share"), [(BRATS, 1.0), (BRATS[:1], 0.2), ([], 0.2)])
def test_someone_must_be_left_to_train_on(cases, share):
    with pytest.raises(DatasetError, match="held back for validation; give more patients"):
        split_by_patient(cases, share, seed=3)
