"""Who uses this session: whoever signed in, or without sign-in the one local user."""

import streamlit as st

from app.errors import AppError, NotAllowedError
from app.pages.guard import show_error
from app.pages.identity import SignedOutError, actor_of
from app.pages.listening import check_address
from app.pages.records_room import records
from app.pages.sign_in_page import draw_refused, draw_sign_in, draw_who
from app.pages.sign_in_settings import sign_in_settings
from app.records.audit import note
from app.records.who import Act, Actor, Role

LOCAL = Actor("local user", Role.ADMIN)
"""Of the single-user demo."""
_NOTED = "signed-in"
"""In the session's state: whose sign-in was written into the audit log."""


def required() -> bool:
    """Whether people sign in here. Raises InputError for secrets that cannot be used."""
    return sign_in_settings() is not None


def actor() -> Actor:
    """Who uses this session. Raises NotAllowedError where nobody may, InputError for secrets that cannot be used."""
    settings = sign_in_settings()
    return LOCAL if settings is None else actor_of(st.user.to_dict(), settings)


def gate() -> bool:
    """Whether the pages may be drawn; otherwise draws the sign-in, or why there is nothing to see.

    Called before anything of the app is drawn. Whoever is let in is in the audit log by then.
    """
    try:
        check_address()
        settings = sign_in_settings()
        if settings is None:
            return True
        try:
            who = actor()
        except SignedOutError as error:
            draw_sign_in(settings, str(error) if st.user.get("is_logged_in") else None)
            return False
        except NotAllowedError as error:
            draw_refused(str(error))
            return False
        _note_sign_in(who)
    except AppError as error:
        show_error(error)
        return False
    return True


def show_who() -> None:
    """In the head of every page: who is signed in and a way out, or that this is a single-user demo."""
    draw_who(actor(), required())


def _note_sign_in(who: Actor) -> None:
    if st.session_state.get(_NOTED) != who:
        with records().writing(who) as session:
            note(session, Act.SIGN_IN, "records")
        st.session_state[_NOTED] = who
