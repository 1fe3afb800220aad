"""What a person sees when something goes wrong: the message of an AppError, or an apology with a reference number."""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from app.errors import AppError

logger = logging.getLogger(__name__)


@contextmanager
def shown_errors() -> Iterator[None]:
    """Show what goes wrong inside and go on after it; nothing but the message reaches the page."""
    try:
        yield
    except AppError as error:
        st.error(str(error), icon=":material/error:")
    except Exception:
        number = secrets.token_hex(4)
        logger.exception("reference %s", number)
        st.error(
            f"Something went wrong on our side, and the details were logged under reference {number}. "
            "Your files are untouched; try again, or choose another study.",
            icon=":material/error:",
        )
