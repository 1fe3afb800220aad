"""Adding and editing a patient: errors beside their field, and nothing that was typed is lost."""

import pytest
from patients_page import JANUARY, MAY, page, patient, said, scanned, sound
from streamlit.testing.v1 import AppTest

from app.pages import patient_forms
from app.records.database import Records
from app.records.patients import edit_patient, find_patients, patient_card
from app.records.rows import PatientFields, PatientRow, Sex
from app.records.studies import study_row
from tests.records_fixtures import ADMIN


def row(records: Records, patient_id: str) -> PatientRow:
    with records.reading() as session:
        return patient_card(session, patient_id).patient


def adding() -> AppTest:
    """The dialog for a new patient, which here stays open."""
    return sound(AppTest.from_string("from app.pages import patient_forms\npatient_forms.add()"))


def editing(shown: PatientRow) -> AppTest:
    """The dialog for a patient as somebody saw it last."""
    app = AppTest.from_string(f"from app.pages import patient_forms\npatient_forms._edit({shown.id!r})")
    app.session_state[patient_forms.FIRST], app.session_state[patient_forms.BASE] = shown.fields, shown
    return sound(app)


def submit(app: AppTest, title: str) -> AppTest:
    next(button for button in app.button if button.label == title).click().run()
    assert not app.exception
    return app


def test_the_buttons_open_the_dialogs(own_records: Records) -> None:
    app = sound(page())
    app.button(key="add").click()
    assert "never a name" in said(sound(app)) and app.text_input(key="pseudonym-new").value == ""
    seven = patient(own_records, birth_year=1962)
    app = sound(page(patient=seven))
    app.button(key="card-edit").click()
    assert sound(app).number_input(key=f"year-{seven}").value == 1962


def test_a_patient_is_added(own_records: Records) -> None:
    app = adding()
    app.text_input(key="pseudonym-new").set_value("  P  7 ")
    app.number_input(key="year-new").set_value(1962)
    app.selectbox(key="sex-new").set_value(Sex.FEMALE)
    app.text_area(key="notes-new").set_value("left-handed")
    submit(app, "Add")
    with own_records.reading() as session:
        (added,) = find_patients(session).rows
    assert added.fields == PatientFields("P 7", 1962, Sex.FEMALE, "left-handed")
    assert app.query_params["patient"] == added.id


def test_what_is_wrong_stands_beside_its_field(own_records: Records) -> None:
    patient(own_records, "P-7")
    app = adding()
    app.text_area(key="notes-new").set_value("bell \a")
    submit(app, "Add")
    assert [error.value for error in app.error] == [
        "A patient needs a pseudonym. Type one, such as P-7.",
        "The notes may not hold control characters. Type the text anew.",
    ]
    app.text_input(key="pseudonym-new").set_value("p-7")
    app.text_area(key="notes-new").set_value("")
    submit(app, "Add")
    assert [error.value for error in app.error] == [
        "A patient on the list has this pseudonym already. Choose that one, or type another."
    ]
    with own_records.reading() as session:
        assert find_patients(session).total == 1


def test_an_edit_is_saved(own_records: Records) -> None:
    seven = patient(own_records, "P-7", sex=Sex.MALE)
    app = editing(row(own_records, seven))
    app.text_input(key=f"pseudonym-{seven}").set_value("P-70")
    app.selectbox(key=f"sex-{seven}").set_value(None)
    submit(app, "Save")
    assert not app.error and row(own_records, seven).fields == PatientFields("P-70")


def test_an_edit_of_what_somebody_else_changed_loses_nothing(own_records: Records) -> None:
    seven = patient(own_records, "P-7")
    app = editing(row(own_records, seven))
    with own_records.writing(ADMIN) as session:
        edit_patient(session, seven, PatientFields("P-7", 1970, None, "of *Ada*"), version=1)
    app.text_area(key=f"notes-{seven}").set_value("of mine")
    submit(app, "Save")
    (warning,) = (warning.value for warning in app.warning)
    assert "Somebody else changed this patient meanwhile" in warning
    assert "born 1970" in warning and r"of \*Ada\*" in warning
    assert row(own_records, seven).fields.notes == "of *Ada*"
    assert app.text_area(key=f"notes-{seven}").value == "of mine"
    submit(app, "Save")
    assert not app.error and row(own_records, seven).fields == PatientFields("P-7", None, None, "of mine")


def test_an_edit_to_a_pseudonym_that_is_taken_stays_open(own_records: Records) -> None:
    patient(own_records, "P-8")
    seven = patient(own_records, "P-7")
    app = editing(row(own_records, seven))
    app.text_input(key=f"pseudonym-{seven}").set_value("P-8")
    submit(app, "Save")
    assert "has this pseudonym already" in app.error[0].value and not app.warning
    assert row(own_records, seven).fields.pseudonym == "P-7"


@pytest.mark.parametrize("day", [MAY, None])
def test_the_day_of_a_study_is_changed(own_records: Records, day: object) -> None:
    study, _ = scanned(own_records, patient(own_records), JANUARY, {})
    app = sound(
        AppTest.from_string(f"""
from app.pages import study_day
from app.pages.records_room import records
from app.records.studies import study_row
with records().reading() as session:
    study_day.ask(study_row(session, {study!r}))
""")
    )
    app.date_input(key=f"day-{study}").set_value(day)
    submit(app, "Save")
    with own_records.reading() as session:
        assert not app.error and study_row(session, study).taken_on == day
