"""The dialog in which two entries of one person become one: suggests, searches, and says what will happen."""

import streamlit as st

from app.pages.as_text import as_text
from app.pages.guard import shown_errors
from app.pages.patient_words import count_text, facts_text
from app.pages.places import open_card
from app.pages.records_room import records
from app.pages.sign_in import actor
from app.records.patients import PatientSort, find_patients, likely_duplicates, merge_patients, patient_card
from app.records.rows import PatientCard, PatientFields, PatientRow

OFFERED = 8
"""Patients that are offered at once."""


def ask(patient: PatientRow) -> None:
    """Open the dialog for a patient."""
    _ask(patient)


@st.dialog("Merge duplicates", width="medium", icon=":material/merge:", on_dismiss="rerun")
@shown_errors()
def _ask(patient: PatientRow) -> None:
    other_id = _choose(patient)
    if other_id is None:
        return
    with records().reading() as session:
        this, other = patient_card(session, patient.id), patient_card(session, other_id)
    names = {this.patient.id: this.patient.fields.pseudonym, other.patient.id: other.patient.fields.pseudonym}
    keep_id = st.radio(
        "Which entry stays", list(names), format_func=lambda key: as_text(names[key]), horizontal=True, key="merge-keep"
    )
    keep, goes = (this, other) if keep_id == this.patient.id else (other, this)
    st.markdown(what_happens(keep, goes))
    if st.button("Merge", type="primary", icon=":material/merge:", key="merge-it", width="stretch"):
        with records().writing(actor()) as session:
            merge_patients(session, keep=keep.patient.id, merge=goes.patient.id)
        open_card(keep.patient.id)


def _choose(patient: PatientRow) -> str | None:
    """Another patient: those that look like this one first, then whoever the search finds."""
    text = st.text_input(
        f"Which other entry is the same person as {as_text(patient.fields.pseudonym)}?",
        type="search",
        key="merge-search",
        live=True,
        placeholder="Search pseudonyms",
    )
    with records().reading() as session:
        if text:
            rows = find_patients(session, text=text, archived=True, sort=PatientSort.SAVED, limit=OFFERED + 1).rows
        else:
            rows = tuple(likely_duplicates(session, patient.id))
    found = {row.id: row for row in rows if row.id != patient.id}
    if not found:
        st.caption("Nobody matches." if text else "Nobody looks like a duplicate: search for the other entry.")
        return None
    chosen: str | None = st.radio(
        "Found" if text else "Likely: the same scan, or nearly the same pseudonym",
        list(found)[:OFFERED],
        None,
        format_func=lambda key: as_text(found[key].fields.pseudonym),
        captions=[facts_text(row) for row in found.values()][:OFFERED],
        key=f"merge-other-{text}",
    )
    return chosen


def what_happens(keep: PatientCard, goes: PatientCard) -> str:
    """What merging does, in Markdown: what moves, what becomes one, what is joined and what goes."""
    stays, gone = as_text(keep.patient.fields.pseudonym), as_text(goes.patient.fields.pseudonym)
    both = {study.source_sha256 for study in keep.studies} & {study.source_sha256 for study in goes.studies}
    moved = [study for study in goes.studies if study.source_sha256 not in both]
    results = sum(len(study.segmentations) for study in goes.studies)
    lines = [f"{count_text(len(moved), 'study', 'studies')} of **{gone}** will be with **{stays}**."]
    if both:
        lines.append(f"{count_text(len(both), 'scan')} that both have will be one study, with the results of both.")
    lines.append(f"{count_text(results, 'result')} of **{gone}** will be kept as they are.")
    if _filled_in(keep.patient.fields, goes.patient.fields):
        lines.append(f"Year of birth and sex of **{gone}** will fill in what is not known of **{stays}**.")
    if goes.patient.fields.notes:
        lines.append(f"The notes of **{gone}** will stand under those of **{stays}**.")
    lines.append(f"**{gone}** will not be in the list any more. This cannot be undone.")
    return "\n".join(f"- {line}" for line in lines)


def _filled_in(stays: PatientFields, goes: PatientFields) -> bool:
    return any(getattr(stays, name) is None and getattr(goes, name) is not None for name in ("birth_year", "sex"))
