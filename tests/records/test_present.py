import re

import pytest

from app.errors import RecordMissingError, RecordsConflictError
from app.records.deletions import delete_patient
from app.records.patients import add_patient, merge_patients
from app.records.present import new_id, now, refuse_changed, refuse_without_files, the_patient, the_study
from app.records.rows import PatientFields
from app.records.studies import add_study
from tests.records_fixtures import ADMIN, new_study


def test_identifiers_and_moments():
    assert len({new_id() for _ in range(100)}) == 100 and re.fullmatch("[0-9a-f]{32}", new_id())
    assert now().utcoffset().total_seconds() == 0


def test_what_is_deleted_or_merged_is_not_there(records):
    with records.writing(ADMIN) as session:
        kept, merged, gone = (add_patient(session, PatientFields(name)) for name in "abc")
        study = add_study(session, gone, new_study(records))
        merge_patients(session, keep=kept, merge=merged)
        delete_patient(session, gone)
        assert the_patient(session, kept).pseudonym == "a"
        for patient in (merged, gone, ""):
            with pytest.raises(RecordMissingError, match="Go back"):
                the_patient(session, patient)
        with pytest.raises(RecordMissingError, match="Go back"):
            the_study(session, study)


def test_a_row_at_another_version(records):
    with records.writing(ADMIN) as session:
        row = the_patient(session, add_patient(session, PatientFields("a")))
        refuse_changed(row, 1)
        for version in (0, 2):
            with pytest.raises(RecordsConflictError, match="enter it again"):
                refuse_changed(row, version)


def test_files_that_are_not_there(records):
    here = records.files.put(b"here")
    with records.writing(ADMIN) as session:
        refuse_without_files(session, here)
        with pytest.raises(RecordMissingError, match="Nothing was saved"):
            refuse_without_files(session, here, "0" * 64)
