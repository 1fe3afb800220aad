"""The inside of the popover "Save": what is on screen is kept with a patient, who is chosen there already or typed.

The popover opens with one click and saves with the second; a double click saves once.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from secrets import token_hex

import streamlit as st

from app.decision.keeping import Kept, Reopened, keep
from app.errors import AppError
from app.exports.small_picture import small_png
from app.imaging.deidentify import may_carry_text, suggested_day
from app.model.checkpoint import read_card
from app.pages import kept
from app.pages.as_text import as_text
from app.pages.findings import Screen
from app.pages.guard import show_error
from app.pages.patient_words import day_text
from app.pages.places import AT_HAND, PATIENT
from app.pages.records_room import records
from app.pages.redraw import redraw
from app.pages.sign_in import actor
from app.records.patients import patient_names
from app.records.rows import PatientFields
from app.records.studies import EARLIEST_DAY, studies_of_scan, study_row
from app.records.words import key_of
from app.study import Study

DRAFT = "saving-draft"
"""Where in the session's state is what the open popover is about to save."""
POPOVER = "save"
"""Key of the popover."""
LISTED = 1000
"""Patients to choose from, those used last; another one is found by typing the whole pseudonym."""
WHAT = (
    "Kept are the scan, the mask at threshold {threshold:.3f} with its probabilities, and the numbers; not the names "
    "of files, nor what DICOM headers say of the patient. Type a pseudonym, never a name."
)
NOBODY_REMOVES = "Nobody removes it: look at the slices first."


@dataclass
class Draft:
    """Something on screen that may be saved, once, however often somebody clicks."""

    of: tuple[object, ...]
    """What it is."""
    segmentation_id: str
    kept: Kept | None = None
    """Where it was saved."""
    said: str = ""
    """To whom, as Markdown."""


@dataclass(frozen=True)
class Known:
    """What the records say of patients, and of this scan."""

    names: dict[str, str]
    """Identifier to pseudonym, those used last first."""
    days: dict[str, date | None]
    """Whose scan this is already, and of which day; the identifiers alone."""


def draw(screen: Screen, saved: Reopened | None) -> None:
    """The inside of the popover. Raises RecordsError."""
    draft = _draft(screen)
    if draft.kept is not None:
        _confirm(draft)
        return
    known = _known(screen.study)
    patient = _patient(screen.study, known)
    day = _day(screen.study, patient, known)
    st.caption(WHAT.format(threshold=screen.threshold))
    if said := may_carry_text(screen.study):
        st.warning(f"{said} {NOBODY_REMOVES}", icon=":material/visibility:")
    same = _as_saved(screen, saved, patient)
    if same:
        st.caption("On screen is what is saved already. Move the threshold to save another result.")
    pressed = st.button(
        "Save",
        type="primary",
        icon=":material/save:",
        key="save-now",
        width="stretch",
        disabled=same or patient is None,
    )
    if pressed and patient is not None:
        with st.spinner("Saving…"):
            done = _save(draft, screen, saved, patient, day, known)
        if done:
            redraw()


def close() -> None:
    """The popover is closed: what is opened next is something new."""
    st.session_state.pop(DRAFT, None)


def _draft(screen: Screen) -> Draft:
    view = screen.view
    at = None if view is None else (view["slice"], view["sequence"])
    of = (screen.study.sha256, screen.card.sha256, screen.threshold, at)
    draft: Draft | None = st.session_state.get(DRAFT)
    if draft is None or draft.of != of:
        draft = st.session_state[DRAFT] = Draft(of, token_hex(16))
    return draft


def _known(study: Study) -> Known:
    with records().reading() as session:
        owners = studies_of_scan(session, study.sha256)
        days = {patient: study_row(session, study_id).taken_on for patient, _, study_id in owners}
        used = patient_names(session, limit=LISTED)
    return Known({patient: name for patient, name, _ in owners} | dict(used), days)


def _patient(study: Study, known: Known) -> str | PatientFields | None:
    """Whom it is to be saved to: an identifier, or a new patient; None while nobody is chosen."""
    at_hand = st.session_state.get(AT_HAND)
    first = next(iter(known.days), at_hand if at_hand in known.names else None)
    ids = list(known.names)
    chosen: str | None = st.selectbox(
        "Patient",
        ids,
        None if first is None else ids.index(first),
        format_func=lambda patient: known.names.get(patient, patient),
        accept_new_options=True,
        placeholder="Type a pseudonym, such as P-7",
        key=f"save-patient-{study.sha256[:12]}",
    )
    if chosen is None or chosen in known.names:
        return chosen
    with records().reading() as session:
        alike = [patient for patient, name in patient_names(session, chosen[:80]) if key_of(name) == key_of(chosen)]
    return alike[0] if alike else PatientFields(chosen)


def _day(study: Study, patient: str | PatientFields | None, known: Known) -> date | None:
    """The day of the scan: what is known of it, what the header proposes, or nothing."""
    settled = known.days.get(patient) if isinstance(patient, str) else None
    dicom = study.source.dicom
    proposed = suggested_day(dicom) if settled is None and dicom is not None else None
    day: date | None = st.date_input(
        "Day of the scan, if it is known",
        settled or proposed,
        min_value=EARLIEST_DAY,
        max_value=datetime.now(UTC).date(),
        format="YYYY-MM-DD",
        disabled=settled is not None,
        key=f"save-day-{study.sha256[:12]}-{settled}",
    )
    if proposed is not None:
        st.caption("The day is that of the DICOM header. Correct it if it is another, or empty the field.")
    return settled or day


def _as_saved(screen: Screen, saved: Reopened | None, patient: str | PatientFields | None) -> bool:
    """Whether nothing was changed since the saved study on screen was opened."""
    if saved is None or patient != saved.patient.id:
        return False
    return screen.view is None or screen.view == kept.saved_view(saved)


def _save(
    draft: Draft,
    screen: Screen,
    saved: Reopened | None,
    patient: str | PatientFields,
    day: date | None,
    known: Known,
) -> bool:
    """Save it, and say so in the draft; returns whether it is saved. What goes wrong is shown."""
    reading = screen.reader()()
    try:
        draft.kept = keep(
            records(),
            actor(),
            reading,
            patient_id=patient,
            taken_on=day,
            card_json=read_card() if saved is None else records().files.get(saved.row.card_file),
            thumbnail=small_png(reading),
            segmentation_id=draft.segmentation_id,
        )
    except AppError as error:
        show_error(error)
        return False
    name = patient.pseudonym if isinstance(patient, PatientFields) else known.names.get(patient, "")
    draft.said = f"**{as_text(name)}**, {'day not known' if day is None else day_text(day)}"
    st.session_state[AT_HAND] = draft.kept.patient_id
    return True


def _confirm(draft: Draft) -> None:
    if draft.kept is None:
        return
    st.markdown(f":green[:material/check_circle:] Saved: {draft.said}.")
    st.page_link(
        Path(__file__).with_name("patients.py"),
        label="To the patient's card",
        icon=":material/person:",
        query_params={PATIENT: draft.kept.patient_id},
    )
    st.button(
        "Open it as saved, to review it",
        icon=":material/rate_review:",
        key="save-open",
        type="tertiary",
        on_click=kept.open_here,
        args=(draft.kept.segmentation_id, POPOVER),
    )
