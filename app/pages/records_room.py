"""The records of this server, opened once a process; what is due is purged then."""

import os
import threading
from collections.abc import Mapping

import streamlit as st

from app import log
from app.decision.tidying import tidy
from app.records.database import Records, open_records
from app.records.place import FOLDER, SERVER


def records() -> Records:
    """The records, opened once a process for each folder and database that the environment names.

    Raises RecordsUnavailableError, and then the next call tries again.
    """
    return _records(os.environ.get(FOLDER), os.environ.get(SERVER))


@st.cache_resource(show_spinner=False, max_entries=4, on_release=Records.close)
def _records(folder: str | None, server: str | None) -> Records:
    opened = open_records(_environment(folder, server))
    threading.Thread(target=_tidy_quietly, args=(opened,), name="tidy", daemon=True).start()
    return opened


def _environment(folder: str | None, server: str | None) -> Mapping[str, str]:
    named = {FOLDER: folder, SERVER: server}
    return {name: value for name, value in named.items() if value is not None}


def _tidy_quietly(opened: Records) -> None:
    """In the background: nobody waits for it, and what fails is tried again at the next start."""
    try:
        tidy(opened)
    except Exception as error:  # noqa: BLE001 - a thread of its own has nobody to tell
        log.unexpected(error)
