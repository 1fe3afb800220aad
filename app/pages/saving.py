"""The inside of the popover "Export": the report, and every file that a study's reading can be saved as."""

from collections.abc import Callable
from itertools import cycle

import streamlit as st

from app.decision.reading import Reading
from app.exports.file_name import safe_name
from app.exports.formats import FORMATS
from app.exports.report import report_html, report_pdf
from app.pages.downloads import MIME, until_fetched
from app.study import Study

REPORTS = {"pdf": ("Report, PDF", report_pdf), "html": ("Report, HTML", report_html)}
"""Ending to title and maker."""
EMPTY = "No voxel reaches the threshold."


def draw(study: Study, reading: Callable[[], Reading], *, empty: bool) -> None:
    """A button a file; the file is made when it is asked for.

    Args:
        study: on screen.
        reading: what is on screen, to be asked for when a file is made.
        empty: whether nothing reaches the threshold.
    """
    places = cycle(st.columns(2))
    for ending, (title, make) in REPORTS.items():
        with next(places):
            _button(title, f"{safe_name(study.name)}_report.{ending}", make, reading, f"report-{ending}")
    for key, kind in FORMATS.items():
        reason = EMPTY if kind.needs_tumour and empty else kind.reason(study)
        with next(places):
            if reason is None:
                _button(kind.title, kind.file_name(study), kind.make, reading, f"export-{key}")
            else:
                st.button(kind.title, disabled=True, help=reason, width="stretch", key=f"export-{key}-not")


def _button(title: str, name: str, make: Callable[[Reading], bytes], reading: Callable[[], Reading], key: str) -> None:
    made = until_fetched(lambda: make(reading()), name)
    st.download_button(title, made, name, MIME, on_click="ignore", width="stretch", key=key)
