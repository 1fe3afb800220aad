"""The page "Performance": how the network did on validation patients, from its card."""

import math

import plotly.graph_objects as go
import streamlit as st

from app.decision.validation import DATASET_TITLES, sequences_text, threshold_curve
from app.evaluation.threshold_curve import Scores
from app.model.calibration import Calibration
from app.model.checkpoint import Card, Curve
from app.pages import cache, performance_guarantee, performance_uncertainty
from app.pages.guard import shown_errors
from app.pages.performance_figures import case_figure, operating_points_figure, reliability_figure, threshold_figure
from app.pages.performance_scores import (
    beyond_target,
    case_row,
    missed_targets,
    over_cases,
    percent,
    reliability_of,
    subset_row,
    subsets,
    targets,
)
from app.study import LEVELS

WHAT_IT_IS = """
## Performance

How well the network marks tumour in **validation patients**: they were held back, and it never saw them in training.
Every number is computed from the counts in the checkpoint's card; none is from your scan.
"""
HEIGHT = 360


def render() -> None:
    """Draw the page."""
    st.markdown(WHAT_IT_IS)
    with shown_errors():
        card = cache.card()
        st.caption(f"Default threshold {card.threshold:.3f}. {card.threshold_reason}")
        curve = _choose(card)
        _at_a_threshold(curve, card.threshold)
        reliability, cases = st.columns(2, gap="large")
        with reliability:
            _reliability(curve, card.calibration(curve.sequences))
        with cases:
            _cases(curve, card.threshold)
        with shown_errors():  # a damaged record hides nothing else
            performance_guarantee.draw(cache.patients(), curve.dataset, curve.sequences)
        with shown_errors():
            performance_uncertainty.draw(cache.uncertainty(), curve.dataset, curve.sequences)
        _subsets(card, curve.dataset)


def _choose(card: Card) -> Curve:
    """One of the data sets and subsets of sequences that the card has."""
    row = st.container(horizontal=True, gap="medium")
    dataset = row.segmented_control(
        "Data set",
        card.datasets,
        default=card.datasets[0],
        required=True,
        format_func=lambda name: DATASET_TITLES.get(name, name),
        key="dataset",
    )
    curves = {sequences_text(curve.sequences): curve for curve in subsets(card, str(dataset))}
    return curves[row.selectbox("Sequences given to the network", list(curves), key="sequences", width=320)]


@st.fragment
def _at_a_threshold(curve: Curve, default: float) -> None:
    """What the threshold moves; run again alone when it does."""
    pooled = threshold_curve(curve)
    threshold = st.slider("Threshold", 0.0, 1.0, default, 1 / LEVELS, "%.3f", key="threshold")
    _pooled_scores(pooled.at(threshold), curve)
    operating_points, over_thresholds = st.columns(2, gap="large")
    with operating_points:
        st.markdown("#### Precision and recall")
        _plot(operating_points_figure(pooled, threshold, default), "operating-points", "Precision over recall")
    with over_thresholds:
        st.markdown("#### What the threshold costs")
        _plot(threshold_figure(pooled, threshold, default), "thresholds", "Recall, precision and Dice by threshold")


def _pooled_scores(scores: Scores, curve: Curve) -> None:
    with st.container(horizontal=True, key="pooled"):
        for name, (share, target) in targets(scores).items():
            st.metric(
                name.capitalize(),
                percent(share),
                beyond_target(share, target),
                delta_description=f"points to the target of {target * 100:.0f} %",
                border=True,
                height="stretch",
            )
        st.metric("Dice", "–" if math.isnan(scores.dice) else f"{scores.dice:.3f}", border=True, height="stretch")
        st.metric(
            "Validation patients",
            curve.patients,
            delta_description=f"{len(curve.patient_scores)} cases",
            border=True,
            height="stretch",
        )
    missed = missed_targets(scores)
    st.badge(
        f"Target missed: {' and '.join(missed)}" if missed else "Both targets are met",
        icon=":material/close:" if missed else ":material/check:",
        color="orange" if missed else "green",
    )


def _reliability(curve: Curve, calibration: Calibration) -> None:
    measured = reliability_of(curve)
    st.markdown("#### Reliability")
    _plot(reliability_figure(measured), "reliability", "Observed share of tumour over the predicted probability")
    st.caption(
        f"Expected calibration error {measured.ece:.4f}: how far probability and truth are apart, on average over "
        f"the {curve.head_voxels:,} voxels inside the heads, most of them healthy. With these sequences the tumour "
        f"logit is divided by {calibration.temperature:.2f} and shifted by {calibration.shift:+.2f}."
    )


def _cases(curve: Curve, default: float) -> None:
    scores = over_cases(curve)
    st.markdown(f"#### Case by case, at the default of {default:.3f}")
    _plot(case_figure(scores), "cases", "Scores of every case")
    _table([case_row(title, score) for title, score in scores.items()], "case-scores")
    for title, score in scores.items():
        if score.undefined:
            st.caption(f"{title} is not defined for {', '.join(score.undefined)}.")
    if curve.patients != len(curve.patient_scores):
        st.caption("Cases of one patient are alike and the card does not say which they are: no interval is given.")


def _subsets(card: Card, dataset: str) -> None:
    st.markdown(f"#### Every subset of sequences, at the default of {card.threshold:.3f}")
    _table([subset_row(curve, card.threshold) for curve in subsets(card, dataset)], "subsets")


def _table(rows: list[dict[str, object]], key: str) -> None:
    numbers = {name for row in rows for name, value in row.items() if isinstance(value, float)}
    columns = {name: st.column_config.NumberColumn(format="%.3f") for name in numbers}
    st.dataframe(rows, hide_index=True, column_config=columns, key=key)


def _plot(figure: go.Figure, key: str, description: str) -> None:
    st.plotly_chart(figure, height=HEIGHT, key=key, alt=description, config={"displaylogo": False})


render()
