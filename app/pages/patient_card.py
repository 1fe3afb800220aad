"""The card of a patient: who it is, what can be done, and all studies in order of time."""

import html
from collections.abc import Callable
from functools import partial

import streamlit as st

from app.exports.file_name import safe_name
from app.exports.patient_summary import summary_csv, summary_json
from app.pages import patient_deletions, patient_forms, patient_merge, timeline
from app.pages.audited import noted
from app.pages.downloads import MIME, until_fetched
from app.pages.patient_words import facts_text
from app.pages.places import AT_HAND, open_card, open_list
from app.pages.records_room import records
from app.pages.sign_in import actor
from app.pages.volume_chart import draw_chart
from app.records.patients import archive_patient, patient_card
from app.records.rows import PatientCard, PatientRow
from app.records.who import Act

SUMMARIES = {"csv": ("CSV, a line a result", summary_csv), "json": ("JSON", summary_json)}
"""Ending to title and maker."""


def draw(patient_id: str) -> None:
    """The whole card. Raises RecordsError."""
    back = f"to-list-{patient_id}"
    just_opened = back not in st.session_state  # Streamlit forgets a button with the card on which it was
    if st.button("All patients", icon=":material/arrow_back:", type="tertiary", key=back):
        open_list()
    with records().reading() as session:
        card = patient_card(session, patient_id)
    if card.patient.id != patient_id:  # merged into another one, whose card this is
        open_card(card.patient.id)
    if just_opened:
        noted(Act.VIEW, f"patient {patient_id}")
    st.session_state[AT_HAND] = patient_id  # the next scan is saved to this patient, if nobody says otherwise
    _head(card)
    if card.patient.fields.notes:
        st.html(f'<div class="patient-notes">{html.escape(card.patient.fields.notes)}</div>')
    draw_chart(card)
    timeline.draw(card)


def _head(card: PatientCard) -> None:
    patient = card.patient
    with st.container(key="card-head", horizontal=True, vertical_alignment="center"):
        archived = '<span class="tag">archived</span>' if patient.archived else ""
        st.html(
            f'<div class="patient"><h2>{html.escape(patient.fields.pseudonym)}{archived}</h2>'
            f"<p>{html.escape(facts_text(patient))}</p></div>"
        )
        with st.container(key="card-actions", horizontal=True, horizontal_alignment="right"):
            _actions(patient)


def _actions(patient: PatientRow) -> None:
    if _button("Edit", ":material/edit:", Act.EDIT):
        patient_forms.edit(patient)
    if _button("Restore to list" if patient.archived else "Archive", ":material/archive:", Act.ARCHIVE):
        _archive(patient)
    if _button("Merge", ":material/merge:", Act.MERGE):
        patient_merge.ask(patient)
    with st.popover("Export", icon=":material/download:", key="card-export"):
        _exports(patient)
    if _button("Delete", ":material/delete:", Act.DELETE):
        patient_deletions.ask("patient", patient.id, patient.id)


def _button(title: str, icon: str, act: Act) -> bool:
    """A button for who may do it; for others it stands there with the reason."""
    allowed = actor().may(act)
    reason = None if allowed else f"A {actor().role} may not {act} here."
    return st.button(title, icon=icon, key=f"card-{act}", disabled=not allowed, help=reason)


def _archive(patient: PatientRow) -> None:
    with records().writing(actor()) as session:
        archive_patient(session, patient.id, archived=not patient.archived)
    st.toast("Back in the list." if patient.archived else "Archived: shown in the list only with “Archived too”.")
    st.rerun()


def _exports(patient: PatientRow) -> None:
    """Files of all that is known of the patient, without pictures; in the audit log before they are made."""
    for ending, (title, make) in SUMMARIES.items():
        name = f"{safe_name(patient.fields.pseudonym)}_summary.{ending}"
        before = partial(noted, Act.EXPORT, f"patient {patient.id}", kind=f"summary-{ending}")
        made = until_fetched(partial(_summary, patient.id, make), name, before=before)
        st.download_button(title, made, name, MIME, on_click="ignore", width="stretch", key=f"summary-{ending}")


def _summary(patient_id: str, make: Callable[[PatientCard], bytes]) -> bytes:
    """The file, from what is known when it is asked for."""
    with records().reading() as session:
        return make(patient_card(session, patient_id))
