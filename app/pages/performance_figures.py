"""The figures of the page "Performance". Told apart by shape and dash as well as colour, on light and on dark."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from app.evaluation.calibration import Reliability
from app.evaluation.choose import PRECISION_FLOOR, RECALL_TARGET
from app.evaluation.threshold_curve import ThresholdCurve
from app.pages.curve import CURVE, LIMIT, MARK, precision_recall_figure
from app.pages.performance_scores import OverCases
from app.study import LEVELS, threshold_level

COLOURS = {"recall": "#3d8bfd", "precision": "#e69f00", "dice": "#cc79a7"}
"""Blue, orange and purple of Okabe and Ito, "Color universal design", 2008; the blue lighter, for dark pages."""
DASHES = {"recall": "solid", "precision": "dash", "dice": "dot"}
SHARE_AXIS = {"range": [0, 1.02], "dtick": 0.25, "zeroline": False}
DEFAULT, OUTLINE = "#8b949e", "#0b0e14"
CROWD = 100
"""With more cases than this their dots are small and faint."""
NO_BACKGROUND = "rgba(0,0,0,0)"


def operating_points_figure(curve: ThresholdCurve, threshold: float, default: float) -> go.Figure:
    """Precision over recall at every threshold, with the chosen threshold, the default one and both targets marked."""
    figure = precision_recall_figure(curve, threshold)
    figure.data[0].name = "every threshold"
    figure.data[1].name = f"chosen, {threshold:.3f}"
    there = threshold_level(default)
    figure.add_scatter(
        x=[curve.recall[there]],
        y=[curve.precision[there]],
        customdata=[default],
        mode="markers",
        marker={"color": DEFAULT, "size": 15, "symbol": "diamond-open", "line_width": 3},
        hovertemplate=figure.data[1].hovertemplate,
        name=f"default, {default:.3f}",
    )
    for text, x, y, anchors in (
        (f"recall {RECALL_TARGET * 100:.0f} %", RECALL_TARGET, 0.02, ("right", "bottom")),
        (f"precision {PRECISION_FLOOR * 100:.0f} %", 0.02, PRECISION_FLOOR, ("left", "bottom")),
    ):
        figure.add_annotation(text=text, x=x, y=y, xanchor=anchors[0], yanchor=anchors[1], showarrow=False)
    figure.update_xaxes(fixedrange=False)
    figure.update_yaxes(fixedrange=False)
    return finished(figure)


def threshold_figure(curve: ThresholdCurve, threshold: float, default: float) -> go.Figure:
    """Recall, precision and Dice over the threshold, with a line at the chosen one and at the default."""
    thresholds = np.arange(LEVELS + 1) / LEVELS
    figure = go.Figure()
    for name, values in (("recall", curve.recall), ("precision", curve.precision), ("dice", curve.dice)):
        figure.add_scatter(
            x=thresholds,
            y=values,
            name=name.replace("dice", "Dice"),
            line={"color": COLOURS[name], "dash": DASHES[name], "width": 2.5},
            hovertemplate="%{y:.3f}",
        )
    for name, place, colour in (("default", default, DEFAULT), ("chosen", threshold, MARK)):
        figure.add_scatter(
            x=[place, place], y=[0, 1], mode="lines", name=f"{name}, {place:.3f}", line_color=colour, hoverinfo="skip"
        )
    figure.update_layout(hovermode="x unified")
    figure.update_xaxes(title="threshold", range=[0, 1], zeroline=False, hoverformat=".3f")
    figure.update_yaxes(**SHARE_AXIS)
    return finished(figure)


def reliability_figure(measured: Reliability) -> go.Figure:
    """The share of voxels that are tumour over the mean probability that they were given, one point a bin."""
    filled = [each for each in measured.bins if each.voxels]
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", name="perfect", hoverinfo="skip", line={"color": LIMIT, "dash": "dot"}
    )
    figure.add_scatter(
        x=[each.probability for each in filled],
        y=[each.observed for each in filled],
        customdata=[(each.low, each.high, each.voxels) for each in filled],
        mode="lines+markers",
        name="measured",
        line={"color": CURVE, "width": 2.5},
        marker_size=9,
        hovertemplate="probability %{customdata[0]:.1f} to %{customdata[1]:.1f}, mean %{x:.3f}<br>tumour %{y:.3f}"
        "<br>%{customdata[2]:,} voxels<extra></extra>",
    )
    figure.update_xaxes(title="tumour probability", **SHARE_AXIS)
    figure.update_yaxes(title="share that is tumour", **SHARE_AXIS)
    return finished(figure)


def case_figure(scores: Mapping[str, OverCases]) -> go.Figure:
    """One dot a case for each score, named on hover; the median as a bar, the mean as a diamond with its interval."""
    figure = go.Figure([_dots(title, score) for title, score in scores.items()])
    each = scores.values()
    figure.add_scatter(
        x=list(scores),
        y=[score.median for score in each],
        mode="markers",
        name="median",
        marker={"symbol": "line-ew-open", "size": 46, "color": MARK, "line_width": 2},
        hovertemplate="median %{y:.3f}<extra></extra>",
    )
    figure.add_scatter(
        x=list(scores),
        y=[score.mean for score in each],
        mode="markers",
        name="mean, with its 95 % interval",
        marker={"symbol": "diamond", "size": 12, "color": MARK, "line": {"color": OUTLINE, "width": 1.5}},
        error_y={
            "symmetric": False,
            "array": [score.interval[1] - score.mean for score in each],
            "arrayminus": [score.mean - score.interval[0] for score in each],
            "color": MARK,
        },
        hovertemplate="mean %{y:.3f}<extra></extra>",
    )
    figure.update_yaxes(**SHARE_AXIS)
    return finished(figure)


def _dots(title: str, score: OverCases) -> go.Box:
    """A box plot without a box, whose points are spread sideways."""
    opacity, size = (0.75, 7) if len(score.cases) <= CROWD else (0.4, 4)
    return go.Box(
        x=[title] * len(score.cases),
        y=list(score.cases.values()),
        text=list(score.cases),
        boxpoints="all",
        jitter=0.7,
        pointpos=0,
        hoveron="points",
        hovertemplate="%{text}<br>%{y:.3f}<extra></extra>",
        marker={"color": COLOURS.get(title.lower(), CURVE), "opacity": opacity, "size": size},
        line_color=NO_BACKGROUND,
        fillcolor=NO_BACKGROUND,
        showlegend=False,
    )


def finished(figure: go.Figure) -> go.Figure:
    """A figure as this page has them, clear on light and on dark."""
    figure.update_layout(
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        showlegend=True,
        paper_bgcolor=NO_BACKGROUND,
        plot_bgcolor=NO_BACKGROUND,
    )
    return figure
