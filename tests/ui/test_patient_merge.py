"""Merging duplicates: who is suggested, what it says will happen, and what happens."""

from patients_page import JANUARY, MAY, patient, said, scanned, sound
from streamlit.testing.v1 import AppTest

from app.records.database import Records
from app.records.patients import patient_card


def dialog(patient_id: str) -> AppTest:
    """The dialog for a patient, which here stays open."""
    return sound(
        AppTest.from_string(f"""
from app.pages import patient_merge
from app.pages.records_room import records
from app.records.patients import patient_card
with records().reading() as session:
    patient_merge.ask(patient_card(session, {patient_id!r}).patient)
""")
    )


def choices(app: AppTest, text: str = "") -> list[str]:
    return list(app.radio(key=f"merge-other-{text}").options)


def test_likely_duplicates_are_suggested_and_others_found(own_records: Records) -> None:
    seven, alike, same = patient(own_records, "P-7"), patient(own_records, "p.7"), patient(own_records, "Q *1*")
    patient(own_records, "P-8")
    for each in (seven, same):
        scanned(own_records, each, JANUARY, {}, scan="one scan")
    app = dialog(seven)
    assert choices(app) == ["p.7", r"Q \*1\*"] and not app.button
    app.text_input(key="merge-search").set_value("p")
    assert sorted(choices(sound(app), "p")) == ["P-8", "p.7"]
    app.text_input(key="merge-search").set_value("nobody")
    assert "Nobody matches." in said(sound(app)) and not app.radio
    assert choices(dialog(alike)) == ["P-7"]


def test_it_says_what_will_happen_and_then_it_does(own_records: Records) -> None:
    seven, other = patient(own_records, "P-7"), patient(own_records, "p.7", birth_year=1962, notes="left-handed")
    scanned(own_records, seven, JANUARY, {}, scan="one scan")
    scanned(own_records, other, None, {}, {}, scan="one scan")
    scanned(own_records, other, MAY, {})
    app = dialog(seven)
    app.radio(key="merge-other-").set_value(other)
    told = said(sound(app))
    assert "1 study of **p.7** will be with **P-7**." in told
    assert "1 scan that both have will be one study, with the results of both." in told
    assert "3 results of **p.7** will be kept" in told and "Year of birth and sex of **p.7** will fill in" in told
    assert "The notes of **p.7**" in told and "**p.7** will not be in the list any more." in told
    app.radio(key="merge-keep").set_value(other)
    told = said(sound(app))
    assert "0 studies of **P-7** will be with **p.7**." in told and "fill in" not in told and "The notes" not in told
    app.radio(key="merge-keep").set_value(seven)
    sound(app)
    app.button(key="merge-it").click()
    app.run()
    with own_records.reading() as session:
        card = patient_card(session, other)
    assert (card.patient.id, card.patient.fields.birth_year, card.patient.fields.notes) == (seven, 1962, "left-handed")
    assert [len(study.segmentations) for study in card.studies] == [3, 1]
    assert app.query_params["patient"] == seven
