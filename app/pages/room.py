"""What pages begin with: their styles and the notice, and with viewers their program."""

from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app import NOTICE
from app.viewer import engine


def open_page(*styles: str) -> DeltaGenerator:
    """Bring styles (files of this folder) and the notice; returns a place over the page's header."""
    for name in styles:
        st.html(f"<style>{Path(__file__).with_name(name).read_text(encoding='utf-8')}</style>")
    above = st.container(key="above")
    above.html(f'<div class="notice" role="note">{NOTICE}</div>')
    return above


def open_room(*styles: str) -> tuple[DeltaGenerator, DeltaGenerator]:
    """As `open_page`, with the viewer's program; returns where loaders and progress go.

    Both places lie over the page's header and take no room.
    """
    above = open_page(*styles)
    progress = above.container(key="progress")
    with above:
        engine()
    return above, progress
