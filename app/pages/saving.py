"""The inside of the popover "Export": the report, and every file that a study's reading can be saved as."""

from collections.abc import Callable
from functools import partial
from itertools import cycle

import streamlit as st

from app.decision.reading import Reading
from app.exports.file_name import safe_name
from app.exports.formats import FORMATS
from app.exports.report import report_html, report_pdf
from app.pages.audited import noted
from app.pages.downloads import MIME, until_fetched
from app.records.who import Act
from app.study import Study

REPORTS = {"pdf": ("Report, PDF", report_pdf), "html": ("Report, HTML", report_html)}
"""Ending to title and maker."""
EMPTY = "No voxel reaches the threshold."


def draw(study: Study, reading: Callable[[], Reading], *, empty: bool) -> None:
    """A button a file; the file is made, and the audit log told of it, when it is asked for.

    Args:
        study: on screen.
        reading: what is on screen, to be asked for when a file is made.
        empty: whether nothing reaches the threshold.
    """
    places = cycle(st.columns(2))

    def offer(title: str, name: str, make: Callable[[Reading], bytes], key: str) -> None:
        before = partial(noted, Act.EXPORT, f"scan {study.sha256[:12]}", kind=key)
        made = until_fetched(lambda: make(reading()), name, before=before)
        st.download_button(title, made, name, MIME, on_click="ignore", width="stretch", key=f"export-{key}")

    for ending, (title, make) in REPORTS.items():
        with next(places):
            offer(title, f"{safe_name(study.name)}_report.{ending}", make, f"report-{ending}")
    for key, kind in FORMATS.items():
        reason = EMPTY if kind.needs_tumour and empty else kind.reason(study)
        with next(places):
            if reason is None:
                offer(kind.title, kind.file_name(study), kind.make, key)
            else:
                st.button(kind.title, disabled=True, help=reason, width="stretch", key=f"export-{key}-not")
