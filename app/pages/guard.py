"""What a person sees when something goes wrong: the message of an AppError, or an apology with a reference number."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from app import log
from app.errors import AppError
from app.pages.as_text import as_text

_ICON = ":material/error:"


@contextmanager
def shown_errors() -> Iterator[None]:
    """Show what goes wrong inside and go on after it; nothing but the message reaches the page.

    Also a decorator: a fragment that is run again alone is outside of whatever surrounds it on the page.
    """
    log.set_up_server()
    try:
        yield
    except AppError as error:
        show_error(error)
    except Exception as error:  # noqa: BLE001 - here ends whatever nobody foresaw
        reference = log.unexpected(error)
        st.error(
            f"Something went wrong on our side, and the details were logged under reference {reference}. "
            "Your files are untouched; try again, or choose another study.",
            icon=_ICON,
        )


def show_error(error: AppError) -> None:
    """Show the message of an error, as text: the names of files in it may look like Markdown."""
    log.refused(error)
    st.error(as_text(str(error)), icon=_ICON)
