"""The part of the page "Performance" that shows whether the recall guarantee holds."""

import math

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from app.decision.coverage import SHARE, SPLITS, Transfer, coverage_of, transfers_of
from app.decision.guarantee import guarantee_of, who
from app.evaluation.risk_control import Coverage, controlled_level, false_negative_rates
from app.exports.coverage_plot import histogram_of
from app.model.calibration_patients import CalibrationPatients, PatientGroup
from app.pages.curve import CURVE, MARK
from app.pages.guarantee import LEAST, MOST
from app.pages.performance_figures import finished
from app.study import LEVELS, Sequence

HEIGHT = 320
WHAT_IT_IS = """
#### The recall guarantee

Patients whom the network had not seen say from which threshold on at most a share α of the tumour is missed, on
average over patients like them (conformal risk control, arXiv 2208.02814).
"""


@st.fragment
def draw(patients: CalibrationPatients | None, dataset: str, sequences: tuple[Sequence, ...]) -> None:
    """The section for one data set and subset of sequences."""
    st.markdown(WHAT_IT_IS)
    group = None if patients is None else patients.group(dataset, sequences)
    if group is None:
        st.caption("There are no calibration patients of this data set who were given these sequences.")
        return
    alpha = st.slider("α", LEAST, MOST, 5, format="%d %%", key="coverage-alpha", width=420) / 100
    guarantee, measured = guarantee_of(group, alpha), coverage_of(group, alpha)
    if guarantee.threshold is None:
        st.markdown(f"{who(group)}. {guarantee.reason}")
    else:
        st.markdown(
            f"{who(group)}: **t\\* = {guarantee.threshold:.3f}**, where they miss "
            f"{_percent(guarantee.false_negative_rate)} on average, with a mean precision of "
            f"{_number(guarantee.precision)}."
        )
    histogram, thresholds = st.columns(2, gap="large")
    with histogram:
        _histogram(measured)
    with thresholds:
        st.markdown("##### Threshold by α")
        _plot(threshold_figure(group, alpha), "guarantee-thresholds", "The threshold with the guarantee, by α")
        st.caption("Where the line begins is the smallest α that so many patients can hold.")
    _transfers(transfers_of(group, alpha))


def threshold_figure(group: PatientGroup, alpha: float) -> go.Figure:
    """t* over α from 1 to 20 %, in steps of half a per cent, with a mark at the chosen one."""
    rates = false_negative_rates(group.true_positives, group.positives)
    alphas = np.arange(2 * LEAST, 2 * MOST + 1) / 200
    levels = [controlled_level(rates, float(each)) if len(rates) else None for each in alphas]
    thresholds = [math.nan if level is None else level / LEVELS for level in levels]
    figure = go.Figure()
    figure.add_scatter(
        x=alphas,
        y=thresholds,
        mode="lines+markers",
        name="t*",
        line={"color": CURVE, "width": 2.5},
        marker_size=6,
        hovertemplate="α %{x:.1%}: t* %{y:.3f}<extra></extra>",
    )
    figure.add_vline(alpha, line_color=MARK, line_width=2)
    figure.update_xaxes(title="α", range=[0, MOST / 100 + 0.005], tickformat=".0%", zeroline=False)
    figure.update_yaxes(title="t*", rangemode="tozero", zeroline=False)
    return finished(figure).update_layout(showlegend=False)


def histogram_figure(measured: Coverage) -> go.Figure:
    """What the test patients of each split missed, with the bound and the mean; of at least one split."""
    figure = go.Figure(histogram_of(measured))
    figure.update_xaxes(title="missed by the patients who were looked at", tickformat=".0%", zeroline=False)
    figure.update_yaxes(title="splits", zeroline=False)
    return finished(figure).update_layout(bargap=0)


def _histogram(measured: Coverage | None) -> None:
    st.markdown(f"##### {SPLITS:,} random splits")
    if measured is None or not measured.offered:
        st.caption("With three quarters of the patients there is no threshold for this α, so there is nothing to show.")
        return
    _plot(histogram_figure(measured), "coverage", "Mean false-negative rate of the test patients over random splits")
    st.caption(
        f"In each split, t* is chosen on {SHARE * 100:.0f} % of the patients ({measured.calibration}) and tried on the "
        f"others. They miss {_percent(measured.mean)} on average (standard error {_percent(measured.split_error)} over "
        f"splits, {_percent(measured.patient_error)} over patients) against α = {_percent(measured.alpha)}. "
        + (f"{SPLITS - measured.offered} splits had no threshold. " if measured.offered < SPLITS else "")
        + "Patients who are dealt at random are alike by construction; whether networks are is in the table."
    )


def _transfers(transfers: list[Transfer]) -> None:
    if not transfers:
        return
    st.markdown("##### One network at a time")
    rows = [
        {
            "network": each.network,
            "patients": each.patients,
            "t* of the other patients": None if each.level is None else each.level / LEVELS,
            "missed there": None if math.isnan(each.rate) else each.rate,
        }
        for each in transfers
    ]
    columns = {name: st.column_config.NumberColumn(format="%.3f") for name in list(rows[0])[2:]}
    st.dataframe(rows, hide_index=True, column_config=columns, key="guarantee-networks")
    st.caption(
        "t* is chosen on the patients of all other networks and tried on those of one. The theorem is for one network; "
        "those of the folds stand in for the shipped one, and are not as good as it where its patients miss less."
    )


def _plot(figure: go.Figure, key: str, description: str) -> None:
    st.plotly_chart(figure, height=HEIGHT, key=key, alt=description, config={"displaylogo": False})


def _percent(share: float | None) -> str:
    return "–" if share is None or math.isnan(share) else f"{share * 100:.2f} %"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
