"""The table of patients: a browser component, whose head sorts all patients and not only those in sight."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from app.pages.patient_words import UNKNOWN, day_text, ml_text
from app.records.patients import PatientSort
from app.records.rows import PatientPage, PatientRow

KEY = "patients-table"
_HERE = Path(__file__).parent
_table = st.components.v2.component(
    "gliolens.patients",
    html='<div class="frame"><table><thead></thead><tbody></tbody></table></div>',
    css=(_HERE / "patient_table.css").read_text("utf-8"),
    js=(_HERE / "patient_table.js").read_text("utf-8"),
)


@dataclass(frozen=True)
class _Column:
    """A column, and how a patient's cell is written."""

    key: str
    label: str
    cell: Callable[[PatientRow], str]
    number: bool = False
    sort: PatientSort | None = None


_COLUMNS = (
    _Column("pseudonym", "Pseudonym", lambda row: row.fields.pseudonym, sort=PatientSort.PSEUDONYM),
    _Column("born", "Born", lambda row: str(row.fields.birth_year or UNKNOWN), number=True, sort=PatientSort.BORN),
    _Column("sex", "Sex", lambda row: row.fields.sex or UNKNOWN, sort=PatientSort.SEX),
    _Column("studies", "Studies", lambda row: str(row.studies), number=True, sort=PatientSort.STUDIES),
    _Column("latest", "Latest study", lambda row: day_text(row.latest_on), sort=PatientSort.LATEST),
    _Column("volume", "Volume, ml", lambda row: ml_text(row.latest_ml, ""), number=True, sort=PatientSort.VOLUME),
    _Column(
        "flagged",
        "Flagged",
        lambda row: str(row.flagged) if row.flagged else "",
        number=True,
        sort=PatientSort.FLAGGED,
    ),
    _Column(
        "saved",
        "Last saved",
        lambda row: UNKNOWN if row.latest_saved is None else day_text(row.latest_saved.date()),
        sort=PatientSort.SAVED,
    ),
)


def patient_table(
    page: PatientPage, sort: PatientSort, *, descending: bool, on_sort: Callable[[PatientSort], None]
) -> str | None:
    """Show some patients; returns the id of the one that was chosen just now.

    Args:
        page: whom to show.
        sort: what they are sorted by.
        descending: the largest first.
        on_sort: called with the column whose heading was pressed, before the page runs again.
    """
    by_key = {column.key: column.sort for column in _COLUMNS if column.sort is not None}

    def pressed() -> None:
        asked = by_key.get(st.session_state[KEY].sort)
        if asked is not None:
            on_sort(asked)

    result = _table(data=_data(page, sort, descending), key=KEY, on_open_change=lambda: None, on_sort_change=pressed)
    chosen = result.open
    return chosen if chosen in {row.id for row in page.rows} else None


def _data(page: PatientPage, sort: PatientSort, descending: bool) -> dict[str, Any]:
    return {
        "columns": [
            {"key": each.key, "label": each.label, "number": each.number, "sortable": each.sort is not None}
            for each in _COLUMNS
        ],
        "rows": [
            {"id": row.id, "archived": row.archived, "cells": [column.cell(row) for column in _COLUMNS]}
            for row in page.rows
        ],
        "sort": {"key": next(each.key for each in _COLUMNS if each.sort is sort), "descending": descending},
    }
