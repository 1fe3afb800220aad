"""Where the page sends the viewer: the button that was pressed last says."""

from uuid import uuid4

import streamlit as st

from app.viewer import Go

GO = "viewer-go"
"""Where in the session's state it is."""


def send(*, slice: int | None = None, threshold: float | None = None, point: tuple[float, float] | None = None) -> None:
    """Send the viewer there; arguments as for `Go`."""
    st.session_state[GO] = Go(uuid4().hex, slice=slice, threshold=threshold, point=point)


def sent() -> Go | None:
    """Where it was sent last; None where it never was."""
    go: Go | None = st.session_state.get(GO)
    return go
