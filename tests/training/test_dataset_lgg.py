import numpy as np
import pytest
from dataset_files import write_lgg

from app.study import Sequence
from app.training.datasets import DATASETS

SCAN = np.random.default_rng(4).integers(60, 255, (11, 8, 9, 3)).astype(np.uint8)
MASK = np.zeros((11, 8, 9), bool)
MASK[9, 2:4, 1:6] = True


@pytest.fixture
def case(tmp_path):
    write_lgg(tmp_path / "kaggle_3m" / "TCGA_CS_4941_19960909", SCAN, MASK)
    (tmp_path / "kaggle_3m" / "data.csv").touch()
    (case,) = DATASETS["lgg"].cases(tmp_path)
    return case


def test_patient_and_files(case):
    assert (case.key, case.patient) == ("lgg/TCGA_CS_4941_19960909", "TCGA_CS_4941")
    assert len(case.files) == 22


def test_planes_in_numeric_slice_order(case):
    study = case.study()
    for channel, sequence in enumerate((Sequence.T1, Sequence.FLAIR, Sequence.T1CE)):
        np.testing.assert_array_equal(study.images[sequence], SCAN[..., channel])
    np.testing.assert_array_equal(study.reference, MASK)
    assert study.spacing is None
    np.testing.assert_array_equal(case.own_slices(study.reference), MASK)


@pytest.mark.parametrize(("plane", "missing"), [(0, Sequence.T1), (2, Sequence.T1CE)])
def test_a_plane_copied_from_flair_is_missing(tmp_path, plane, missing):
    scan = SCAN.copy()
    scan[..., plane] = scan[..., 1]
    write_lgg(tmp_path / "TCGA_CS_4941_19960909", scan, MASK)
    (case,) = DATASETS["lgg"].cases(tmp_path)
    assert set(case.study().images) == {*DATASETS["lgg"].possible} - {missing}


def test_two_visits_of_one_patient(tmp_path):
    for date in ("19960909", "19970101"):
        write_lgg(tmp_path / f"TCGA_CS_4941_{date}", SCAN[:1], MASK[:1])
    cases = DATASETS["lgg"].cases(tmp_path)
    assert len({case.name for case in cases}) == 2
    assert {case.patient for case in cases} == {"TCGA_CS_4941"}
