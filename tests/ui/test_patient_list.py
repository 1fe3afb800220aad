"""The list of patients: what it shows, searches, sorts and leaves to other pages."""

import pytest
from patients_page import JANUARY, MARCH, MAY, names, page, patient, said, scanned, sound, table
from streamlit.testing.v1 import AppTest

from app import NOTICE
from app.pages import patient_list, sign_in
from app.pages.patient_table import KEY
from app.records.database import Records
from app.records.patients import PatientSort, archive_patient
from app.records.rows import Review, Sex
from app.records.segmentations import set_review
from app.records.who import Actor, Role
from tests.records_fixtures import ADMIN


def pressed(app: AppTest, **events: str) -> AppTest:
    """The page after the browser has told something of the table."""
    app.session_state[KEY] = {"open": None, "sort": None} | events
    return app


def cells(app: AppTest) -> list[list[str]]:
    return [row["cells"] for row in table(app)["rows"]]


def test_a_first_visitor_is_told_how_patients_get_here(own_records: Records) -> None:
    app = sound(page())
    assert "Open a scan on the page" in said(app) and NOTICE in said(app)
    assert app.get("page_link")[0].proto.label == "Go to Segment" and not app.get("bidi_component")


def test_a_row_tells_what_is_known(own_records: Records) -> None:
    seven = patient(own_records, "P-7 <b>*x*</b>", birth_year=1962, sex=Sex.FEMALE)
    scanned(own_records, seven, JANUARY, {"volume_ml": 30.0})
    _, (first, _) = scanned(own_records, seven, MAY, {"volume_ml": 9.0}, {"volume_ml": 1234.56})
    with own_records.writing(ADMIN) as session:
        saved = set_review(session, first, Review.FLAGGED, "", version=1).created_at
    patient(own_records, "A-1")
    app = sound(page())
    assert cells(app) == [
        ["P-7 <b>*x*</b>", "1962", "female", "2", "2026-05-04", "1,234.6", "1", saved.date().isoformat()],
        ["A-1", "–", "–", "0", "–", "–", "", "–"],
    ]
    assert "2 patients" in said(app)


def test_a_search_finds_words_of_pseudonym_and_notes(own_records: Records) -> None:
    patient(own_records, "P-7", notes="left-handed")
    patient(own_records, "P-8")
    app = sound(page())
    app.text_input(key="patients-search").set_value("HANDED p-")
    assert names(sound(app)) == ["P-7"] and "1 patient" in said(app)
    app.text_input(key="patients-search").set_value("*nobody*")
    assert r"“\*nobody\*”" in said(sound(app)) and not app.get("bidi_component")
    app.button(key="clear").click()
    assert names(sound(app)) == ["P-7", "P-8"]


def test_archived_patients_are_shown_on_demand(own_records: Records) -> None:
    gone = patient(own_records, "P-7")
    other = patient(own_records, "P-8")
    with own_records.writing(ADMIN) as session:
        archive_patient(session, gone, archived=True)
    app = sound(page())
    assert names(app) == ["P-8"]
    with own_records.writing(ADMIN) as session:
        archive_patient(session, other, archived=True)
    assert "All patients are archived" in said(sound(app))
    app.toggle(key="patients-archived").set_value(True)
    sound(app)
    assert [(row["cells"][0], row["archived"]) for row in table(app)["rows"]] == [("P-7", True), ("P-8", True)]


def test_all_patients_are_sorted_not_those_in_sight(own_records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patient_list, "PAGE", 2)
    for name, day, ml in (("B", JANUARY, 3.0), ("C", MAY, 2.0), ("A", MARCH, 1.0)):
        scanned(own_records, patient(own_records, name), day, {"volume_ml": ml})
    app = sound(page())
    assert names(app) == ["C", "A"] and table(app)["sort"] == {"key": "latest", "descending": True}
    for by, found in (
        ((PatientSort.VOLUME, True), ["B", "C"]),
        ((PatientSort.VOLUME, False), ["A", "C"]),
        ((PatientSort.PSEUDONYM, False), ["A", "B"]),
    ):
        app.session_state[patient_list.SORT] = by
        assert names(sound(app)) == found
    assert table(app)["sort"] == {"key": "pseudonym", "descending": False}


def test_pages_follow_each_other(own_records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patient_list, "PAGE", 2)
    *_, last = [patient(own_records, name) for name in "ABC"]
    app = sound(page())
    assert names(app) == ["A", "B"] and app.get("pagination")[0].proto.num_pages == 2
    app.session_state[f"{patient_list.NUMBER}-latest study-True-False-"] = 2
    assert names(sound(app)) == ["C"]
    app.text_input(key="patients-search").set_value("b")  # another question: its first page
    assert names(sound(app)) == ["B"]
    app.text_input(key="patients-search").set_value("")
    assert names(sound(app)) == ["C"]
    with own_records.writing(ADMIN) as session:
        archive_patient(session, last, archived=True)
    assert names(sound(app)) == ["A", "B"]  # and not an empty page


def test_a_row_opens_its_card(own_records: Records) -> None:
    seven = patient(own_records)
    app = sound(page())
    sound(pressed(app, open="somebody else"))
    assert "patient" not in app.query_params
    sound(pressed(app, open=seven))
    assert app.query_params["patient"] == seven and "<h2>P-7</h2>" in said(app)


def test_only_admins_see_the_audit_log(own_records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sound(page()).get("button_group")[0].proto.options[-1].content == "Audit log"
    monkeypatch.setattr(sign_in, "actor", lambda: Actor("Viv", Role.REVIEWER))
    assert [option.content for option in sound(page()).get("button_group")[0].proto.options] == [
        "Patients",
        "Recently deleted",
    ]
