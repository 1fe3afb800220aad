"""A page behind the sign-in, as streamlit_app.py has them, and nothing else on it."""

import streamlit as st

from app.pages.sign_in import actor, gate, show_who

if gate():
    show_who()
    st.title("Inside")
    st.button("Again")
    st.text(f"{actor().name} is here as {actor().role}")
