"""What was found over time: volume, or sum of products, one line for each checkpoint and threshold."""

from dataclasses import dataclass
from datetime import date

import plotly.graph_objects as go
import streamlit as st
from streamlit.elements.plotly_chart import PlotlyState

from app.pages.kept import open_saved
from app.pages.patient_words import count_text, result_text, settings_text, size_text
from app.records.rows import PatientCard, SegmentationRow, StudyRow

VOLUME, PRODUCTS = "Volume", "Sum of products"
_UNITS = {VOLUME: "ml", PRODUCTS: "mm²"}
HEIGHT = 250
_COLOURS = ("#4c9aff", "#e69f00", "#cc79a7", "#35c48d", "#9b8cff")
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
_MARKS = ("circle", "diamond", "square", "triangle-up", "cross")
"""Lines are told apart by dash and shape as well as by colour, on light and on dark."""
_SIZE = 10


@dataclass(frozen=True)
class Point:
    """A result of a study whose day is known."""

    day: date
    value: float
    study: StudyRow
    row: SegmentationRow


def lines_of(card: PatientCard, what: str) -> dict[str, list[Point]]:
    """The points of each checkpoint and threshold in order of time, one a study: results of others are never joined.

    Args:
        card: of a patient.
        what: `VOLUME` or `PRODUCTS`.

    Returns:
        By the line's name; studies without a day and results without the value are left out.
    """
    lines: dict[str, list[Point]] = {}
    for study in card.studies:
        there = set()
        for row in study.segmentations:  # the latest first
            name, value = settings_text(row), value_of(row, what)
            if name in there or value is None or study.taken_on is None:
                continue
            there.add(name)
            lines.setdefault(name, []).append(Point(study.taken_on, value, study, row))
    return {name: sorted(points, key=lambda point: point.day) for name, points in lines.items()}


def value_of(row: SegmentationRow, what: str) -> float | None:
    """Of a result; None where it is not known."""
    return row.volume_ml if what == VOLUME else sum_of_products(row)


def sum_of_products(row: SegmentationRow) -> float | None:
    """The sum of the lesions' products of diameters, in mm²; None where one of them has none, or nobody measured."""
    lesions = row.measurements.get("lesions")
    if lesions is None or row.volume_ml is None:
        return None
    lines = [(lesion.get("longest"), lesion.get("perpendicular")) for lesion in lesions]
    if not all(longest and across for longest, across in lines):
        return None
    return float(sum(longest["mm"] * across["mm"] for longest, across in lines))


def figure_of(lines: dict[str, list[Point]], what: str) -> go.Figure:
    """A line with marks for each checkpoint and threshold; a mark's `customdata` is its result's id."""
    figure = go.Figure()
    for number, (name, points) in enumerate(lines.items()):
        figure.add_scatter(
            x=[point.day for point in points],
            y=[point.value for point in points],
            customdata=[point.row.id for point in points],
            text=[_hover(point) for point in points],
            name=name,
            mode="lines+markers",
            line={"color": _COLOURS[number % len(_COLOURS)], "dash": _DASHES[number % len(_DASHES)], "width": 2.5},
            marker={"symbol": _MARKS[number % len(_MARKS)], "size": _SIZE},
            hovertemplate="%{x|%Y-%m-%d}<br>%{text}<extra></extra>",
        )
    days = {point.day for points in lines.values() for point in points}
    figure.update_xaxes(type="date", showgrid=False, hoverformat="%Y-%m-%d")
    if len(days) == 1:
        figure.update_xaxes(tickvals=list(days), tickformat="%Y-%m-%d")
    figure.update_yaxes(title=_UNITS[what], rangemode="tozero", zeroline=False, nticks=6)
    figure.update_layout(
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        showlegend=True,
        hovermode="closest",
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
    )
    return figure


def _hover(point: Point) -> str:
    products = sum_of_products(point.row)
    parts = [size_text(point.row), count_text(point.row.lesions, "lesion"), point.study.sequences]
    return "<br>".join([*parts] if products is None else [*parts, f"sum of products {products:,.0f} mm²"])


@st.fragment
def draw_chart(card: PatientCard) -> None:
    """The chart, once there are two results with a day; a line says what is not drawn."""
    choices = [what for what in _UNITS if sum(map(len, lines_of(card, what).values())) > 1]
    if not choices:
        return
    with st.container(key="chart", border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown("#### Over time")
            what = VOLUME
            if len(choices) > 1:
                what = st.segmented_control(
                    "Over time", choices, default=VOLUME, required=True, key="over-time", label_visibility="collapsed"
                )
        lines = lines_of(card, what)
        chosen = st.plotly_chart(
            figure_of(lines, what),
            height=HEIGHT,
            key=f"over-time-{what}",
            on_select="rerun",
            selection_mode="points",
            alt=f"{what} in {_UNITS[what]} over the days of the studies",
            config={"displaylogo": False, "displayModeBar": False},
        )
        if told := _not_drawn(card, lines):
            st.caption(told)
        _mark(lines, chosen)


def _mark(lines: dict[str, list[Point]], chosen: PlotlyState) -> None:
    """What the mark that was pressed is, and the way to it."""
    pressed = {mark.get("customdata") for mark in chosen["selection"]["points"]}
    for point in (point for points in lines.values() for point in points if point.row.id in pressed):
        with st.container(key="mark", horizontal=True, vertical_alignment="center"):
            st.markdown(result_text(point.study, point.row))
            if st.button("Open", icon=":material/open_in_new:", key="open-mark"):
                open_saved(point.row.id)
        return


def _not_drawn(card: PatientCard, lines: dict[str, list[Point]]) -> str:
    told = []
    if len(lines) > 1:
        told.append("Results of different checkpoints or thresholds are not joined.")
    if dayless := sum(study.taken_on is None for study in card.studies):
        told.append(f"Not drawn: {count_text(dayless, 'study', 'studies')} whose day is not known.")
    return " ".join(told)
