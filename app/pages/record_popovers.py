"""The popovers over the viewer that have to do with the records: save, review, run again.

Nothing of the records is read while they are closed.
"""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from app.decision.keeping import Reopened
from app.pages import review, run_again, saving_to_patient
from app.pages.findings import Screen
from app.pages.guard import shown_errors


def popovers(screen: Screen | None, saved: Reopened | None) -> dict[str, Any]:
    """Their part of the row, empty; what is saved can be reviewed and run again."""
    row = {
        "save": st.popover(
            "Save",
            icon=":material/person_add:",
            key=saving_to_patient.POPOVER,
            disabled=screen is None,
            on_change="rerun",
        )
    }
    if saved is not None:
        icon, title = review.BADGES[saved.row.review]
        said = f"Review of this result: {saved.row.review}"
        row["review"] = st.popover(title, icon=icon, key="review", help=said, on_change="rerun")
        row["again"] = st.popover("Run again", icon=":material/replay:", key=run_again.POPOVER, on_change="rerun")
    return row


def fill(screen: Screen, saved: Reopened | None, row: Mapping[str, Any]) -> bool:
    """Draw what is inside the popovers that are open, and at last run the network where that was asked for.

    Returns whether something was computed, so that the page is to be drawn again.
    """
    if row["save"].open:
        with row["save"].container(key="asked-save"), shown_errors():
            saving_to_patient.draw(screen, saved)
    else:
        saving_to_patient.close()
    if saved is None:
        return False
    if row["review"].open:
        with row["review"].container(key="asked-review"), shown_errors():
            review.draw(saved, screen.threshold)
    else:
        review.close()
    place = None
    if row["again"].open:
        with row["again"].container(key="asked-again"), shown_errors():
            place = run_again.draw(saved)
    return run_again.compute(place, saved)
