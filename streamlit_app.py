"""The way in: page settings, sign-in and navigation for a visitor, and whom the server may answer; nothing else."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from app import NOTICE
from app.pages.ahead import load_ahead
from app.pages.listening import ThisMachineAlone, refuse_or_serve
from app.pages.theme import dark_at_first

PAGES = Path(__file__).parent / "app" / "pages"


def draw() -> None:
    """What a visitor sees."""
    from app.pages.sign_in import gate, show_who  # with the records; the server alone starts without them

    st.set_page_config(page_title="Gliolens", page_icon=PAGES / "icon.svg", layout="wide", menu_items={"About": NOTICE})
    dark_at_first()
    st.logo(PAGES / "logo.svg", size="large")
    if not gate():
        return
    show_who()
    st.navigation(
        [
            st.Page(PAGES / "segment.py", title="Segment", icon=":material/neurology:", default=True),
            st.Page(PAGES / "patients.py", title="Patients", icon=":material/group:"),
            st.Page(PAGES / "compare.py", title="Compare", icon=":material/compare:"),
            st.Page(PAGES / "performance.py", title="Performance", icon=":material/monitoring:"),
            st.Page(PAGES / "about.py", title="About", icon=":material/info:"),
        ],
        position="top",
    ).run()


if __name__ == "__main__":  # run for a visitor
    draw()
else:  # imported by the server, before it serves
    refuse_or_serve()
    load_ahead()
    server = st.App(__file__, middleware=[Middleware(ThisMachineAlone)])
