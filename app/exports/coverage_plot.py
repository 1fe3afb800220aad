"""Histograms of what the recall guarantee gave in random splits, against its bound."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from app.decision.coverage import coverage_of
from app.decision.guarantee import who
from app.evaluation.risk_control import Coverage
from app.model.calibration_patients import PatientGroup

BLUE, RED, GREEN = "#4c9aff", "#ff6b57", "#12875c"
BINS = 40
WIDTH, ROW_HEIGHT = 1000, 230
"""Pixels."""


def coverage_figure(groups: Sequence[PatientGroup], alphas: Sequence[float]) -> go.Figure:
    """A row for each group and a column for each bound, for paper and README."""
    cells = [(group, alpha, coverage_of(group, alpha)) for group in groups for alpha in alphas]
    titles = [
        f"{who(group)}: α = {alpha:.2f}" + ("" if measured and measured.offered else ", no threshold in any split")
        for group, alpha, measured in cells
    ]
    figure = make_subplots(
        rows=len(groups), cols=len(alphas), subplot_titles=titles, vertical_spacing=0.28 / len(groups)
    )
    for number, (_, _, measured) in enumerate(cells):
        row, column = divmod(number, len(alphas))
        if measured is not None and measured.offered:
            for trace in histogram_of(measured, first=not figure.data):
                figure.add_trace(trace, row=row + 1, col=column + 1)
    figure.update_xaxes(tickformat=".0%", rangemode="tozero")
    figure.update_xaxes(title="mean false-negative rate of the test patients", row=len(groups))
    figure.update_yaxes(title="splits", col=1)
    return figure.update_layout(
        template="plotly_white",
        width=WIDTH,
        height=ROW_HEIGHT * len(groups) + 100,
        bargap=0,
        font={"family": "system-ui, Arial, sans-serif", "size": 13},
        legend={"orientation": "h", "x": 0.5, "xanchor": "center", "y": -0.35 / len(groups), "yanchor": "top"},
        margin={"l": 60, "r": 20, "t": 50, "b": 80},
    )


def histogram_of(measured: Coverage, *, first: bool = True) -> list[go.Bar | go.Scatter]:
    """The mean false-negative rate of each split as a histogram, with lines at the bound and at the mean.

    `first` names them in the legend. There is at least one split with a threshold.
    """
    rates = measured.rates[~np.isnan(measured.rates)]
    edges = np.linspace(0, max(float(rates.max()), measured.alpha) * 1.05, BINS + 1)
    counts, _ = np.histogram(rates, edges)
    bars = go.Bar(
        x=(edges[:-1] + edges[1:]) / 2,
        y=counts,
        width=np.diff(edges),
        marker={"color": BLUE, "line": {"width": 0}},
        name="random splits",
        showlegend=first,
        hovertemplate="%{x:.2%} missed<br>%{y} splits<extra></extra>",
    )
    lines = (("the bound α", measured.alpha, RED, "dash"), ("the mean", measured.mean, GREEN, "solid"))
    return [bars, *(_line(name, at, colour, dash, int(counts.max()), first) for name, at, colour, dash in lines)]


def _line(name: str, at: float, colour: str, dash: str, height: int, first: bool) -> go.Scatter:
    return go.Scatter(
        x=[at, at],
        y=[0, height],
        mode="lines",
        line={"color": colour, "dash": dash, "width": 3},
        name=name,
        showlegend=first,
        hovertemplate=f"{name} {at:.2%}<extra></extra>",
    )
