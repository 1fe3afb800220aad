"""Recently deleted: who deleted what and when, until when it can come back, and the way to bring it back."""

import html

import streamlit as st

from app.pages.guard import shown_errors
from app.pages.patient_deletions import forget
from app.pages.patient_words import day_text, moment_text
from app.pages.records_room import records
from app.pages.sign_in import actor
from app.records.deletions import KEPT_DAYS, deletions, restore
from app.records.rows import DeletionRow
from app.records.who import Act

PAGE = 25
NUMBER = "deleted-page"


@st.fragment
@shown_errors()
def draw() -> None:
    """A line for each deletion, the latest first; some at a time."""
    with records().reading() as session:
        rows = sorted(deletions(session), key=lambda row: row.at, reverse=True)
    st.caption(f"What was deleted is kept for {KEPT_DAYS} days, and then removed for good with its files.")
    if not rows:
        st.container(border=True, key="nothing-deleted").markdown("Nothing was deleted lately.")
        return
    pages = -(-len(rows) // PAGE)
    number = min(st.session_state.get(NUMBER, 1), pages)
    for row in rows[(number - 1) * PAGE : number * PAGE]:
        _line(row)
    if pages > 1:
        st.pagination(pages, key=NUMBER)


def _line(row: DeletionRow) -> None:
    with st.container(key=f"deleted-{row.id}", horizontal=True, vertical_alignment="center", border=True):
        st.html(
            f'<div class="deletion"><b>{html.escape(row.what)}</b><br><small>deleted by {html.escape(row.by)}, '
            f"{moment_text(row.at)} · until {day_text(row.until.date())}</small></div>"
        )
        allowed = actor().may(Act.RESTORE)
        wanted = st.button(
            "Restore",
            icon=":material/undo:",
            key=f"restore-{row.id}",
            disabled=not allowed,
            help=None if allowed else "Restoring takes an admin.",
        )
    if wanted:
        with shown_errors():
            with records().writing(actor()) as session:
                restore(session, row.id)
            forget(row.id)
            st.toast("Restored.", icon=":material/undo:")
            st.rerun()
