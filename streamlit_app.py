"""The way in: page settings and navigation, nothing else."""

from pathlib import Path

import streamlit as st

from app import NOTICE
from app.pages.theme import dark_at_first

PAGES = Path(__file__).parent / "app" / "pages"

st.set_page_config(page_title="Gliolens", page_icon=PAGES / "icon.svg", layout="wide", menu_items={"About": NOTICE})
dark_at_first()
st.logo(PAGES / "logo.svg", size="large")
st.navigation(
    [
        st.Page(PAGES / "segment.py", title="Segment", icon=":material/neurology:", default=True),
        st.Page(PAGES / "compare.py", title="Compare", icon=":material/compare:"),
        st.Page(PAGES / "performance.py", title="Performance", icon=":material/monitoring:"),
        st.Page(PAGES / "about.py", title="About", icon=":material/info:"),
    ],
    position="top",
).run()
