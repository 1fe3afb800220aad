"""The inside of the popover "Review": how far a person has looked at a saved segmentation, and what is said of it."""

import streamlit as st

from app.decision.keeping import Reopened
from app.errors import InputError, NotAllowedError, RecordsConflictError
from app.pages import kept
from app.pages.as_text import as_text
from app.pages.going import send
from app.pages.guard import show_error
from app.pages.patient_words import moment_text
from app.pages.records_room import records
from app.pages.redraw import redraw
from app.pages.sign_in import actor
from app.records.rows import Review, SegmentationRow
from app.records.segmentations import segmentation_row, set_review
from app.records.who import Act, Role
from app.records.words import LONGEST_PROSE

FIRST, BASE = "review-first", "review-base"
"""Where in the session's state is the entry that the fields began with, and the one that somebody last saw: Streamlit
empties a field that begins with something else."""
BADGES = {
    Review.NOT_STARTED: (":material/rate_review:", "Review"),
    Review.IN_PROGRESS: (":material/pending:", ":orange[In progress]"),
    Review.ACCEPTED: (":material/task_alt:", ":green[Accepted]"),
    Review.FLAGGED: (":material/flag:", ":red[Flagged]"),
}
"""Icon and words of the popover's button, which tells the state."""


def draw(saved: Reopened, threshold: float) -> None:
    """The inside of the popover. Raises RecordsError.

    Args:
        saved: on screen.
        threshold: on screen.
    """
    _what(saved, threshold)
    with records().reading() as session:
        now = segmentation_row(session, saved.row.id)
    if actor().may(Act.REVIEW):
        _form(now)
    else:
        _told(now)


def close() -> None:
    """The popover is closed: it begins with what is there then."""
    for name in (FIRST, BASE):
        st.session_state.pop(name, None)


def _what(saved: Reopened, threshold: float) -> None:
    """What is reviewed, and the way back to it where the hand has moved the threshold."""
    row = saved.row
    st.markdown(
        f"As saved by {as_text(row.created_by)}, {moment_text(row.created_at)}: threshold **{row.threshold:.3f}**."
    )
    if threshold != row.threshold:
        st.button(
            f"Back to it from {threshold:.3f}",
            icon=":material/undo:",
            key="review-back",
            on_click=send,
            kwargs={"slice": row.slice, "threshold": row.threshold},
        )


def _form(now: SegmentationRow) -> None:
    if FIRST not in st.session_state or st.session_state[FIRST].id != now.id:
        st.session_state[FIRST] = st.session_state[BASE] = now
    first: SegmentationRow = st.session_state[FIRST]
    with st.form(f"review-{now.id}", border=False):
        state = st.segmented_control(
            "State", list(Review), default=first.review, required=True, key=f"review-state-{now.id}", format_func=_title
        )
        comment = st.text_area(
            "Comment", first.comment, max_chars=LONGEST_PROSE, height=110, key=f"review-comment-{now.id}"
        )
        place = st.container()
        saving = st.form_submit_button("Save the review", type="primary", width="stretch")
    if now.reviewed_by is not None:
        st.caption(f"Last by {as_text(now.reviewed_by)}, {moment_text(now.reviewed_at)}.")
    if saving:
        with place:
            _save(st.session_state[BASE], Review(str(state)), comment)


def _save(base: SegmentationRow, state: Review, comment: str) -> None:
    """Save what was typed over the entry that it began with; else say what is there now, and leave the fields alone."""
    try:
        with records().writing(actor()) as session:
            row = set_review(session, base.id, state, comment, version=base.version)
    except RecordsConflictError:
        with records().reading() as session:
            row = st.session_state[BASE] = segmentation_row(session, base.id)
        # The button tells the old state until somebody saves: a popover whose button changes is closed.
        st.warning(_changed(row), icon=":material/group:")
    except (InputError, NotAllowedError) as error:
        show_error(error)
    else:
        st.session_state[FIRST] = st.session_state[BASE] = row
        kept.told(row)
        redraw()  # the button tells the state


def _changed(row: SegmentationRow) -> str:
    comment = f"“{as_text(row.comment)}”" if row.comment else "no comment"
    return (
        f"{as_text(row.reviewed_by or 'Somebody')} changed it meanwhile: **{row.review}**, {comment}. What you typed "
        "is still here, and nothing was saved. Take over what you want to keep, and save again."
    )


def _told(row: SegmentationRow) -> None:
    """For those who may look and not review."""
    st.markdown(f"**{_title(row.review)}**" + (f", by {as_text(row.reviewed_by)}" if row.reviewed_by else ""))
    if row.comment:
        st.text(row.comment)
    st.caption(f"A review takes the role of a {Role.REVIEWER}.")


def _title(state: Review) -> str:
    return state.value.capitalize()
