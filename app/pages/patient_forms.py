"""The dialogs in which a patient is added and edited. What was typed stays there until it is saved or given up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.errors import AppError, InputError, RecordsConflictError
from app.pages.as_text import as_text
from app.pages.guard import show_error, shown_errors
from app.pages.patient_words import UNKNOWN, fields_text
from app.pages.places import open_card
from app.pages.records_room import records
from app.pages.sign_in import actor
from app.records.patients import add_patient, edit_patient, patient_card
from app.records.rows import PatientFields, PatientRow, Sex
from app.records.words import EARLIEST_BIRTH, LONGEST_PROSE, LONGEST_PSEUDONYM, checked_fields

NEVER_A_NAME = (
    "Type a pseudonym, such as P-007, never a name, a date of birth or a number of the hospital: everybody who uses "
    "this server reads it. Who it stands for is kept elsewhere."
)
FIRST, BASE = "patient-form-first", "patient-form-base"
"""Where in the session's state is what the fields began with, and the patient as somebody last saw it."""


def add() -> None:
    """Open the dialog for a new patient."""
    _add()


def edit(patient: PatientRow) -> None:
    """Open the dialog for a patient that is there."""
    st.session_state[FIRST], st.session_state[BASE] = patient.fields, patient
    _edit(patient.id)


@dataclass(frozen=True)
class _Form:
    """What was typed, and what is to be done with it."""

    fields: PatientFields
    places: Mapping[str, DeltaGenerator]
    """Under each field, for what is wrong with it."""
    saving: bool
    """Whether somebody wants to save."""

    def sound(self) -> bool:
        """Whether all fields can be kept; says beside each what is wrong with it."""
        typed = self.fields
        alone = {
            "pseudonym": PatientFields(typed.pseudonym),
            "year": PatientFields("P", typed.birth_year),
            "notes": PatientFields("P", notes=typed.notes),
        }
        return all([self._sound(name, fields) for name, fields in alone.items()])

    def _sound(self, name: str, fields: PatientFields) -> bool:
        try:
            checked_fields(fields)
        except InputError as error:
            self.tell(error, name)
            return False
        return True

    def tell(self, error: AppError, name: str = "pseudonym") -> None:
        """Say beside a field what is wrong with it."""
        with self.places[name]:
            show_error(error)


@st.dialog("Add a patient", icon=":material/person_add:", on_dismiss="rerun")
@shown_errors()
def _add() -> None:
    form = _form(PatientFields(""), "new", "Add")
    if not form.saving or not form.sound():
        return
    try:
        with records().writing(actor()) as session:
            patient_id = add_patient(session, form.fields)
    except RecordsConflictError as error:  # somebody else has that pseudonym
        form.tell(error)
    else:
        open_card(patient_id)


@st.dialog("Edit patient", icon=":material/edit:", on_dismiss="rerun")
@shown_errors()
def _edit(patient_id: str) -> None:
    base: PatientRow = st.session_state[BASE]
    form = _form(st.session_state[FIRST], patient_id, "Save")
    if not form.saving or not form.sound():
        return
    try:
        with records().writing(actor()) as session:
            edit_patient(session, patient_id, form.fields, version=base.version)
    except RecordsConflictError as error:
        with records().reading() as session:
            now = patient_card(session, patient_id).patient
        if now.version == base.version:  # somebody else has that pseudonym
            form.tell(error)
        else:
            st.session_state[BASE] = now
            st.warning(_changed_meanwhile(now), icon=":material/group:")
    else:
        st.rerun()


def _form(first: PatientFields, name: str, title: str) -> _Form:
    """The fields, which begin with `first`; one that begins as a widget's default could not be emptied."""
    st.session_state.setdefault(f"year-{name}", first.birth_year)
    st.session_state.setdefault(f"sex-{name}", first.sex)
    with st.form(f"patient-{name}", border=False):
        pseudonym = st.text_input(
            "Pseudonym", first.pseudonym, max_chars=LONGEST_PSEUDONYM, key=f"pseudonym-{name}", autocomplete="off"
        )
        places = {"pseudonym": st.container()}
        st.caption(NEVER_A_NAME)
        left, right = st.columns(2)
        year = left.number_input(
            "Year of birth (optional)",
            EARLIEST_BIRTH,
            datetime.now(UTC).year,
            None,
            step=1,
            key=f"year-{name}",
            placeholder="not known",
        )
        sex = right.selectbox(
            "Sex (optional)",
            list(Sex),
            None,
            format_func=str,
            key=f"sex-{name}",
            placeholder="not known",
        )
        places["year"] = st.container()
        notes = st.text_area("Notes (optional)", first.notes, height=120, max_chars=LONGEST_PROSE, key=f"notes-{name}")
        places["notes"] = st.container()
        saving = st.form_submit_button(title, type="primary", width="stretch")
    return _Form(PatientFields(pseudonym, year, sex, notes), places, saving)


def _changed_meanwhile(now: PatientRow) -> str:
    facts = as_text(fields_text(now.fields)) or "year of birth and sex not known"
    notes = as_text(now.fields.notes) or UNKNOWN
    return (
        "Somebody else changed this patient meanwhile. What you typed is still here and nothing was saved. Now there: "
        f"**{as_text(now.fields.pseudonym)}**, {facts}; notes: {notes}\n\nTake over what you want to keep. To save "
        "writes what is in the fields over it."
    )
