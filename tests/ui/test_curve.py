"""The curve of precision by recall."""

import numpy as np

from app.evaluation.threshold_curve import ThresholdCurve
from app.pages.curve import precision_recall_figure


def test_the_mark_stands_where_the_threshold_is_on_the_curve() -> None:
    levels = np.array([[[10, 100, 150, 200]]], np.uint8)
    curve = ThresholdCurve.from_levels(levels, np.array([[[False, True, False, True]]]))
    line, mark = precision_recall_figure(curve, 0.5).data
    assert (mark.x[0], mark.y[0]) == (1.0, 2 / 3)
    assert line.x[150] == 0.5 and line.y[150] == 0.5
    assert len(line.x) == 201
