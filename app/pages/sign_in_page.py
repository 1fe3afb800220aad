"""What people see of signing in: the way in, a refusal, and who they are."""

import html
from pathlib import Path

import streamlit as st

from app import NOTICE
from app.pages.as_text import as_text
from app.pages.listening import allowed
from app.pages.sign_in_settings import Settings
from app.records.who import Actor

_FOLDER = Path(__file__).parent


def draw_sign_in(settings: Settings, news: str | None) -> None:
    """The page of somebody who is not signed in: a button for each provider. `news`: why they are here again."""
    with _card():
        if news:
            st.info(as_text(news), icon=":material/schedule:")
        for provider in settings.providers:
            label = "Sign in" if provider is None else f"Sign in with {as_text(provider.capitalize())}"
            if st.button(label, key=f"sign-in-{provider}", type="primary", icon=":material/login:", width="stretch"):
                st.login(provider)


def draw_refused(why: str) -> None:
    """The page of somebody who signed in and may not work here."""
    with _card():
        st.error(as_text(why), icon=":material/block:")
        if st.button("Sign out", key="sign-out", icon=":material/logout:", width="stretch"):
            st.logout()


def draw_who(who: Actor, signed_in: bool) -> None:
    """Over the head of every page; takes no room."""
    _style()
    with st.container(key="who"):
        if not signed_in:
            _demo()
            return
        with st.popover(as_text(who.name.split("@")[0]), icon=":material/account_circle:", key="who-menu"):
            name = f"<strong>{html.escape(who.name)}</strong>"
            st.html(f'<div class="who-name">{name}<span class="who-role">{who.role}</span></div>')
            if st.button("Sign out", key="sign-out", icon=":material/logout:", width="stretch"):
                st.logout()


def _demo() -> None:
    elsewhere = (
        "Everybody who reaches the server may do the same, as who started it has allowed."
        if allowed()
        else "Other machines are not answered."
    )
    with st.popover("demo", icon=":material/account_circle:", key="who-demo"):
        st.markdown(
            "**Single-user demo.** Nobody signs in here: whoever sits at this machine may do everything, and the audit "
            f"log calls them “local user”. {elsewhere} SECURITY.md says how to configure sign-in with roles."
        )


def _card() -> "st.delta_generator.DeltaGenerator":
    _style()
    card = st.container(key="sign-in")
    logo = (_FOLDER / "logo.svg").read_text(encoding="utf-8")
    card.html(f'<div class="sign-in-logo">{logo}</div>')
    card.html(f'<p class="sign-in-what">A second reader for brain-tumour MRI</p><p class="sign-in-notice">{NOTICE}</p>')
    return card


def _style() -> None:
    st.html(f"<style>{(_FOLDER / 'sign_in.css').read_text(encoding='utf-8')}</style>")
