"""What pages write into the audit log: what somebody looked at, segmented or took away."""

import streamlit as st

from app import log
from app.errors import RecordsError
from app.pages.records_room import records
from app.pages.sign_in import actor, required
from app.records.audit import note
from app.records.who import Act

_SAID = "audit-unavailable"
"""In the session's state once it was told."""


def noted(act: Act, subject: str, **detail: object) -> None:
    """Write into the audit log what this session's person does; called before it is done.

    Raises RecordsError where the log cannot be written and people sign in here: then nothing is done unlogged. In the
    single-user demo the page goes on and says so, once.
    """
    who = actor()
    try:
        with records().writing(who) as session:
            note(session, act, subject, **detail)
    except RecordsError as error:
        if required():
            raise
        log.refused(error)
        if not st.session_state.get(_SAID):
            st.session_state[_SAID] = True
            st.toast("The audit log cannot be written just now. This single-user demo goes on.", icon=":material/info:")
