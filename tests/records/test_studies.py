from datetime import UTC, date, datetime, timedelta

import pytest

from app.errors import InputError, NotAllowedError, RecordMissingError
from app.records.patients import add_patient
from app.records.rows import PatientFields
from app.records.studies import add_study, set_day, studies_of_scan, study_row
from tests.records_fixtures import ADMIN, READER, REVIEWER, new_study, noted

DAY = date(2026, 3, 1)


@pytest.fixture
def p7(records):
    with records.writing(READER) as session:
        return add_patient(session, PatientFields("P-7"))


def row(records, study):
    with records.reading() as session:
        return study_row(session, study)


def test_a_study_is_as_it_was_saved(records, p7):
    new = new_study(records, taken_on=DAY)
    with records.writing(READER) as session:
        study = add_study(session, p7, new)
    found = row(records, study)
    assert {name: getattr(found, name) for name in vars(new)} == vars(new)
    assert (found.patient_id, found.created_by, found.segmentations) == (p7, "Rea", ())
    assert noted(records, f"study {study}") == [("Rea", "save", {"patient": p7})]


def test_the_same_scan_is_there_once_for_each_patient(records, p7):
    with records.writing(READER) as session:
        p8 = add_patient(session, PatientFields("P-8"))
        first = add_study(session, p7, new_study(records))
        assert add_study(session, p7, new_study(records)) == first
        other, of_p8 = add_study(session, p7, new_study(records, "scan 2")), add_study(session, p8, new_study(records))
    assert len({first, other, of_p8}) == 3
    with records.reading() as session:
        source = new_study(records).source_sha256
        assert studies_of_scan(session, source) == [(p7, "P-7", first), (p8, "P-8", of_p8)]
        assert studies_of_scan(session, "0" * 64) == []


def test_the_day_is_filled_in_once(records, p7):
    days = (None, DAY, date(2020, 1, 1), None)
    with records.writing(READER) as session:
        (study,) = {add_study(session, p7, new_study(records, taken_on=day)) for day in days}
    assert row(records, study).taken_on == DAY
    assert [detail for *_, detail in noted(records, f"study {study}")] == [{"patient": p7}, {"fields": ["taken_on"]}]


def test_the_day_is_corrected_and_taken_back(records, p7):
    with records.writing(REVIEWER) as session:
        study = add_study(session, p7, new_study(records))
        for day in (DAY, DAY, None):
            set_day(session, study, day)
    assert row(records, study).taken_on is None
    assert [act for _, act, _ in noted(records, f"study {study}")] == ["save", "edit", "edit"]


def test_days_on_which_no_scan_was_taken(records, p7):
    for day in (date(1899, 12, 31), datetime.now(UTC).date() + timedelta(days=2)):
        with pytest.raises(InputError, match="today"), records.writing(READER) as session:
            add_study(session, p7, new_study(records, taken_on=day))


def test_what_is_not_there(records, p7):
    with pytest.raises(RecordMissingError, match="patient"), records.writing(READER) as session:
        add_study(session, "0" * 32, new_study(records))
    with pytest.raises(RecordMissingError, match="study"), records.writing(ADMIN) as session:
        set_day(session, "0" * 32, DAY)
    with pytest.raises(RecordMissingError, match="study"):
        row(records, "")


@pytest.mark.parametrize("name", ["scan_file", "thumbnail_file"])
def test_a_row_never_names_a_file_that_is_not_there(records, p7, name):
    with pytest.raises(RecordMissingError, match="Nothing was saved"), records.writing(READER) as session:
        add_study(session, p7, new_study(records, **{name: "0" * 64}))


def test_a_reader_corrects_no_day(records, p7):
    with pytest.raises(NotAllowedError), records.writing(READER) as session:
        set_day(session, add_study(session, p7, new_study(records)), DAY)
    with records.reading() as session:
        assert studies_of_scan(session, new_study(records).source_sha256) == []
