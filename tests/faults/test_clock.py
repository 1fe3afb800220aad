"""A clock that goes back: nothing measured, kept or decided depends on the time of day."""

import ast
import itertools
import json
import time
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from app.__main__ import main
from app.records import audit, present
from app.records.database import Records
from app.records.deletions import delete_patient, restore
from app.records.patient_search import find_patients
from app.records.patients import add_patient
from app.records.rows import PatientFields
from app.records.who import Actor, Role

ROOT = Path(__file__).parents[2]
OF_THE_DAY = {("time", "time"), ("time", "time_ns"), ("datetime", "now"), ("datetime", "utcnow"), ("date", "today")}

OF_DAYS = {
    "records": "when something was saved, done or deleted, for people",
    "decision/tidying.py": "what was deleted long ago",
    "imaging/deidentify.py": "a day that is still to come is no day of a scan",
    "pages/identity.py": "a sign-in lasts for hours, and its provider says when it began",
    "pages/patient_forms.py": "years of birth",
    "pages/saving_to_patient.py": "days of scans",
    "pages/study_day.py": "days of scans",
}
"""Where the time of day is asked for, and what for."""


@pytest.fixture
def backwards(monkeypatch: pytest.MonkeyPatch) -> itertools.count:  # type: ignore[type-arg]
    """Every look at the clock of the wall is an hour before the last; counts the looks."""
    looks, now = itertools.count(1), time.time()
    monkeypatch.setattr(time, "time", lambda: now - 3600 * next(looks))
    return looks


def test_the_command_line(backwards: itertools.count, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:  # type: ignore[type-arg]
    picture = tmp_path / "head_flair.png"
    Image.fromarray(np.random.default_rng(1).integers(0, 200, (40, 30)).astype(np.uint8)).save(picture)
    assert main(["segment", str(picture), "--out", str(tmp_path / "out"), "--json"]) == 0
    assert 0 <= json.loads(capsys.readouterr().out)["seconds"] < 300
    assert len(list((tmp_path / "out").iterdir())) == 2


def test_the_page(backwards: itertools.count) -> None:  # type: ignore[type-arg]
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=120)
    app.session_state["study"] = "slice_png"
    app.run()
    assert not app.exception and not app.error
    assert not app.button(key="solid").disabled  # there is a result
    assert next(backwards) > 1  # somebody did look


class Backwards(datetime):
    """A calendar on which every look is an hour before the last."""

    looks = itertools.count(1)

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime(2026, 6, 1, tzinfo=tz) - timedelta(hours=next(cls.looks))


def test_the_records(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (audit, present):
        monkeypatch.setattr(module, "datetime", Backwards)
    with records.writing(Actor("somebody", Role.ADMIN)) as session:
        ids = [add_patient(session, PatientFields(name)) for name in ("P-1", "P-2")]
        taken = delete_patient(session, ids[0])
    with records.writing(Actor("somebody", Role.ADMIN)) as session:
        restore(session, taken.id)
    with records.reading() as session:
        assert find_patients(session).total == 2
        assert audit.verify(session).sound


def test_nothing_else_asks_for_the_time_of_day() -> None:
    """But the log, for people: what is measured is measured with clocks that only go forward."""
    asked = set()
    for path in (ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            of_module = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
            by_name = isinstance(node, ast.ImportFrom) and node.module == "time"
            if (of_module and (node.value.id, node.attr) in OF_THE_DAY) or (
                by_name and any(("time", name.name) in OF_THE_DAY for name in node.names)
            ):
                asked.add(path.relative_to(ROOT / "app").as_posix())
    records = {name for name in asked if name.startswith("records/")}
    assert asked - records == OF_DAYS.keys() - {"records"}
