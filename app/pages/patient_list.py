"""The list of patients: searched as one types, sorted and turned by the page on the server."""

from math import ceil

import streamlit as st

from app.pages import patient_forms
from app.pages.as_text import as_text
from app.pages.guard import shown_errors
from app.pages.patient_table import patient_table
from app.pages.patient_words import count_text
from app.pages.places import SEGMENT, open_card
from app.pages.records_room import records
from app.records.patients import PatientSort, find_patients
from app.records.rows import PatientPage
from app.records.words import LONGEST_SEARCH

PAGE = 50
"""Patients that are shown at once."""
SEARCH, ARCHIVED, NUMBER = "patients-search", "patients-archived", "patients-page"
"""Keys of the widgets; that of the page's number goes on with what was asked for."""
SORT = "patients-sort"
"""Where in the session's state is what the list is sorted by: a `PatientSort` and whether the largest come first."""
_WORDS = (PatientSort.PSEUDONYM, PatientSort.SEX)
"""What begins with A, not with the largest."""
NOBODY = """
#### Nobody is here yet

Open a scan on the page “Segment” and choose “Save”: type a pseudonym there, and the patient is here with this first
result. Every later scan of theirs that is saved stands beside it in order of time, and can be compared with it.
"""
ALL_ARCHIVED = "All patients are archived: switch on “Archived too” to see them."


@st.fragment
@shown_errors()
def draw() -> None:
    """The list, with its search; run again alone while somebody types."""
    with st.container(key="patients-bar", horizontal=True, vertical_alignment="center"):
        text = st.text_input(
            "Search",
            None,
            type="search",
            key=SEARCH,
            live=True,
            placeholder="Search pseudonyms and notes",
            label_visibility="collapsed",
            width=420,
            max_chars=LONGEST_SEARCH,
            persist_state="session",
        )
        archived = st.toggle("Archived too", key=ARCHIVED, persist_state="session")
        place = st.empty()
        with st.container(horizontal=True, horizontal_alignment="right"):
            adding = st.button("Add patient", type="primary", icon=":material/person_add:", key="add")
    _found(text or "", archived=archived, place=place)
    if adding:
        patient_forms.add()


def _found(text: str, *, archived: bool, place: st.delta_generator.DeltaGenerator) -> None:
    sort, descending = _sorted_by()
    turned = f"{NUMBER}-{sort}-{descending}-{archived}-{text}"  # another question begins with its first page
    page = _page(text, archived, st.session_state.get(turned, 1))
    if not page.rows and page.total:  # the list has become shorter
        turned = f"{turned}-{page.total}"
        page = _page(text, archived, st.session_state.get(turned, 1))
    place.caption(count_text(page.total, "patient"))
    if not page.total:
        _nobody(text, archived)
        return
    chosen = patient_table(page, sort, descending=descending, on_sort=_sort)
    if page.total > PAGE:
        with st.container(horizontal=True, horizontal_alignment="center"):
            st.pagination(ceil(page.total / PAGE), key=turned, persist_state="session")
    if chosen is not None:
        open_card(chosen)


def _page(text: str, archived: bool, number: int) -> PatientPage:
    sort, descending = _sorted_by()
    with records().reading() as session:
        return find_patients(
            session,
            text=text,
            archived=archived,
            sort=sort,
            descending=descending,
            offset=(number - 1) * PAGE,
            limit=PAGE,
        )


def _nobody(text: str, archived: bool) -> None:
    """Why the list is empty."""
    with st.container(key="nobody", border=True):
        if text.strip():
            st.markdown(f"Nobody matches “{as_text(text)}”. Every word has to be in the pseudonym or in the notes.")
            st.button("Clear the search", on_click=_clear, key="clear")
        elif not archived and _page("", True, 1).total:
            st.markdown(ALL_ARCHIVED)
        else:
            st.markdown(NOBODY)
            st.page_link(SEGMENT, label="Go to Segment", icon=":material/neurology:")


def _sorted_by() -> tuple[PatientSort, bool]:
    chosen: tuple[PatientSort, bool] = st.session_state.get(SORT, (PatientSort.LATEST, True))
    return chosen


def _sort(asked: PatientSort) -> None:
    """By this column; the other way round where it is sorted by it already. Names begin with A, numbers with the
    largest."""
    sort, descending = _sorted_by()
    st.session_state[SORT] = asked, not descending if asked is sort else asked not in _WORDS


def _clear() -> None:
    st.session_state[SEARCH] = None
