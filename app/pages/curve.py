"""The precision–recall curve, with the threshold on it."""

import numpy as np
import plotly.graph_objects as go

from app.evaluation.choose import PRECISION_FLOOR, RECALL_TARGET
from app.evaluation.threshold_curve import ThresholdCurve
from app.study import LEVELS, threshold_level

CURVE, MARK, LIMIT = "#4c9aff", "#ff6b57", "#35c48d"


def precision_recall_figure(curve: ThresholdCurve, threshold: float) -> go.Figure:
    """Recall to the right, precision upwards, a mark at the threshold, dashed lines at target and floor."""
    thresholds = np.arange(LEVELS + 1) / LEVELS
    here = threshold_level(threshold)
    hover = "recall %{x:.1%}<br>precision %{y:.1%}<br>threshold %{customdata:.3f}<extra></extra>"
    figure = go.Figure()
    figure.add_scatter(
        x=curve.recall, y=curve.precision, customdata=thresholds, mode="lines", line_color=CURVE, hovertemplate=hover
    )
    figure.add_scatter(
        x=[curve.recall[here]],
        y=[curve.precision[here]],
        customdata=[threshold],
        mode="markers",
        marker={"color": MARK, "size": 11},
        hovertemplate=hover,
    )
    figure.add_vline(RECALL_TARGET, line_dash="dot", line_color=LIMIT, line_width=1)
    figure.add_hline(PRECISION_FLOOR, line_dash="dot", line_color=LIMIT, line_width=1)
    axis = {"range": [0, 1.02], "tickformat": ".0%", "dtick": 0.25, "zeroline": False, "fixedrange": True}
    figure.update_layout(
        xaxis={"title": "recall", **axis},
        yaxis={"title": "precision", **axis},
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        showlegend=False,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
    )
    return figure
