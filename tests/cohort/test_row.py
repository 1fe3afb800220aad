import json
from pathlib import Path

import pytest
from cohort_readings import LIKE, UNLIKE, reading_of, study_of
from cohort_works import SETTINGS, task_of

from app import VERSION
from app.cohort.columns import COLUMNS, class_column
from app.cohort.row import problem_row, row_of

TASK = task_of(Path("p1.nii"))


def row(guarantee=LIKE, left_out=None, **arguments):
    empty = arguments.pop("empty", False)
    return row_of(TASK, reading_of(study_of(**arguments), guarantee, empty=empty), left_out or {})


def test_all_that_is_known_of_a_volume():
    made = row(reference=True)
    assert list(made) == [column.name for column in COLUMNS]
    assert len(made.pop("study_sha256")) == 64
    assert made == {
        "study": "p1",
        "status": "done",
        "problem": None,
        "kind": "NIfTI",
        "sequences": "FLAIR",
        "slices": 4,
        "rows": 12,
        "columns": 20,
        "slice_mm": 5.0,
        "row_mm": 2.0,
        "column_mm": 1.0,
        "threshold": 0.25,
        "tumour_voxels": 200,
        "tumour_ml": 2.0,
        "necrotic_core_ml": 0.2,
        "oedema_ml": 1.2,
        "enhancing_ml": 0.6,
        "lesions": 1,
        "largest_lesion_voxels": 200,
        "largest_lesion_ml": 2.0,
        "longest_diameter_mm": pytest.approx(((9 + 2 * 0.35) ** 2 * 2**2 + 9**2) ** 0.5, abs=1e-6),
        "reference_ml": 1.8,
        "precision": 0.9,
        "recall": 1.0,
        "dice": pytest.approx(2 * 0.9 / 1.9, abs=1e-6),
        "like_calibration": True,
        "shift_p": 0.5,
        "guarantee_alpha": 0.05,
        "guarantee_threshold": 0.105,
        "guarantee_reason": None,
        "left_out": None,
        "notes": "Read so. Or so.",
        "checkpoint_sha256": "c0ffee" * 10 + "0000",
        "computed_in": SETTINGS.precision,
        "version": VERSION,
    }


def test_without_spacing_nothing_is_in_mm_or_ml():
    made = row(spacing=None, reference=True)
    assert {name for name in made if name.endswith(("_mm", "_ml")) and made[name] is not None} == set()
    assert (made["tumour_voxels"], made["largest_lesion_voxels"], made["precision"]) == (200, 200, 0.9)


def test_nothing_found():
    made = row(reference=True, empty=True)
    assert (made["tumour_voxels"], made["tumour_ml"], made["lesions"]) == (0, 0.0, 0)
    assert (made["largest_lesion_ml"], made["longest_diameter_mm"]) == (None, None)
    assert (made["precision"], made["recall"], made["dice"]) == (None, 0.0, 0.0)


def test_a_scan_that_is_unlike_has_no_guarantee():
    made = row(UNLIKE)
    assert (made["like_calibration"], made["shift_p"]) == (False, 0.02)
    assert (made["guarantee_threshold"], made["guarantee_reason"]) == (None, "This scan is unlike <theirs>.")


def test_without_calibration_patients_likeness_is_not_known():
    made = row(None)
    assert (made["like_calibration"], made["shift_p"], made["guarantee_threshold"]) == (None, None, None)
    assert made["guarantee_reason"] == "This checkpoint has no record of calibration patients."


def test_what_was_left_out():
    assert row(left_out={"gif": "One slice.", "stl": "No mm."})["left_out"] == "gif: One slice.; stl: No mm."


def test_a_row_is_plain_json():
    assert json.loads(json.dumps(row(reference=True), allow_nan=False)) == row(reference=True)


def test_a_problem_has_the_same_columns():
    made = problem_row("p1", "DICOM", "It is damaged.")
    assert list(made) == [column.name for column in COLUMNS]
    assert {name: value for name, value in made.items() if value is not None} == {
        "study": "p1",
        "status": "problem",
        "problem": "It is damaged.",
        "kind": "DICOM",
        "version": VERSION,
    }


def test_columns_are_explained_once_each():
    assert len({column.name for column in COLUMNS}) == len(COLUMNS)
    assert all(column.says for column in COLUMNS)
    assert class_column("necrotic core") == "necrotic_core_ml"
