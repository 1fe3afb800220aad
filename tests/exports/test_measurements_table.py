"""Measurements read back by pandas, csv and json, and compared with numbers made by hand."""

import csv
import io
import json
import math

import numpy as np
import pandas
import pytest

from app import NOTICE, VERSION
from app.exports.measurements_table import measurements_csv, measurements_json
from tests.decision.readings import levels, reading_of, study_of


def frame_of(reading) -> pandas.DataFrame:
    return pandas.read_csv(io.BytesIO(measurements_csv(reading)))


def test_a_line_for_each_lesion() -> None:
    reading = reading_of(study_of())
    large, small = frame_of(reading).to_dict("records")
    assert (large["study"], large["sequences"], large["threshold"]) == ("Head one", "FLAIR", 0.3)
    assert (large["study_sha256"], large["checkpoint_sha256"]) == (reading.study.sha256, "c" * 64)
    assert (large["lesions"], large["smallest_voxels"], large["notice"]) == (2, 2, NOTICE)
    assert (large["lesion"], large["voxels"], large["volume_ml"], large["side"]) == (1, 24, 0.06, "right")
    assert (small["lesion"], small["voxels"], small["volume_ml"], small["side"]) == (2, 4, 0.01, "left")
    assert large["share"] == pytest.approx(24 / 28, abs=1e-6)
    assert large["longest_mm"] == pytest.approx(math.hypot(2.7, 1.5), abs=5e-4)
    assert large["product_mm2"] == pytest.approx(large["longest_mm"] * large["perpendicular_mm"], abs=5e-3)
    assert large["longest_slice_from_1"] == 2
    ends = ("first_slice", "last_slice", "first_row", "last_row", "first_column", "last_column")
    assert [large[f"{end}_from_1"] for end in ends] == [2, 3, 3, 5, 4, 7]
    assert [large[f"centroid_{side}_mm"] for side in ("left", "back", "head")] == [-4.75, 0, -2.5]
    assert [large[f"{name}_voxels"] for name in ("necrotic_core", "oedema", "enhancing")] == [1, 17, 6]
    assert [large[f"{name}_ml"] for name in ("necrotic_core", "oedema", "enhancing")] == [0.0025, 0.0425, 0.015]


def test_what_is_not_known_is_empty() -> None:
    reading = reading_of(study_of(spacing=None, affine=None), with_classes=False)
    with io.StringIO(measurements_csv(reading).decode(), newline="") as text:
        large, _ = csv.DictReader(text)
    empty = {name for name, cell in large.items() if not cell}
    assert empty == {name for name in large if name.endswith(("_mm", "_mm2", "_ml"))} | {
        "longest_slice_from_1", "side", "necrotic_core_voxels", "oedema_voxels", "enhancing_voxels",
    }  # fmt: skip
    assert large["voxels"] == "24"


def test_a_study_without_a_lesion_has_its_line() -> None:
    (line,) = frame_of(reading_of(study_of(), np.zeros_like(levels()))).to_dict("records")
    assert (line["lesions"], line["voxels"], line["volume_ml"], line["notice"]) == (0, 0, 0, NOTICE)
    assert math.isnan(line["lesion"]) and math.isnan(line["longest_mm"])


def test_a_name_is_never_a_formula() -> None:
    data = measurements_csv(reading_of(study_of('=HYPERLINK("http://x.org", "a")')))
    rows = list(csv.reader(io.StringIO(data.decode(), newline="")))
    assert [row[0] for row in rows] == ["study", *['\'=HYPERLINK("http://x.org", "a")'] * 2]
    assert len({len(row) for row in rows}) == 1


def test_the_json_holds_everything() -> None:
    study = study_of(notes=("Slice 3 is missing.",))
    reading = reading_of(study)
    data = json.loads(measurements_json(reading))
    assert (data["format"], data["notice"]) == (1, NOTICE)
    assert data["versions"] == {"gliolens": VERSION, "preprocessing": 2}
    assert data["study"] == {
        "name": "Head one",
        "sha256": study.sha256,
        "sequences": ["FLAIR"],
        "shape": [4, 8, 20],
        "spacing_mm": [5.0, 1.0, 0.5],
        "voxel_ml": 0.0025,
        "reference_voxels": None,
        "notes": ["Slice 3 is missing."],
    }
    assert data["checkpoint"] == {"sha256": "c" * 64, "calibration": {"temperature": 1.5, "shift": -0.25}}
    assert (data["threshold"], data["default_threshold"], data["default_threshold_reason"]) == (0.3, 0.3, "best Dice")
    assert data["marked"] == {"voxels": 29, "ml": 0.0725}
    measured = data["measurements"]
    assert (measured["smallest_voxels"], measured["voxels"], measured["ml"]) == (2, 28, 0.07)
    assert measured["left_out"] == {"components": 1, "voxels": 1, "ml": 0.0025}
    assert data["guarantee"]["alpha"] == 0.05 and data["guarantee"]["threshold"] == 0.21
    assert data["guarantee"]["offered"] is True and data["guarantee"]["sequences"] == ["FLAIR"]
    curve = data["threshold_curve"]
    assert curve["scores_of"] == "8 BraTS validation patients, FLAIR alone"
    assert {len(curve[name]) for name in ("threshold", "voxels", "volume_ml", "recall", "precision", "dice")} == {201}


def test_a_lesion_in_json() -> None:
    large, _ = json.loads(measurements_json(reading_of(study_of())))["measurements"]["lesions"]
    assert (large["number"], large["voxels"], large["ml"], large["side"]) == (1, 24, 0.06, "right")
    assert (large["first_voxel"], large["last_voxel"]) == ([1, 2, 3], [2, 4, 6])
    assert (large["first_slice"], large["last_slice"], large["largest_slice"]) == (1, 2, 1)
    assert (large["centroid"], large["centroid_left_back_head_mm"]) == ([1.5, 3, 4.5], [-4.75, 0, -2.5])
    assert large["longest"]["slice"] == 1 and large["longest"]["mm"] == pytest.approx(3.089, abs=5e-4)
    assert sorted([large["longest"]["start"], large["longest"]["end"]]) == [[1.65, 3], [4.35, 6]]
    assert large["classes"]["enhancing"] == {"label": 4, "voxels": 6, "ml": 0.015}


def test_undefined_is_null_and_odd_names_can_be_written() -> None:
    reading = reading_of(study_of("a\ud800b", spacing=None, affine=None), np.zeros_like(levels()), with_classes=False)
    data = measurements_json(reading)

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    read = json.loads(data.decode(), parse_constant=refuse)
    assert read["study"]["name"] == "a?b" and read["study"]["spacing_mm"] is None
    assert read["measurements"]["lesions"] == [] and read["measurements"]["ml"] is None
    assert read["marked"] == {"voxels": 0, "ml": None}
    assert set(read["threshold_curve"]["volume_ml"]) == {None}


def test_the_bytes_are_the_same_again() -> None:
    one, other = reading_of(study_of()), reading_of(study_of())
    assert measurements_csv(one) == measurements_csv(other)
    assert measurements_json(one) == measurements_json(other)
