"""The popover "Save": the first click opens it, the second one saves; nothing is saved twice or by chance."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from made_up_network import segmenter_of
from saved_studies import DAY, THRESHOLD, acts_on, save, study_of
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Selectbox
from ui_files import head, nifti, picture, viewer_data

from app.decision.keeping import mask_sha256, reopen
from app.errors import RecordsUnavailableError
from app.pages import cache, kept, review, saving_to_patient
from app.pages.records_room import records
from app.pages.sign_in import LOCAL
from app.records.patients import add_patient, archive_patient, patient_card
from app.records.rows import PatientFields, StudyRow
from app.records.studies import studies_of_scan
from app.study import DicomSource, Probability

WARNED = "Nobody removes it"


@pytest.fixture(autouse=True)
def made_up_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "segmenter", segmenter_of)
    monkeypatch.setattr(cache, "uncertainty", lambda folder=Path(): None)
    monkeypatch.setattr(cache, "patients", lambda folder=Path(): None)


@pytest.fixture(autouse=True)
def boxes_that_take_new_options(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit's test harness knows a browser's boxes, but not that something new may be typed into them."""
    index = Selectbox.index.fget

    def with_what_was_typed(box: Selectbox[str]) -> int | None:
        shown = box.value and box.format_func(box.value)
        if shown and shown not in box.options:
            box.options.append(shown)
        return index(box)

    monkeypatch.setattr(Selectbox, "index", property(with_what_was_typed))


@pytest.fixture
def scan(drop: Callable[..., AppTest]) -> AppTest:
    """A scan that nobody has seen before, and which is somebody's: the name of its file says so."""
    seed = secrets.randbelow(2**31)
    app = drop(("MARKER_flair.nii.gz", nifti(head((14, 12, 4), seed))))
    assert not app.exception and not app.error
    return app


def opened(app: AppTest) -> AppTest:
    app.session_state["save"] = True
    app.run()
    assert not app.exception
    return app


def typed(app: AppTest, pseudonym: str) -> AppTest:
    app.selectbox(key=f"save-patient-{viewer_data(app)['study'][:12]}").set_value(pseudonym)
    return app.run()


def pressed(app: AppTest) -> AppTest:
    app.button(key="save-now").click().run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    return " ".join(part.value for part in (*app.markdown, *app.caption, *app.error, *app.warning))


def saved_studies(app: AppTest) -> list[StudyRow]:
    with records().reading() as session:
        owners = studies_of_scan(session, viewer_data(app)["study"])
        return [study for patient, _, _ in owners for study in patient_card(session, patient).studies]


def pseudonym() -> str:
    return f"P-{secrets.token_hex(4)}"


def test_a_new_patient_is_typed_and_a_click_saves(scan: AppTest) -> None:
    view = {"study": viewer_data(scan)["study"], "slice": 1, "threshold": 0.7, "sequence": "FLAIR"}
    scan.session_state["viewer"] = {"view": view}
    name = pseudonym()
    opened(scan)
    assert scan.button(key="save-now").disabled and scan.date_input[0].value is None  # today is no guess
    assert "the mask at threshold 0.700" in said(scan) and WARNED not in said(scan)
    typed(scan, name)
    assert saved_studies(scan) == []
    pressed(scan)
    (study,) = saved_studies(scan)
    (row,) = study.segmentations
    assert (row.threshold, row.slice, row.sequence, study.taken_on) == (0.7, 1, "FLAIR", None)
    assert f"Saved: **{name}**, day not known." in said(scan)
    (link,) = scan.get("page_link")
    assert (link.proto.page, link.proto.query_string) == ("patients", f"patient={study.patient_id}")
    found = reopen(records(), LOCAL, row.id)
    assert found.study.name == name and "MARKER" not in repr(found.study)
    assert records().files.get(study.thumbnail_file).startswith(b"\x89PNG")


def test_a_double_click_saves_once(scan: AppTest) -> None:
    typed(opened(scan), pseudonym())
    pressed(scan)
    draft = scan.session_state[saving_to_patient.DRAFT]
    draft.kept = None  # the second click came before the first had drawn anything
    scan.run()
    pressed(scan)
    assert draft.kept is not None
    assert [len(study.segmentations) for study in saved_studies(scan)] == [1]


def test_the_patient_whose_scan_it_is_is_chosen_already_with_the_day(scan: AppTest) -> None:
    name = pseudonym()
    typed(opened(scan), name)
    scan.date_input[0].set_value(DAY).run()
    pressed(scan)
    scan.session_state["save"] = False
    scan.run()
    with records().writing(LOCAL) as session:
        other = add_patient(session, PatientFields(pseudonym()))
    scan.session_state[saving_to_patient.AT_HAND] = other
    opened(scan)
    box = scan.selectbox(key=f"save-patient-{viewer_data(scan)['study'][:12]}")
    assert box.options[box.index or 0] == name
    assert scan.date_input[0].value == DAY and scan.date_input[0].disabled
    pressed(scan)
    (study,) = saved_studies(scan)
    assert len(study.segmentations) == 2 and study.taken_on == DAY


def test_the_patient_at_hand_is_chosen_for_a_new_scan(scan: AppTest) -> None:
    with records().writing(LOCAL) as session:
        at_hand = add_patient(session, PatientFields(pseudonym()))
    scan.session_state[saving_to_patient.AT_HAND] = at_hand
    pressed(opened(scan))
    assert [study.patient_id for study in saved_studies(scan)] == [at_hand]


def test_a_pseudonym_that_is_there_is_that_patient_however_it_is_typed(scan: AppTest) -> None:
    name = pseudonym()
    with records().writing(LOCAL) as session:
        patient = add_patient(session, PatientFields(name))
    pressed(typed(opened(scan), name.lower().replace("-", " - ")))
    assert [study.patient_id for study in saved_studies(scan)] == [patient]


def test_what_goes_wrong_is_said_and_what_was_typed_stays(scan: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    name = pseudonym()
    with records().writing(LOCAL) as session:
        archive_patient(session, add_patient(session, PatientFields(name)), archived=True)
    pressed(typed(opened(scan), name))
    assert "has this pseudonym already" in scan.error[0].value and saved_studies(scan) == []

    def gone(*given: object, **named: object) -> None:
        raise RecordsUnavailableError("The records are gone. Nothing was saved; try again.")

    other = pseudonym()
    typed(scan, other)
    with monkeypatch.context() as broken:
        broken.setattr(saving_to_patient, "keep", gone)
        pressed(scan)
    assert "Nothing was saved" in scan.error[0].value
    pressed(scan)
    assert len(saved_studies(scan)) == 1 and f"**{other}**" in said(scan)


def test_of_pictures_it_is_said_that_they_may_carry_names(drop: Callable[..., AppTest]) -> None:
    seed = secrets.randbelow(2**31)
    app = opened(drop(("one.png", picture(head((40, 30), seed)))))
    assert WARNED in said(app)
    pressed(typed(app, pseudonym()))
    (study,) = saved_studies(app)
    assert study.segmentations[0].volume_ml is None


def test_another_result_of_a_saved_study_is_saved_beside_it(app: AppTest) -> None:
    study = study_of(11)
    first, digest = save(study, pseudonym())
    app.query_params["saved"] = first.segmentation_id
    opened(app.run())
    assert app.button(key="save-now").disabled and "what is saved already" in said(app)
    told = viewer_data(app)
    app.session_state[told["place"]] = {"view": told["view"] | {"threshold": 0.6}}
    app.run()
    pressed(app)
    (row, before) = saved_studies(app)[0].segmentations
    assert (before.id, before.mask_sha256, row.threshold) == (first.segmentation_id, digest, 0.6)
    again = reopen(records(), LOCAL, row.id)
    assert isinstance(again.result, Probability) and mask_sha256(again.result, THRESHOLD) == digest
    assert acts_on(f"segmentation {row.id}")[-1] == "save"


def test_the_day_of_a_dicom_header_is_proposed(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    proposed = date(2019, 4, 6)
    monkeypatch.setattr(saving_to_patient, "suggested_day", lambda source: proposed)
    known = saving_to_patient.Known({}, {})

    def field() -> None:
        import streamlit as st

        from app.pages.saving_to_patient import _day

        study, known = st.session_state["given"]
        st.session_state["day"] = _day(study, None, known)

    study = study_of(12)
    for dicom, day in ((DicomSource("{}", ()), proposed), (None, None)):
        page = AppTest.from_function(field, default_timeout=60)
        page.session_state["given"] = replace(study, source=replace(study.source, dicom=dicom)), known
        page.run()
        assert not page.exception and page.session_state["day"] == day
        assert ("Correct it if it is another" in said(page)) == (day is not None)


def test_nothing_of_the_records_is_read_while_popovers_are_closed(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = save(study_of(13), pseudonym())
    app.query_params["saved"] = first.segmentation_id
    app.run()
    told = viewer_data(app)

    def read() -> None:
        raise AssertionError("The records are read.")

    for module in (kept, saving_to_patient, review):
        monkeypatch.setattr(module, "records", read)
    app.session_state[told["place"]] = {"view": told["view"] | {"threshold": 0.65}}
    app.run()
    assert not app.exception and not app.error and viewer_data(app)["view"]["threshold"] == 0.65
    app.session_state["save"] = True
    app.run()
    assert len(app.error) == 1
