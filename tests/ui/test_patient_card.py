"""The card of a patient: what it shows, what can be done from it, and what the audit log has of it."""

import json
from collections.abc import Callable

import pytest
from patients_page import JANUARY, MARCH, MAY, page, patient, said, scanned, sound
from streamlit.testing.v1 import AppTest

from app.pages import patient_card as card_page
from app.pages import sign_in, timeline, volume_chart
from app.records.database import Records
from app.records.patients import merge_patients, patient_card
from app.records.rows import Review
from app.records.segmentations import set_review
from app.records.who import Actor, Role
from tests.records_fixtures import ADMIN, noted

EVIL = "<img src=x onerror=alert(1)> **b** [l](http://evil)"
ESCAPED = "&lt;img src=x onerror=alert(1)&gt; **b** [l](http://evil)"


def keys(app: AppTest, start: str) -> list[str]:
    return [button.key for button in app.button if button.key and button.key.startswith(start)]


def test_what_people_typed_is_text(own_records: Records) -> None:
    seven = patient(own_records, EVIL, notes=EVIL)
    _, (found,) = scanned(own_records, seven, MAY, {})
    with own_records.writing(ADMIN) as session:
        set_review(session, found, Review.ACCEPTED, EVIL, version=1)
    told = said(sound(page(patient=seven)))
    assert told.count(ESCAPED) == 3 and "<img src=x" not in told


def test_studies_stand_latest_first_with_what_changed(own_records: Records) -> None:
    seven = patient(own_records, birth_year=1962)
    scanned(own_records, seven, JANUARY, {"volume_ml": 10.0})
    scanned(own_records, seven, None, {"volume_ml": 5.0})
    scanned(own_records, seven, MARCH, {"volume_ml": 15.0, "lesions": 1})
    app = sound(page(patient=seven))
    told = said(app)
    places = [told.index(f"<b>{day}</b>") for day in ("2026-03-09", "2026-01-12", "Day not known")]
    assert places == sorted(places)
    assert "<b>15.0 ml</b> in 1 lesion" in told and "+5.0 ml (+50 %) since 2026-01-12" in told
    assert "56 days later" in told and "born 1962 · 3 studies" in told
    assert len(app.get("plotly_chart")) == 1 and "Not drawn: 1 study whose day is not known." in told


def test_earlier_results_of_a_study_are_unfolded_on_demand(own_records: Records) -> None:
    seven = patient(own_records)
    study, (earlier, latest) = scanned(own_records, seven, MAY, {"volume_ml": 10.0}, {"volume_ml": 15.0})
    app = sound(page(patient=seven))
    assert keys(app, "open-") == [f"open-{latest}"] and not app.get("plotly_chart")
    app.session_state[f"more-{study}"] = True
    assert keys(sound(app), "open-") == [f"open-{latest}", f"open-{earlier}"]


def test_a_result_is_opened_as_it_was_saved(own_records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(timeline, "open_saved", opened.append)
    seven = patient(own_records)
    _, (found,) = scanned(own_records, seven, MAY, {})
    app = sound(page(patient=seven))
    app.button(key=f"open-{found}").click()
    sound(app)
    assert opened == [found]


def test_two_results_that_are_ticked_are_compared(own_records: Records) -> None:
    seven = patient(own_records)
    _, (later,) = scanned(own_records, seven, MAY, {})
    _, (baseline,) = scanned(own_records, seven, JANUARY, {})
    _, (third,) = scanned(own_records, seven, None, {})
    app = sound(page(patient=seven))
    app.checkbox(key=f"tick-{later}").check()
    sound(app)
    assert app.button(key="compare").disabled and "Tick a second result" in said(app)
    app.checkbox(key=f"tick-{baseline}").check()
    sound(app)
    assert app.checkbox(key=f"tick-{third}").disabled and "Baseline: 2026-01-12" in said(app)
    app.button(key="compare").click()
    app.run()
    assert not app.exception
    assert {name: app.query_params[name] for name in ("baseline", "later")} == {"baseline": baseline, "later": later}
    app.button(key="to-card").click()
    sound(app)
    assert app.query_params == {"patient": seven}


def test_of_many_studies_the_latest_ten_are_shown_at_first(own_records: Records) -> None:
    seven = patient(own_records)
    for month in range(1, 13):
        scanned(own_records, seven, JANUARY.replace(year=2024, month=month), {})
    app = sound(page(patient=seven))
    assert len(keys(app, "open-")) == 10 and "<b>2024-02-12</b>" not in said(app)
    app.button(key="all-studies").click()
    assert len(keys(sound(app), "open-")) == 12 and "<b>2024-01-12</b>" in said(app)


def test_opening_a_card_is_noted_once(own_records: Records) -> None:
    seven, eight = patient(own_records), patient(own_records, "P-8")
    app = sound(page(patient=seven))
    sound(app)
    assert [act for _, act, _ in noted(own_records, f"patient {seven}")] == ["add", "view"]
    app.query_params["patient"] = eight
    sound(app)
    app.query_params["patient"] = seven
    sound(app)
    assert [act for _, act, _ in noted(own_records, f"patient {seven}")] == ["add", "view", "view"]


def test_a_merged_patient_leads_to_the_one_that_stayed(own_records: Records) -> None:
    seven, other = patient(own_records), patient(own_records, "P.7 again")
    with own_records.writing(ADMIN) as session:
        merge_patients(session, keep=seven, merge=other)
    app = sound(page(patient=other))
    assert app.query_params["patient"] == seven and "<h2>P-7</h2>" in said(app)


def test_no_such_patient_leads_back_to_the_list(own_records: Records) -> None:
    app = page(patient="0" * 32)
    app.run()
    assert not app.exception and [error.value for error in app.error] == [
        "That patient is not there any more. Go back to the list of patients."
    ]
    app.button(key=f"to-list-{'0' * 32}").click()
    assert "Nobody is here yet" in said(sound(app))


def test_archiving_can_be_undone_from_the_card(own_records: Records) -> None:
    seven = patient(own_records)
    app = sound(page(patient=seven))
    for archived in (True, False):
        app.button(key="card-archive").click()
        sound(app)
        with own_records.reading() as session:
            assert patient_card(session, seven).patient.archived is archived
        assert ('class="tag">archived' in said(app)) is archived


def test_a_role_sees_why_it_may_not(own_records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    seven = patient(own_records)
    _, (found,) = scanned(own_records, seven, MAY, {})
    monkeypatch.setattr(sign_in, "LOCAL", Actor("Rea", Role.READER))
    app = sound(page(patient=seven))
    disabled = {key: app.button(key=key).help for key in keys(app, "card-") if app.button(key=key).disabled}
    assert disabled == {
        f"card-{act}": f"A reader may not {act} here." for act in ("edit", "archive", "merge", "delete")
    }
    assert not app.get("menu_button") and not app.button(key=f"open-{found}").disabled


def test_a_mark_of_the_chart_leads_to_its_result(own_records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(volume_chart, "open_saved", opened.append)
    seven = patient(own_records)
    scanned(own_records, seven, JANUARY, {"volume_ml": 10.0})
    _, (found,) = scanned(own_records, seven, MAY, {"volume_ml": 15.0})
    app = sound(page(patient=seven))
    assert not keys(app, "open-mark")
    mark = {"customdata": found, "curve_number": 0, "point_index": 1}
    app.session_state["over-time-Volume"] = {"selection": {"points": [mark], "point_indices": [1]}}
    assert "2026-05-04, 15.0 ml, threshold 0.450" in said(sound(app))
    app.button(key="open-mark").click()
    sound(app)
    assert opened == [found]


def test_a_summary_is_noted_before_it_is_made(own_records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    offered: dict[str, tuple[Callable[[], bytes], Callable[[], None]]] = {}

    def kept(make: Callable[[], bytes], name: str, *, before: Callable[[], None]) -> Callable[[], bytes]:
        offered[name] = make, before
        return make

    monkeypatch.setattr(card_page, "until_fetched", kept)
    seven = patient(own_records, "P/7")
    sound(page(patient=seven))
    assert list(offered) == ["P_7_summary.csv", "P_7_summary.json"]
    make, before = offered["P_7_summary.json"]
    before()
    assert noted(own_records, f"patient {seven}")[-1] == ("local user", "export", {"kind": "summary-json"})
    assert json.loads(make())["patient"]["pseudonym"] == "P/7"
