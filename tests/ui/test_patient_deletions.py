"""Deleting from a card, undoing it at once, and what was deleted lately."""

import pytest
from patients_page import JANUARY, MAY, names, page, patient, said, scanned, sound
from streamlit.testing.v1 import AppTest

from app.errors import RecordMissingError
from app.pages import deleted, sign_in
from app.pages.patient_deletions import UNDO
from app.records.database import Records
from app.records.deletions import delete_patient, delete_study
from app.records.patients import patient_card
from app.records.who import Actor, Role
from tests.records_fixtures import ADMIN


def asked(kind: str, row_id: str, patient_id: str) -> AppTest:
    """The question, which here stays open."""
    return sound(
        AppTest.from_string(
            f"from app.pages import patient_deletions\npatient_deletions.ask({kind!r}, {row_id!r}, {patient_id!r})"
        )
    )


def deleting(kind: str, row_id: str, patient_id: str) -> AppTest:
    """The page after that was deleted from the card."""
    app = asked(kind, row_id, patient_id)
    app.button(key="delete-it").click()
    app.run()  # the question comes again, and that is gone
    told = page(**({} if kind == "patient" else {"patient": patient_id}))
    told.session_state[UNDO] = app.session_state[UNDO]
    return sound(told)


def studies(records: Records, patient_id: str) -> list[int]:
    """How many results each study has."""
    with records.reading() as session:
        return [len(study.segmentations) for study in patient_card(session, patient_id).studies]


def test_it_asks_and_says_what_goes(own_records: Records) -> None:
    seven = patient(own_records, "P-7 *x*")
    scanned(own_records, seven, MAY, {}, {})
    app = asked("patient", seven, seven)
    assert r"This deletes patient P-7 \*x\* with 1 study and 2 segmentations." in said(app) and "30 days" in said(app)
    app.button(key="keep-it").click()
    sound(app)
    assert studies(own_records, seven) == [2]


def test_a_patient_is_deleted_and_brought_back_at_once(own_records: Records) -> None:
    seven = patient(own_records)
    scanned(own_records, seven, MAY, {})
    app = deleting("patient", seven, seven)
    assert "Deleted: patient P-7 with 1 study and 1 segmentation." in said(app) and not app.get("bidi_component")
    app.button(key="undo-it").click()
    assert "<h2>P-7</h2>" in said(sound(app)) and UNDO not in app.session_state
    assert studies(own_records, seven) == [1]


def test_a_study_and_a_result_go_alone(own_records: Records) -> None:
    seven = patient(own_records)
    first, _ = scanned(own_records, seven, JANUARY, {})
    _, (earlier, _) = scanned(own_records, seven, MAY, {}, {})
    app = deleting("segmentation", earlier, seven)
    assert studies(own_records, seven) == [1, 1] and "Deleted: segmentation of P-7 of 2026-05-04" in said(app)
    app.button(key="undo-it").click()
    sound(app)
    assert studies(own_records, seven) == [1, 2]
    app = deleting("study", first, seven)
    assert studies(own_records, seven) == [2] and "Deleted: study of P-7 of 2026-01-12" in said(app)
    app.button(key="undo-dismissed").click()
    assert "Deleted:" not in said(sound(app)) and studies(own_records, seven) == [2]


def test_the_offer_to_undo_is_gone_elsewhere(own_records: Records) -> None:
    seven = patient(own_records)
    study, _ = scanned(own_records, seven, MAY, {})
    app = deleting("study", study, seven)
    app.query_params.clear()
    sound(app)
    assert UNDO not in app.session_state and names(app) == ["P-7"]


def test_what_was_restored_from_the_list_is_not_offered_again(own_records: Records) -> None:
    seven = patient(own_records)
    app = deleting("patient", seven, seven)
    app.session_state["view"] = "Recently deleted"
    sound(app).button(key=f"restore-{app.session_state[UNDO].deletion.id}").click()
    assert "Deleted:" not in said(sound(app)) and "Nothing was deleted lately." in said(app)


def test_what_was_deleted_is_listed_and_comes_back(own_records: Records) -> None:
    seven, eight = patient(own_records, "P-7 <b>"), patient(own_records, "P-8")
    study, _ = scanned(own_records, eight, MAY, {})
    with own_records.writing(ADMIN) as session:
        first = delete_patient(session, seven)
    with own_records.writing(ADMIN) as session:
        second = delete_study(session, study)
    app = page()
    app.session_state["view"] = "Recently deleted"
    told = said(sound(app))
    assert told.index("study of P-8 of 2026-05-04") < told.index("patient P-7 &lt;b&gt; without studies")
    assert told.count("deleted by Ada") == 2 and f"until {second.until:%Y-%m-%d}" in told
    app.button(key=f"restore-{first.id}").click()
    assert "P-7" not in " ".join(part.proto.body for part in sound(app).get("html"))
    assert studies(own_records, seven) == []
    app.button(key=f"restore-{second.id}").click()
    assert "Nothing was deleted lately." in said(sound(app)) and studies(own_records, eight) == [1]


def test_what_cannot_come_back_says_why(own_records: Records) -> None:
    seven = patient(own_records)
    with own_records.writing(ADMIN) as session:
        gone = delete_patient(session, seven)
    patient(own_records, "p-7")
    app = page()
    app.session_state["view"] = "Recently deleted"
    sound(app).button(key=f"restore-{gone.id}").click().run()
    assert "Another patient has the pseudonym now." in app.error[0].value
    with own_records.reading() as session, pytest.raises(RecordMissingError):
        patient_card(session, seven)


def test_restoring_takes_an_admin(own_records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = [patient(own_records, f"P-{number}") for number in range(3)]
    with own_records.writing(ADMIN) as session:
        for patient_id in gone:
            delete_patient(session, patient_id)
    monkeypatch.setattr(deleted, "PAGE", 2)
    monkeypatch.setattr(sign_in, "LOCAL", Actor("Viv", Role.REVIEWER))
    app = page()
    app.session_state["view"] = "Recently deleted"
    sound(app)
    buttons = [button for button in app.button if button.label == "Restore"]
    assert [(button.disabled, button.help) for button in buttons] == [(True, "Restoring takes an admin.")] * 2
    app.session_state[deleted.NUMBER] = 2
    assert len([button for button in sound(app).button if button.label == "Restore"]) == 1
