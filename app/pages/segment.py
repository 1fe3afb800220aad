"""The page "Segment": choose a study, see where the tumour probably is, move the threshold."""

import time
from pathlib import Path

import streamlit as st

from app import NOTICE
from app.evaluation.threshold_curve import ThresholdCurve
from app.exports import export_mask, export_probability, file_name
from app.model.checkpoint import Card
from app.pages import cache
from app.pages.chooser import choose_study
from app.pages.curve import precision_recall_figure
from app.pages.guard import shown_errors
from app.pages.opening import opening_slice, validation_for
from app.study import Probability, Study
from app.viewer import levels_loader, pack_levels, scan_loader, viewer

SECONDS_BETWEEN_OVERLAYS = 0.7


def render() -> None:
    """Draw the page; whatever goes wrong is shown on it."""
    st.html(f"<style>{Path(__file__).with_name('segment.css').read_text(encoding='utf-8')}</style>")
    above = st.container(key="above")
    above.html(f'<div class="notice" role="note">{NOTICE}</div>')
    progress = above.container(key="progress")
    with shown_errors():
        study = choose_study()
        card = cache.card()
        result = cache.results().get(study.sha256, card.sha256)
        with above:  # not where the viewer is: it would move down and be mounted anew when the levels come
            scan_loader(cache.scan_blob(study))
            if result is not None:
                levels_loader(cache.levels_blob(study, result))
        reading_room(study, card, result, opening_slice(study, result, card.threshold), _exact_curve(study, result))
        if result is None:
            with progress:
                segment(study, card)
            st.rerun()


def segment(study: Study, card: Card) -> None:
    """Run the network, the slice on screen first, and send the overlay as it grows; the result is kept."""
    bar = st.progress(0.0, "Loading the network…")
    place = st.empty()
    sent = 0.0
    segmenter = cache.segmenter()
    for number, step in enumerate(segmenter.stream(study, _slice_on_screen(study, card))):
        if time.monotonic() - sent > SECONDS_BETWEEN_OVERLAYS:
            with place.container():
                levels_loader(
                    pack_levels(step.levels, study, card.sha256, complete=False), key=f"levels-{study.sha256}-{number}"
                )
            sent = time.monotonic()
        bar.progress(step.done / max(1, step.total), f"Segmenting: {step.done} of {step.total} slices")
    cache.results().put(Probability(step.levels, study.sha256, card.sha256))


@st.fragment
def reading_room(
    study: Study, card: Card, result: Probability | None, first_slice: int, exact: ThresholdCurve | None
) -> None:
    """The viewer, the curve beside it and the exports; run again alone when the hand has moved something.

    What takes time is made once, by the caller: where to start, and the curve against the reference.
    """
    validation = validation_for(card, study)
    with st.container(key="reading"):
        view = viewer(
            study,
            checkpoint_sha256=card.sha256,
            threshold=card.threshold,
            first_slice=first_slice,
            validation=validation,
        )
        threshold = card.threshold if view is None else view["threshold"]
        with st.container(key="curve"):
            if study.reference is None and validation is not None:
                _curve(validation.curve, threshold, f"Precision and recall: {validation.label}")
            elif exact is not None:
                _curve(exact, threshold, "Precision and recall: this scan against its reference mask")
            if result is not None:
                _exports(study, result, threshold)


def _exact_curve(study: Study, result: Probability | None) -> ThresholdCurve | None:
    if study.reference is None or result is None:
        return None
    return ThresholdCurve.from_levels(result.levels, study.reference > 0)


def _curve(curve: ThresholdCurve, threshold: float, title: str) -> None:
    if not curve.positives:
        st.caption("The reference holds no tumour, so recall is not defined.")
        return
    st.plotly_chart(
        precision_recall_figure(curve, threshold),
        height=185,
        key="curve-figure",
        alt=title,
        config={"displayModeBar": False},
    )


def _exports(study: Study, result: Probability, threshold: float) -> None:
    mask, probability = st.columns(2)
    for place, content, data in (
        (mask, "mask", lambda: export_mask(result, study, threshold)[1]),
        (probability, "probability", lambda: export_probability(result, study)[1]),
    ):
        place.download_button(
            content.capitalize(),
            data,  # made when it is asked for
            file_name(study, content),
            icon=":material/download:",
            on_click="ignore",
            width="stretch",
            key=f"export-{content}",
        )


def _slice_on_screen(study: Study, card: Card) -> int:
    view = (st.session_state.get("viewer") or {}).get("view")
    if view and view["study"] == study.sha256:
        return int(view["slice"])
    return opening_slice(study, None, card.threshold)


render()
