"""Drawing again what shows something that has just changed."""

from typing import NoReturn

import streamlit as st
from streamlit.errors import StreamlitAPIException


def redraw() -> NoReturn:
    """Run the fragment again that is running alone; or all of the page, where all of it is running."""
    try:
        st.rerun(scope="fragment")
    except StreamlitAPIException:  # a click can come in one message with what runs the whole page
        st.rerun()
