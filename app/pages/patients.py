"""The page "Patients": who was scanned when, what was found, what changed."""

import streamlit as st

from app.pages import audit_log, deleted, patient_card, patient_deletions, patient_list
from app.pages.guard import shown_errors
from app.pages.places import BASELINE, LATER, PATIENT, open_card
from app.pages.room import open_page, open_room
from app.pages.sign_in import actor
from app.records.who import Role

LIST, DELETED, AUDIT = "Patients", "Recently deleted", "Audit log"


def render() -> None:
    """Draw what the page's address names: the list, a card, or the comparison of two results."""
    patient, baseline, later = (st.query_params.get(name) for name in (PATIENT, BASELINE, LATER))
    if patient and baseline and later:
        _comparison(patient, baseline, later)
        return
    open_page("segment.css", "patients.css")
    with st.container(key="patients"), shown_errors():
        patient_deletions.draw_undo()
        if patient:
            patient_card.draw(patient)
        else:
            _room()


def _room() -> None:
    """The list, and beside it what was deleted and, for admins, who did what."""
    views = {LIST: patient_list.draw, DELETED: deleted.draw}
    if actor().role is Role.ADMIN:
        views[AUDIT] = audit_log.draw
    view = st.segmented_control(
        "View", list(views), default=LIST, required=True, key="view", label_visibility="collapsed"
    )
    views[str(view)]()


def _comparison(patient: str, baseline: str, later: str) -> None:
    open_room("segment.css", "follow_up.css")
    with shown_errors():
        if st.button("Back to the card", icon=":material/arrow_back:", type="tertiary", key="to-card"):
            open_card(patient)
        from app.pages.follow_up import draw  # which brings the registration, and is not wanted for the list

        draw(baseline, later)


render()
