"""Names that look like Markdown, where Streamlit reads Markdown; each in a container of its own."""

import streamlit as st
from odd_names import NAMES

from app.errors import UnreadableFileError
from app.pages.as_text import as_text
from app.pages.guard import shown_errors

for number, name in enumerate(NAMES):
    with st.container(key=f"error-{number}"), shown_errors():
        raise UnreadableFileError(name)
    with st.container(key=f"label-{number}"):
        st.selectbox(as_text(name), [name], key=f"box-{number}")
st.container(key="end").text("end")
