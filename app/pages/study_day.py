"""The dialog in which the day of a study is set."""

from datetime import UTC, datetime

import streamlit as st

from app.errors import InputError
from app.pages.guard import show_error, shown_errors
from app.pages.records_room import records
from app.pages.sign_in import actor
from app.records.rows import StudyRow
from app.records.studies import EARLIEST_DAY, set_day


@st.dialog("Day of the study", icon=":material/event:", on_dismiss="rerun")
@shown_errors()
def ask(study: StudyRow) -> None:
    """Ask for the day; no day is possible too, where nobody knows it."""
    st.session_state.setdefault(f"day-{study.id}", study.taken_on)  # as a default it could not be emptied
    with st.form("study-day", border=False):
        day = st.date_input(
            "When the scan was taken",
            None,
            min_value=EARLIEST_DAY,
            max_value=datetime.now(UTC).date(),
            format="YYYY-MM-DD",
            key=f"day-{study.id}",
        )
        problem = st.container()
        st.caption("An empty field means that nobody knows: such a study is listed last, and drawn in no chart.")
        saving = st.form_submit_button("Save", type="primary", width="stretch")
    if saving:
        try:
            with records().writing(actor()) as session:
                set_day(session, study.id, day)
        except InputError as error:
            with problem:
                show_error(error)
        else:
            st.rerun()
