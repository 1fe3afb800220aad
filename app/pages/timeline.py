"""The studies of a patient, the latest first: what was found in each, and what can be done with it."""

from datetime import date
from itertools import pairwise

import streamlit as st

from app.pages import patient_deletions, study_day
from app.pages.guard import shown_errors
from app.pages.kept import open_saved
from app.pages.patient_words import count_text, result_text
from app.pages.places import SEGMENT, open_comparison
from app.pages.records_room import records
from app.pages.sign_in import actor
from app.pages.timeline_rows import change_text, result_html, study_html
from app.records.rows import PatientCard, SegmentationRow, StudyRow
from app.records.who import Act

FIRST = 10
"""Studies that are shown at once; the others when somebody asks."""
DAY, DELETE_RESULT, DELETE_STUDY = "Change the day", "Delete this result", "Delete the study"
ALL, TICKED = "timeline-all", "timeline-ticked"
"""Where in the session's state is whose studies are shown all, and which results of whom are ticked."""
_WIDTHS = (4, 6, 3)


@st.fragment
@shown_errors()
def draw(card: PatientCard) -> None:
    """The timeline; run again alone when something in it is pressed."""
    if not card.studies:
        _nothing()
        return
    studies = _latest_first(card)
    shown = studies if st.session_state.get(ALL) == card.patient.id else studies[:FIRST]
    with st.container(key="timeline-head", horizontal=True, vertical_alignment="center"):
        st.markdown("#### Studies")
        _comparison(card)
    for study, before in shown:
        _study(card, study, before)
    if len(shown) < len(studies):
        st.button(
            f"Show all {len(studies)} studies", key="all-studies", width="stretch", on_click=_show_all, args=(card,)
        )


def _nothing() -> None:
    with st.container(key="no-studies", border=True):
        st.markdown("#### No study yet\n\nOpen a scan on the page “Segment”, choose “Save” and then this patient.")
        st.page_link(SEGMENT, label="Go to Segment", icon=":material/neurology:")


def _latest_first(card: PatientCard) -> list[tuple[StudyRow, StudyRow | None]]:
    """Each study with the one before it in time; those without a day at the end."""
    dated = [study for study in card.studies if study.taken_on is not None]
    pairs: list[tuple[StudyRow, StudyRow | None]] = [(later, before) for before, later in pairwise(dated)]
    if dated:
        pairs.insert(0, (dated[0], None))
    return [*reversed(pairs), *((study, None) for study in card.studies if study.taken_on is None)]


def _study(card: PatientCard, study: StudyRow, before: StudyRow | None) -> None:
    with st.container(key=f"study-{study.id}", border=True):
        picture, found, controls = st.columns(_WIDTHS, vertical_alignment="center")
        picture.html(study_html(study, before, records().files))
        if not study.segmentations:
            found.caption("All results of this study were deleted.")
            with controls:
                _menu(card, study, None)
            return
        latest, *others = study.segmentations
        found.html(result_html(latest, change_text(latest, before)))
        with controls:
            _controls(card, study, latest)
        if others:
            folder = st.expander(
                count_text(len(others), "more result"), key=f"more-{study.id}", on_change="rerun", type="compact"
            )
            if folder.open:
                with folder:
                    for row in others:
                        _, found, controls = st.columns(_WIDTHS, vertical_alignment="center")
                        found.html(result_html(row, change_text(row, before)))
                        with controls:
                            _controls(card, study, row)


def _controls(card: PatientCard, study: StudyRow, row: SegmentationRow) -> None:
    ticked = _ticked(card)
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center", gap="small"):
        st.checkbox(
            "Compare",
            row.id in ticked,
            key=f"tick-{row.id}",
            disabled=len(ticked) == 2 and row.id not in ticked,
            on_change=_tick,
            args=(card, row.id),
        )
        if st.button("Open", icon=":material/open_in_new:", key=f"open-{row.id}"):
            open_saved(row.id)
        _menu(card, study, row)


def _menu(card: PatientCard, study: StudyRow, row: SegmentationRow | None) -> None:
    """What else this role may do with a result and its study; nothing for a reader."""
    may = {DAY: actor().may(Act.EDIT), DELETE_RESULT: actor().may(Act.DELETE), DELETE_STUDY: actor().may(Act.DELETE)}
    if row is None or len(study.segmentations) == 1:
        may[DELETE_RESULT] = False  # the study goes with its only result
    choices = [choice for choice, allowed in may.items() if allowed]
    if not choices:
        return
    key = f"menu-{study.id if row is None else row.id}"
    match st.menu_button("More", choices, key=key, icon=":material/more_vert:", type="tertiary"):
        case "Change the day":
            study_day.ask(study)
        case "Delete the study":
            patient_deletions.ask("study", study.id, card.patient.id)
        case "Delete this result" if row is not None:
            patient_deletions.ask("segmentation", row.id, card.patient.id)


def _comparison(card: PatientCard) -> None:
    """The way to the comparison of two results that are ticked."""
    rows = [(study, row) for study in card.studies for row in study.segmentations]
    if len(rows) < 2:
        return
    chosen = sorted((pair for pair in rows if pair[1].id in _ticked(card)), key=_when)
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        if len(chosen) == 2:
            baseline, later = chosen
            st.caption(f"Baseline: {result_text(*baseline)}. Later: {result_text(*later)}.")
        else:
            st.caption("Tick two results to compare them." if not chosen else "Tick a second result to compare with.")
        if st.button("Compare", type="primary", icon=":material/compare:", key="compare", disabled=len(chosen) < 2):
            open_comparison(card.patient.id, chosen[0][1].id, chosen[1][1].id)


def _when(pair: tuple[StudyRow, SegmentationRow]) -> tuple[date, object]:
    study, row = pair
    return study.taken_on or date.max, row.created_at


def _ticked(card: PatientCard) -> list[str]:
    """The results that are ticked and still there."""
    there = {row.id for study in card.studies for row in study.segmentations}
    ticked: dict[str, list[str]] = st.session_state.setdefault(TICKED, {})
    return [row_id for row_id in ticked.get(card.patient.id, []) if row_id in there]


def _tick(card: PatientCard, row_id: str) -> None:
    ticked = _ticked(card)
    wanted = st.session_state[f"tick-{row_id}"]
    others = [each for each in ticked if each != row_id]
    st.session_state[TICKED][card.patient.id] = [*others, row_id] if wanted else others


def _show_all(card: PatientCard) -> None:
    st.session_state[ALL] = card.patient.id
