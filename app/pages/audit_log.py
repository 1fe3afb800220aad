"""The audit log within the page "Patients": who did what, whether it is whole, and a table to take along."""

import json
from datetime import UTC, datetime
from functools import partial
from math import ceil

import streamlit as st

from app.errors import NotAllowedError
from app.exports.audit_table import audit_csv
from app.pages.as_text import as_text
from app.pages.audited import noted
from app.pages.downloads import MIME, until_fetched
from app.pages.guard import shown_errors
from app.pages.records_room import records
from app.pages.sign_in import actor
from app.records.audit import Wanted, entries, how_many, people, verify
from app.records.audit_chain import Entry
from app.records.audit_heads import heads_file, read_heads
from app.records.who import Act, Role

PAGE = 50
"""Entries that are shown at once."""
NUMBER = "audit-page"
EVERYBODY, EVERYTHING = "Everybody", "Everything"
FILE = "audit-log.csv"
_WIDTHS = {"No.": 70, "When, UTC": 145, "Who": 170, "Role": 75, "Act": 75, "Subject": 325, "Detail": 260}
"""Of columns, in pixels; stretched to what there is."""


@st.fragment
@shown_errors()
def draw() -> None:
    """The log with its filters, newest first. Raises NotAllowedError for whoever is not an admin."""
    if actor().role is not Role.ADMIN:
        raise NotAllowedError("The audit log is for admins. Ask somebody who has that role.")
    with st.container(key="audit-bar", horizontal=True, vertical_alignment="bottom"):
        wanted = _wanted()
        with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="bottom"):
            checking = st.button("Check the log", icon=":material/verified:", key="audit-check")
            made = until_fetched(partial(_table, wanted), FILE, before=_note_export)
            st.download_button("CSV", made, FILE, MIME, icon=":material/download:", on_click="ignore", key="audit-csv")
    if checking:
        _check()
    _page(wanted)


def _wanted() -> Wanted:
    with records().reading() as session:
        names = people(session)
    who = st.selectbox("Who", [EVERYBODY, *names], key="audit-who", width=240, on_change=_first_page)
    act = st.selectbox("Act", [EVERYTHING, *Act], key="audit-act", width=160, on_change=_first_page)
    about = st.text_input(
        "Subject",
        key="audit-subject",
        width=300,
        max_chars=120,
        placeholder="patient 3f…, in full",
        on_change=_first_page,
    )
    since = st.date_input("Since", None, key="audit-since", width=150, on_change=_first_page)
    return Wanted(
        subject=about.strip() or None,
        who=None if who == EVERYBODY else who,
        act=None if act == EVERYTHING else Act(act),
        since=None if since is None else datetime(since.year, since.month, since.day, tzinfo=UTC),
    )


def _page(wanted: Wanted) -> None:
    with records().reading() as session:
        count = how_many(session, wanted)
        number = min(st.session_state.get(NUMBER, 1), max(1, ceil(count / PAGE)))
        found = entries(session, wanted, offset=(number - 1) * PAGE, limit=PAGE)
    if not count:
        st.container(border=True, key="audit-nothing").markdown("Nothing in the log is like that.")
        return
    rows = [_row(entry) for entry in found]
    st.dataframe(
        rows,
        hide_index=True,
        height="content",
        column_config={name: st.column_config.Column(width=width) for name, width in _WIDTHS.items()},
        key="audit-table",
    )
    with st.container(horizontal=True, horizontal_alignment="center", vertical_alignment="center"):
        if count > PAGE:
            st.pagination(ceil(count / PAGE), key=NUMBER)
        st.caption(f"{count:,} of the log's entries", width="content")


def _row(entry: Entry) -> dict[str, object]:
    return {
        "No.": entry.number,
        "When, UTC": entry.at[:19].replace("T", " "),
        "Who": entry.who,
        "Role": entry.role,
        "Act": entry.act,
        "Subject": entry.subject,
        "Detail": _in_words(entry.detail),
    }


def _in_words(detail: str) -> str:
    """Such as "format pdf · count 2"; as it is where somebody has made something else of it."""
    try:
        return " · ".join(f"{name} {value}" for name, value in json.loads(detail).items())
    except (ValueError, AttributeError):
        return detail


def _check() -> None:
    opened = records()
    known = read_heads(heads_file(opened.folder, opened.kind))
    with opened.reading() as session:
        verdict = verify(session, known)
    if verdict.sound:
        st.success(
            f"All {verdict.count:,} entries fit. Keep this elsewhere, and `python -m app audit verify --anchor` finds "
            f"a log that was written anew: `{verdict.count}:{verdict.head}`",
            icon=":material/verified:",
        )
    else:
        st.error(f"Entry {verdict.broken} does not fit: {as_text(verdict.why)}.", icon=":material/gpp_bad:")


def _table(wanted: Wanted) -> bytes:
    """Runs in a thread of the server."""
    with records().reading() as session:
        return audit_csv(entries(session, wanted, limit=None))


def _note_export() -> None:
    noted(Act.EXPORT, "records", format="csv", what="audit log")


def _first_page() -> None:
    st.session_state[NUMBER] = 1
