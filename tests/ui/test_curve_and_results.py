"""The curve beside the picture, and the results that are kept."""

import numpy as np

from app.evaluation.threshold_curve import ThresholdCurve
from app.pages.cache import Results
from app.pages.curve import precision_recall_figure
from app.study import Probability


def test_the_mark_stands_where_the_threshold_is_on_the_curve() -> None:
    levels = np.array([[[10, 100, 150, 200]]], np.uint8)
    curve = ThresholdCurve.from_levels(levels, np.array([[[False, True, False, True]]]))
    line, mark = precision_recall_figure(curve, 0.5).data
    assert (mark.x[0], mark.y[0]) == (1.0, 2 / 3)
    assert line.x[150] == 0.5 and line.y[150] == 0.5
    assert len(line.x) == 201


def result(study: str, checkpoint: str = "c") -> Probability:
    return Probability(np.zeros((1, 1, 1), np.uint8), study, checkpoint)


def test_results_are_kept_by_study_and_checkpoint_and_the_least_used_goes_first() -> None:
    results = Results(2)
    first, second, third = result("a"), result("b"), result("a", "other")
    results.put(first)
    results.put(second)
    assert results.get("a", "c") is first
    results.put(third)
    assert results.get("b", "c") is None
    assert results.get("a", "c") is first and results.get("a", "other") is third
