"""The page "Patients" in Streamlit's test harness, and patients to show on it."""

import io
import json
from datetime import date
from typing import Any

from PIL import Image
from streamlit.testing.v1 import AppTest
from ui_files import ROOT

from app.records.database import Records
from app.records.patients import add_patient
from app.records.rows import PatientFields
from app.records.segmentations import add_segmentation
from app.records.studies import add_study
from tests.records_fixtures import ADMIN, new_segmentation, new_study

_SCRIPT = f"""
import streamlit as st
pages = {str(ROOT / "app" / "pages")!r}
st.navigation([st.Page(pages + "/patients.py", default=True), st.Page(pages + "/segment.py")]).run()
"""
JANUARY, MARCH, MAY = date(2026, 1, 12), date(2026, 3, 9), date(2026, 5, 4)


def page(**address: str) -> AppTest:
    """The page with this in its address, before it is run."""
    app = AppTest.from_string(_SCRIPT, default_timeout=60)
    for name, value in address.items():
        app.query_params[name] = value
    return app


def sound(app: AppTest) -> AppTest:
    """The page once more, on which nothing went wrong."""
    app.run()
    assert not app.exception and not app.error, app.error
    return app


def patient(records: Records, pseudonym: str = "P-7", **fields: Any) -> str:
    """A patient without studies."""
    with records.writing(ADMIN) as session:
        return add_patient(session, PatientFields(pseudonym, **fields))


def scanned(
    records: Records, patient_id: str, day: date | None, *results: dict[str, Any], scan: str | None = None
) -> tuple[str, list[str]]:
    """A study of a patient with results, in the order in which they are saved; gives the identifiers."""
    thumbnail = records.files.put(picture())
    name = f"{patient_id} {day}" if scan is None else scan
    with records.writing(ADMIN) as session:
        study = add_study(session, patient_id, new_study(records, name, taken_on=day, thumbnail_file=thumbnail))
        return study, [
            add_segmentation(session, study, new_segmentation(records, f"{name} {number}", **result))
            for number, result in enumerate(results)
        ]


def picture() -> bytes:
    """A small PNG."""
    packed = io.BytesIO()
    Image.new("L", (4, 3), 80).save(packed, "PNG")
    return packed.getvalue()


def table(app: AppTest) -> dict[str, Any]:
    """What the browser's table of patients was told."""
    (mount,) = app.get("bidi_component")
    told: dict[str, Any] = json.loads(mount.proto.json)
    return told


def names(app: AppTest) -> list[str]:
    """The pseudonyms in the table."""
    return [row["cells"][0] for row in table(app)["rows"]]


def said(app: AppTest) -> str:
    """All that is written on the page."""
    kinds = (app.markdown, app.caption, app.warning, app.error, app.toast, app.get("html"))
    return " ".join(getattr(part, "value", None) or part.proto.body for kind in kinds for part in kind)
