"""The plots of an evaluation: precision and recall, Dice of every case, calibration."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from app.evaluation.threshold_curve import ThresholdCurve
from app.study import LEVELS, threshold_level

BLUE, PALE, RED, GREEN, GREY = "#2f6fde", "#9dbdf2", "#e8505b", "#0c7a54", "#9aa3ad"
SIZE = (920, 580)
"""Width and height in pixels."""
LABELLED = 60
"""Cases up to which each is named on the axis."""
_ABOVE = {"orientation": "h", "x": 0.5, "xanchor": "center", "y": 1.0, "yanchor": "bottom"}


def evaluation_figures(result: Mapping[str, Any]) -> dict[str, go.Figure]:
    """Figure by name, from a summary as `app.evaluation.summary.summarise` makes it."""
    return {
        "precision_recall": _precision_recall(result),
        "dice": _dice(result),
        "reliability": _reliability(result["calibration"]),
    }


def _precision_recall(result: Mapping[str, Any]) -> go.Figure:
    curve = ThresholdCurve.from_dict(result["curve"])
    thresholds = np.arange(LEVELS + 1) / LEVELS
    hover = "recall %{x:.3f}<br>precision %{y:.3f}<br>threshold %{customdata:.3f}<extra></extra>"
    figure = go.Figure()
    figure.add_scatter(
        x=curve.recall[1:],
        y=curve.precision[1:],
        customdata=thresholds[1:],
        mode="lines",
        line={"color": BLUE, "width": 3},
        name="thresholds 0.005 to 1",
        hovertemplate=hover,
    )
    marks = (
        ("chosen", result["threshold"], RED, "circle"),
        ("best Dice", result["best"]["threshold"], GREEN, "diamond"),
    )
    for name, threshold, colour, symbol in marks:
        if threshold is not None:
            level = threshold_level(threshold)
            figure.add_scatter(
                x=curve.recall[[level]],
                y=curve.precision[[level]],
                customdata=[threshold],
                mode="markers",
                marker={"color": colour, "size": 13, "symbol": symbol, "line": {"color": "white", "width": 1.5}},
                name=f"{name}, {threshold:.3f}: Dice {curve.dice[level]:.3f}",
                hovertemplate=hover,
            )
    figure.update_xaxes(title="recall", range=[0, 1.01])
    figure.update_yaxes(title="precision", range=[0, 1.01])
    figure.update_layout(legend={"x": 0.02, "y": 0.04, "yanchor": "bottom"})
    return _styled(figure, "Precision and recall, pooled over voxels")


def _dice(result: Mapping[str, Any]) -> go.Figure:
    scores = {name: case["regions"]["whole"]["dice"] for name, case in result["per_case"].items()}
    ordered = sorted((dice, name) for name, dice in scores.items() if not np.isnan(dice))
    values = [dice for dice, _ in ordered]
    figure = go.Figure()
    figure.add_bar(
        x=[name for _, name in ordered],
        y=values,
        marker={"color": PALE, "line": {"width": 0}},
        hovertemplate="%{x}<br>Dice %{y:.3f}<extra></extra>",
        showlegend=False,
    )
    if values:
        for name, value, colour in (("mean", np.mean(values), RED), ("median", np.median(values), GREEN)):
            figure.add_scatter(
                x=[ordered[0][1], ordered[-1][1]],
                y=[value, value],
                mode="lines",
                line={"color": colour, "width": 2, "dash": "dash"},
                name=f"{name} {value:.3f}",
                hoverinfo="skip",
            )
    few = len(ordered) <= LABELLED
    figure.update_xaxes(title="cases, from the worst to the best", type="category", showgrid=False)
    figure.update_xaxes(showticklabels=few, tickangle=-60, tickfont={"size": 11})
    figure.update_yaxes(title="Dice", range=[0, 1])
    figure.update_layout(bargap=0.15 if few else 0, legend=_ABOVE)
    return _styled(figure, f"Dice of every case at threshold {result['threshold']:.3f}")


def _reliability(calibration: Mapping[str, Any]) -> go.Figure:
    bins = [b for b in calibration["bins"] if b["voxels"]]
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, row_heights=[0.76, 0.24], vertical_spacing=0.06)
    figure.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"color": GREY, "dash": "dash"},
        name="perfectly calibrated",
        hoverinfo="skip",
        row=1,
        col=1,
    )
    figure.add_scatter(
        x=[b["probability"] for b in bins],
        y=[b["observed"] for b in bins],
        mode="lines+markers",
        line={"color": BLUE, "width": 3},
        marker={"size": 9},
        cliponaxis=False,
        name="the network",
        hovertemplate="probability %{x:.3f}<br>in the reference %{y:.3f}<extra></extra>",
        row=1,
        col=1,
    )
    figure.add_bar(
        x=[(b["low"] + b["high"]) / 2 for b in bins],
        y=[b["voxels"] for b in bins],
        width=[(b["high"] - b["low"]) * 0.92 for b in bins],
        marker={"color": GREY},
        showlegend=False,
        hovertemplate="%{y:,} voxels<extra></extra>",
        row=2,
        col=1,
    )
    figure.update_xaxes(range=[0, 1])
    figure.update_xaxes(title="tumour probability", row=2, col=1)
    figure.update_yaxes(title="share in the reference", range=[0, 1], row=1, col=1)
    figure.update_yaxes(title="voxels", type="log", dtick=2, row=2, col=1)
    figure.update_layout(legend={"x": 0.02, "y": 0.98})
    return _styled(figure, f"Calibration inside the head: expected calibration error {calibration['ece']:.4f}")


def _styled(figure: go.Figure, title: str) -> go.Figure:
    width, height = SIZE
    return figure.update_layout(
        template="plotly_white",
        title={"text": title, "x": 0.5},
        font={"family": "system-ui, Arial, sans-serif", "size": 15},
        margin={"l": 80, "r": 30, "t": 90, "b": 70},
        width=width,
        height=height,
    )
