import math
from functools import partial

import numpy as np
import pytest

from app.evaluation import summary as module
from app.evaluation.case_scores import score_case
from app.evaluation.summary import ScoredCase

SPACING = (1.0, 1.0, 1.0)
summarise = partial(module.summarise, resamples=100)


def case(name: str, patient: str, tp: int, fp: int, fn: int, *, sure: int = 0, spacing=SPACING) -> ScoredCase:
    """A case with these counts at 0.5 among 40 voxels, the last 10 outside the head; `sure` hits have level 200."""
    levels = np.zeros((1, 4, 10), np.uint8)
    reference = np.zeros_like(levels)
    levels.flat[: tp + fp] = 100
    levels.flat[:sure] = 200
    reference.flat[:tp] = reference.flat[tp + fp : tp + fp + fn] = 1
    head = np.ones(levels.shape, bool)
    head[0, 3] = False
    return ScoredCase(name, patient, "FLAIR", score_case(levels, reference, head, 0.5, spacing))


# Dice 18/19 and 2/6, of two patients; and 6/9 of the first patient's second case
GOOD, POOR, FAIR = case("good", "a", 9, 0, 1, sure=9), case("poor", "b", 1, 3, 1), case("fair", "a", 3, 1, 2)
HEALTHY, MISSED = case("healthy", "c", 0, 0, 0), case("missed", "d", 0, 2, 4)


def test_pooled_over_voxels():
    summary = summarise([GOOD, POOR, FAIR], 0.5)
    assert summary["confusion"] == {
        "true_positives": 13,
        "false_positives": 4,
        "false_negatives": 4,
        "true_negatives": 99,
    }
    pooled = {name: entry["value"] for name, entry in summary["pooled"].items()}
    assert pooled == pytest.approx(
        {
            "recall": 13 / 17,
            "precision": 13 / 17,
            "specificity": 99 / 103,
            "accuracy": 112 / 120,
            "dice": 26 / 34,
            "iou": 13 / 21,
        }
    )
    assert (summary["cases"], summary["patients"], summary["sequences"]) == (3, 2, {"FLAIR": 3})


def test_intervals_are_over_patients():
    # Patients a and b: the draws are aa, ab, ba, bb, so the ends are the scores of either alone.
    summary = summarise([GOOD, POOR, FAIR], 0.5)
    assert summary["pooled"]["recall"]["interval"] == pytest.approx((1 / 2, 12 / 15))
    spread = summary["regions"]["whole"]["over_cases"]["dice"]
    assert spread["mean_interval"] == pytest.approx((2 / 6, (18 / 19 + 6 / 9) / 2))


def test_classification_report():
    report = summarise([POOR, FAIR], 0.5)["classification_report"]
    assert report["tumour"] == pytest.approx({"precision": 4 / 8, "recall": 4 / 7, "f1": 8 / 15, "support": 7})
    assert report["background"] == pytest.approx(
        {"precision": 69 / 72, "recall": 69 / 73, "f1": 138 / 145, "support": 73}
    )


def test_mean_median_and_worst_over_cases():
    spread = summarise([GOOD, POOR, FAIR], 0.5)["regions"]["whole"]["over_cases"]["dice"]
    assert spread["mean"] == pytest.approx((18 / 19 + 2 / 6 + 6 / 9) / 3)
    assert spread["median"] == pytest.approx(6 / 9)
    assert (spread["worst"], spread["worst_case"]) == (pytest.approx(2 / 6), "poor")
    assert (spread["cases"], spread["patients"]) == (3, 2)


def test_the_worst_distance_is_the_largest():
    distances = summarise([GOOD, MISSED], 0.5)["regions"]["whole"]["over_cases"]["hd95_mm"]
    assert distances["worst_case"] == "missed"
    assert distances["worst"] > distances["median"]


def test_cases_without_spacing_have_no_distance():
    whole = summarise([GOOD, case("flat", "e", 1, 0, 1, spacing=None)], 0.5)["regions"]["whole"]["over_cases"]
    assert (whole["hd95_mm"]["cases"], whole["dice"]["cases"]) == (1, 2)
    assert "hd95_mm" not in summarise([case("flat", "e", 1, 0, 1, spacing=None)], 0.5)["regions"]["whole"]["over_cases"]


def test_empty_references_are_named_and_never_scored():
    whole = summarise([GOOD, HEALTHY, MISSED], 0.5)["regions"]["whole"]
    assert (whole["empty_references"], whole["nothing_found"]) == (["healthy"], ["missed"])
    assert (whole["over_cases"]["dice"]["cases"], whole["over_cases"]["dice"]["worst"]) == (2, 0)
    assert summarise([HEALTHY], 0.5)["regions"]["whole"]["over_cases"]["dice"] == {"cases": 0}


def test_the_best_threshold():
    # Above 0.5 only the nine sure hits of the good case are left: Dice 18 / 26 pooled, against 26 / 34 up to there.
    summary = summarise([GOOD, POOR, FAIR], 0.5)
    assert summary["best"]["threshold"] == 0.005
    assert summary["best"]["pooled"]["dice"] == pytest.approx(26 / 34)
    assert summary["best"]["dice_over_cases"]["mean"] == pytest.approx((18 / 19 + 2 / 6 + 6 / 9) / 3)


def test_without_any_reference_there_is_no_best_threshold():
    summary = summarise([HEALTHY], 0.5)
    assert summary["best"] == {"threshold": None}
    assert math.isnan(summary["pooled"]["dice"]["value"])


def test_calibration_looks_at_the_head():
    calibration = summarise([GOOD], 0.5)["calibration"]
    assert [b["voxels"] for b in calibration["bins"]] == [21, 0, 0, 0, 0, 0, 0, 0, 0, 9]
    assert calibration["ece"] == pytest.approx(1 / 30)


def test_the_curve_and_every_case():
    summary = summarise([GOOD, POOR], 0.5)
    assert len(summary["curve"]["predicted"]) == 201
    assert (summary["curve"]["predicted"][0], summary["curve"]["positives"]) == (80, 12)
    assert list(summary["per_case"]) == ["good", "poor"]
    poor = summary["per_case"]["poor"]
    assert (poor["patient"], poor["regions"]["whole"]["recall"]) == ("b", 0.5)


def test_regions_are_those_that_are_known():
    levels, labels = np.full((1, 4, 10), 100, np.uint8), np.full((1, 4, 10), 4, np.uint8)
    labels[0, 0] = 1
    known = ScoredCase("k", "k", "T1", score_case(levels, labels, labels > 0, 0.5, None, labels))
    summary = summarise([known, GOOD], 0.5)
    assert list(summary["regions"]) == ["whole", "core", "enhancing"]
    assert summary["regions"]["enhancing"]["pooled"]["dice"]["value"] == 1
    assert summary["regions"]["core"]["lesions"] == {
        "found": 0,
        "missed": 0,
        "false_alarms": 0,
        "recall": pytest.approx(math.nan, nan_ok=True),
        "precision": pytest.approx(math.nan, nan_ok=True),
        "dice": pytest.approx(math.nan, nan_ok=True),
    }


def test_no_case():
    with pytest.raises(TypeError):
        summarise([], 0.5)
