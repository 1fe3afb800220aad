"""Dark or light: dark until a visitor chooses otherwise."""

from pathlib import Path

import streamlit as st


def dark_at_first() -> None:
    """Begin with the dark theme, where Streamlit would begin with what the visitor's system prefers.

    Called on every page, before anything else is drawn. Takes no room.
    """
    script = Path(__file__).with_name("theme.js").read_text(encoding="utf-8")
    st.html(f'<script type="module">{script}</script>', unsafe_allow_javascript=True)
