from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.errors import NotAllowedError
from app.records.deletions import (
    delete_patient,
    delete_segmentation,
    delete_study,
    deletions,
    files_in_use,
    purge,
    restore,
)
from app.records.patients import add_patient, merge_patients
from app.records.rows import PatientFields
from app.records.segmentations import add_segmentation
from app.records.studies import add_study
from app.records.tables import Deletion, Patient, Segmentation, Study
from tests.records_fixtures import ADMIN, REVIEWER, new_segmentation, new_study, noted

DAY = timedelta(days=1)


@pytest.fixture
def p7(records):
    """A patient with a study and two segmentations, whom another one was merged into."""
    with records.writing(ADMIN) as session:
        patient, merged = (add_patient(session, PatientFields(name)) for name in ("P-7", "P7"))
        study = add_study(session, merged, new_study(records))
        found = [add_segmentation(session, study, new_segmentation(records, name)) for name in "ab"]
        merge_patients(session, keep=patient, merge=merged)
    return patient, study, found


def counts(records):
    with records.reading() as session:
        tables = (Patient, Study, Segmentation, Deletion)
        return [session.scalar(select(func.count()).select_from(table)) for table in tables]


def age(records, deletion, days):
    with records.writing(ADMIN) as session:
        session.get(Deletion, deletion.id).at = datetime.now(UTC) - days * DAY


def purged(records, days=30):
    with records.writing(ADMIN) as session:
        return purge(session, before=datetime.now(UTC) - days * DAY)


def test_only_what_is_due_goes(records, p7):
    *_, found = p7
    with records.writing(ADMIN) as session:
        old, young = (delete_segmentation(session, segmentation) for segmentation in found)
    age(records, old, 31)
    age(records, young, 29)
    assert purged(records) == 1
    assert counts(records) == [2, 1, 1, 1]
    assert noted(records, "records") == [("Ada", "purge", {"segmentations": 1, "studies": 0, "patients": 0})]
    with records.writing(ADMIN) as session:
        restore(session, young.id)
    assert purged(records, days=-1) == 0
    assert counts(records) == [2, 1, 1, 0] and len(noted(records, "records")) == 1


def test_a_patient_goes_with_all(records, p7):
    with records.writing(ADMIN) as session:
        other = add_patient(session, PatientFields("P-8"))
        delete_patient(session, p7[0])
    assert purged(records, days=-1) == 2 + 1 + 2
    assert counts(records) == [1, 0, 0, 0]
    with records.reading() as session:
        assert session.get(Patient, other) is not None


def test_what_was_deleted_of_a_patient_goes_with_it_whatever_the_clock_says(records, p7):
    patient, study, found = p7
    with records.writing(ADMIN) as session:
        later = [delete_segmentation(session, found[0]), delete_study(session, study)]
        of_patient = delete_patient(session, patient)
    age(records, of_patient, 40)
    assert purged(records) == 2 + 1 + 2
    assert counts(records) == [0, 0, 0, 2]
    with records.reading() as session:
        assert {row.id for row in deletions(session)} == {row.id for row in later}
    assert purged(records, days=-1) == 0
    assert counts(records) == [0, 0, 0, 0]


def test_files_are_in_use_until_their_rows_are_purged(records, p7):
    scan, results = new_study(records), [new_segmentation(records, name) for name in "ab"]
    named = {scan.scan_file, scan.thumbnail_file, results[0].card_file, *(result.result_file for result in results)}
    with records.writing(ADMIN) as session:
        assert files_in_use(session) == named
        delete_segmentation(session, p7[2][0])
        assert files_in_use(session) == named
    purged(records, days=-1)
    with records.reading() as session:
        assert files_in_use(session) == named - {results[0].result_file}


def test_only_an_admin_purges(records):
    with pytest.raises(NotAllowedError), records.writing(REVIEWER) as session:
        purge(session, before=datetime.now(UTC))
