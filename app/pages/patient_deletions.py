"""Deleting from a card: asks, says what goes, and offers to undo it at once."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st
from sqlalchemy.orm import Session

from app.pages.as_text import as_text
from app.pages.guard import shown_errors
from app.pages.places import PATIENT, open_card
from app.pages.records_room import records
from app.pages.sign_in import actor
from app.records.deletions import (
    KEPT_DAYS,
    delete_patient,
    delete_segmentation,
    delete_study,
    restore,
    what_goes,
)
from app.records.going import Kind
from app.records.rows import DeletionRow

UNDO = "patients-undo"
"""Where in the session's state is what can be undone at once."""
_DELETE: dict[Kind, Callable[[Session, str], DeletionRow]] = {
    "patient": delete_patient,
    "study": delete_study,
    "segmentation": delete_segmentation,
}


@dataclass(frozen=True)
class _Undo:
    """What was deleted just now."""

    deletion: DeletionRow
    patient_id: str
    place: str | None
    """The card on which it is offered; None for the list."""


def ask(kind: Kind, row_id: str, patient_id: str) -> None:
    """Open the question whether a "patient", "study" or "segmentation" of a patient is to be deleted."""
    _ask(kind, row_id, patient_id)


@st.dialog("Delete?", icon=":material/delete:", on_dismiss="rerun")
@shown_errors()
def _ask(kind: Kind, row_id: str, patient_id: str) -> None:
    with records().reading() as session:
        words = what_goes(session, kind, row_id)
    st.markdown(f"This deletes {as_text(words)}.")
    st.caption(f"For {KEPT_DAYS} days it can be restored under “Recently deleted”; after that it is gone for good.")
    with st.container(horizontal=True, horizontal_alignment="right"):
        given_up = st.button("Keep it", key="keep-it")
        sure = st.button(f"Delete this {kind}", type="primary", key="delete-it")
    if sure:
        with records().writing(actor()) as session:
            deletion = _DELETE[kind](session, row_id)
        place = None if kind == "patient" else patient_id
        st.session_state[UNDO] = _Undo(deletion, patient_id, place)
        if kind == "patient":
            st.query_params.clear()
    if sure or given_up:
        st.rerun()


def forget(deletion_id: str) -> None:
    """Offer no more to undo what was restored in another way."""
    undo: _Undo | None = st.session_state.get(UNDO)
    if undo is not None and undo.deletion.id == deletion_id:
        del st.session_state[UNDO]


def draw_undo() -> None:
    """What was deleted just now, with the way back; not shown any more once somebody has gone elsewhere."""
    undo: _Undo | None = st.session_state.get(UNDO)
    if undo is None:
        return
    if undo.place != st.query_params.get(PATIENT):
        del st.session_state[UNDO]
        return
    with st.container(key="undo", horizontal=True, vertical_alignment="center", border=True):
        st.markdown(f"Deleted: {as_text(undo.deletion.what)}.")
        wanted = st.button("Undo", icon=":material/undo:", key="undo-it")
        done = st.button("Dismiss", type="tertiary", key="undo-dismissed")
    if wanted:
        with records().writing(actor()) as session:
            restore(session, undo.deletion.id)
    if wanted or done:
        del st.session_state[UNDO]
    if wanted:
        open_card(undo.patient_id)
    if done:
        st.rerun()
