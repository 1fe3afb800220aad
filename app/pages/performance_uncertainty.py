"""The part of the page "Performance" that shows what further looks at a study are worth."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from app.decision.interval_check import patient_intervals, transfers_of
from app.decision.uncertainty import who
from app.decision.uncertainty_text import percent, single_counts, spread_counts
from app.evaluation.spread import SpreadCounts
from app.model.looks import LOOKS
from app.model.uncertainty_record import LooksGroup, UncertaintyRecord
from app.pages.curve import CURVE, LIMIT, MARK
from app.pages.performance_figures import finished
from app.study import Sequence

HEIGHT = 340
WHAT_IT_IS = f"""
#### Uncertainty

On request the network looks {len(LOOKS)} more times: {", ".join(look.title for look in LOOKS)}. Whether the spread
of its answers tells where it errs, and what it says of the volume, was measured at the default threshold.
"""


def draw(record: UncertaintyRecord | None, dataset: str, sequences: tuple[Sequence, ...]) -> None:
    """The section for one data set and subset of sequences."""
    st.markdown(WHAT_IT_IS)
    group = None if record is None else record.group(dataset, sequences)
    if record is None or group is None:
        st.caption("Not measured on this data set with these sequences, so no uncertainty is offered there.")
        return
    errors, volumes = st.columns(2, gap="large")
    with errors:
        _errors(group)
    with volumes:
        _volumes(record, group)


def error_figure(spread: SpreadCounts) -> go.Figure:
    """The share of voxels that are wrong, by how far the looks are apart; one bar a bin."""
    bins = spread.bins
    figure = go.Figure()
    figure.add_bar(
        x=[f"{each.low:.2f} to {each.high:.2f}" for each in bins],
        y=[each.wrong for each in bins],
        customdata=[each.voxels for each in bins],
        marker_color=CURVE,
        name="wrong",
        hovertemplate="%{x} apart<br>wrong %{y:.1%}<br>%{customdata:,} voxels<extra></extra>",
    )
    figure.update_xaxes(title="how far the looks are apart")
    figure.update_yaxes(title="share that is wrong", tickformat=".0%", rangemode="tozero", zeroline=False)
    return finished(figure).update_layout(showlegend=False)


def volume_figure(group: LooksGroup) -> go.Figure:
    """Each patient's interval, as a line from end to end, and what is marked, relative to the true volume."""
    rows = sorted(patient_intervals(group), key=lambda row: row.volume / row.reference)
    names = [row.case for row in rows]
    ends = [(low / row.reference, high / row.reference) for row in rows for low, high in [row.interval]]
    figure = go.Figure()
    figure.add_bar(
        x=[high - low for low, high in ends],
        base=[low for low, _ in ends],
        y=names,
        orientation="h",
        marker_color=CURVE,
        opacity=0.55,
        name="interval from the others",
        customdata=ends,
        hovertemplate="%{y}<br>%{customdata[0]:.2f} to %{customdata[1]:.2f} of the true volume<extra></extra>",
    )
    figure.add_scatter(
        x=[row.volume / row.reference for row in rows],
        y=names,
        mode="markers",
        name="marked",
        marker={"color": MARK, "size": 9, "symbol": "diamond"},
        hovertemplate="%{y}<br>marked %{x:.2f} of the true volume<extra></extra>",
    )
    figure.add_vline(1, line_color=LIMIT, line_dash="dot")
    figure.update_xaxes(title="volume, relative to the true one (log scale)", type="log", zeroline=False)
    figure.update_yaxes(showticklabels=False)
    return finished(figure)


def _errors(group: LooksGroup) -> None:
    spread, single = spread_counts(group), single_counts(group)
    st.markdown("##### Where the looks disagree")
    _plot(error_figure(spread), "uncertainty-errors", "Share of wrong voxels by the spread of the looks")
    missed = group.unseen_wrong / max(1, group.unseen_wrong + int(spread.wrong.sum()))
    st.caption(
        f"{who(group)}; the {int(spread.right.sum() + spread.wrong.sum()):,} voxels in which some look sees tumour "
        f"with a probability of 0.05 or more. Area under the ROC curve for telling wrong ones from right ones: "
        f"{spread.auroc:.3f}; with the doubt of the plain look alone, the smaller of p and 1 - p: {single.auroc:.3f}. "
        f"{percent(spread.agreed_errors)} of the errors lie where the looks agree within 0.05; {percent(missed)} of "
        "all errors lie where no look sees anything."
    )


def _volumes(record: UncertaintyRecord, group: LooksGroup) -> None:
    st.markdown("##### The interval for the volume")
    if group.level is None:
        st.caption(f"{who(group)} are too few for one.")
        return
    _plot(volume_figure(group), "uncertainty-volumes", "Interval for the volume of every validation patient")
    rows = patient_intervals(group)
    held = sum(row.held for row in rows)
    factor = float(np.median([row.interval[1] / max(row.interval[0], 1) for row in rows]))
    st.caption(
        f"Level {percent(group.level)}, the highest up to 90 % that {len(rows)} patients allow. Each patient's "
        f"interval comes from the others: {held} of {len(rows)} hold the true volume, which the order of the errors "
        "alone decides, so it is no test of the method; the level rests on patients being alike. Its upper end is "
        f"{factor:.2f} times the lower one, in the median." + "".join(map(_transfer, transfers_of(record, group)))
    )


def _transfer(tried: tuple[LooksGroup, int]) -> str:
    other, held = tried
    return f" On other patients it is tried here: of {who(other)}, it holds {held} of {len(other.patients)}."


def _plot(figure: go.Figure, key: str, description: str) -> None:
    st.plotly_chart(figure, height=HEIGHT, key=key, alt=description, config={"displaylogo": False})
