from datetime import date, timedelta

import pytest

from app.errors import NotAllowedError, RecordMissingError, RecordsConflictError
from app.records.deletions import (
    KEPT_DAYS,
    delete_patient,
    delete_segmentation,
    delete_study,
    deletions,
    restore,
)
from app.records.patients import add_patient, edit_patient, find_patients, merge_patients, patient_card
from app.records.rows import PatientFields
from app.records.segmentations import add_segmentation, segmentation_row
from app.records.studies import add_study, studies_of_scan, study_row
from tests.records_fixtures import ADMIN, READER, REVIEWER, new_segmentation, new_study, noted


@pytest.fixture
def p7(records):
    """A patient with two studies, three segmentations: identifiers of patient, studies and segmentations."""
    with records.writing(ADMIN) as session:
        patient = add_patient(session, PatientFields("P-7"))
        dated = add_study(session, patient, new_study(records, "a", taken_on=date(2026, 3, 1)))
        undated = add_study(session, patient, new_study(records, "b"))
        found = [add_segmentation(session, study, new_segmentation(records)) for study in (dated, dated, undated)]
    return patient, [dated, undated], found


def card(records, patient):
    with records.reading() as session:
        return patient_card(session, patient)


class TestPatient:
    def test_all_goes_and_all_comes_back(self, records, p7):
        patient, studies, found = p7
        before = card(records, patient)
        with records.writing(ADMIN) as session:
            gone = delete_patient(session, patient)
        with records.reading() as session:
            assert find_patients(session, archived=True).total == 0
            assert studies_of_scan(session, new_study(records, "a").source_sha256) == []
            for missing in (
                lambda: patient_card(session, patient),
                lambda: study_row(session, studies[0]),
                lambda: segmentation_row(session, found[0]),
            ):
                with pytest.raises(RecordMissingError):
                    missing()
            assert deletions(session) == [gone]
        assert (gone.by, gone.what) == ("Ada", "patient P-7 with 2 studies and 3 segmentations")
        assert gone.until - gone.at == timedelta(days=KEPT_DAYS) and KEPT_DAYS == 30
        with records.writing(ADMIN) as session:
            restore(session, gone.id)
            assert deletions(session) == []
        assert card(records, patient).studies == before.studies
        acts = [(act, detail) for _, act, detail in noted(records, f"patient {patient}")[1:]]
        assert acts == [("delete", {"deletion": gone.id}), ("restore", {"deletion": gone.id})]

    def test_what_was_deleted_before_stays_deleted(self, records, p7):
        patient, (_, undated), found = p7
        with records.writing(ADMIN) as session:
            first = delete_study(session, undated)
            second = delete_segmentation(session, found[0])
            third = delete_patient(session, patient)
        for too_early in (first, second):
            with pytest.raises(RecordsConflictError, match="deleted as well"), records.writing(ADMIN) as session:
                restore(session, too_early.id)
        with records.writing(ADMIN) as session:
            restore(session, third.id)
        (study,) = card(records, patient).studies
        assert [row.id for row in study.segmentations] == [found[1]]
        with records.writing(ADMIN) as session:
            restore(session, second.id)
            restore(session, first.id)
        assert {row.id for study in card(records, patient).studies for row in study.segmentations} == set(found)

    def test_a_pseudonym_that_was_taken_meanwhile(self, records, p7):
        with records.writing(ADMIN) as session:
            gone = delete_patient(session, p7[0])
            other = add_patient(session, PatientFields("p-7"))
        with pytest.raises(RecordsConflictError, match="another pseudonym"), records.writing(ADMIN) as session:
            restore(session, gone.id)
        with records.writing(ADMIN) as session:
            edit_patient(session, other, PatientFields("P-8"), version=1)
            restore(session, gone.id)
        assert card(records, p7[0]).patient.studies == 2

    def test_who_was_merged_into_it_goes_and_comes_with_it(self, records, p7):
        with records.writing(ADMIN) as session:
            merged = add_patient(session, PatientFields("P7"))
            merge_patients(session, keep=p7[0], merge=merged)
            gone = delete_patient(session, p7[0])
            with pytest.raises(RecordMissingError):
                patient_card(session, merged)
            restore(session, gone.id)
        assert card(records, merged).patient.id == p7[0]


class TestStudy:
    def test_a_scan_that_was_saved_again_meanwhile(self, records, p7):
        patient, (dated, _), found = p7
        with records.writing(ADMIN) as session:
            gone = delete_study(session, dated)
            again = add_study(session, patient, new_study(records, "a"))
            anew = add_segmentation(session, again, new_segmentation(records))
            restore(session, gone.id)
        first, _ = card(records, patient).studies
        assert first.id == again and first.taken_on == date(2026, 3, 1)
        assert {row.id for row in first.segmentations} == {anew, *found[:2]}

    def test_its_segmentations_come_back_with_it(self, records, p7):
        patient, (dated, undated), found = p7
        with records.writing(ADMIN) as session:
            gone = delete_study(session, dated)
            assert [study.id for study in patient_card(session, patient).studies] == [undated]
            restore(session, gone.id)
        assert {row.id for row in card(records, patient).studies[0].segmentations} == set(found[:2])


def test_a_segmentation(records, p7):
    patient, _, found = p7
    with records.writing(ADMIN) as session:
        gone = delete_segmentation(session, found[0])
        assert [row.id for row in patient_card(session, patient).studies[0].segmentations] == [found[1]]
        restore(session, gone.id)
    assert {row.id for row in card(records, patient).studies[0].segmentations} == set(found[:2])
    assert [act for _, act, _ in noted(records, f"segmentation {found[0]}")] == ["save", "delete", "restore"]


def test_the_latest_deletion_is_first_and_none_is_undone_twice(records, p7):
    with records.writing(ADMIN) as session:
        gone = [delete_segmentation(session, segmentation).id for segmentation in p7[2]]
        assert [row.id for row in deletions(session)] == gone[::-1]
        restore(session, gone[0])
    with pytest.raises(RecordMissingError, match="already"), records.writing(ADMIN) as session:
        restore(session, gone[0])
    with pytest.raises(RecordMissingError), records.writing(ADMIN) as session:
        delete_segmentation(session, gone[1])


@pytest.mark.parametrize("actor", [READER, REVIEWER])
def test_only_an_admin_deletes_and_restores(records, p7, actor):
    patient, studies, found = p7
    for change in (
        lambda session: delete_patient(session, patient),
        lambda session: delete_study(session, studies[0]),
        lambda session: delete_segmentation(session, found[0]),
        lambda session: restore(session, "0" * 32),
    ):
        with pytest.raises(NotAllowedError, match="admin"), records.writing(actor) as session:
            change(session)
    with records.reading() as session:
        assert deletions(session) == []
