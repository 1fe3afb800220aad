from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from app.errors import InputError, NotAllowedError, RecordMissingError, RecordsConflictError
from app.records.deletions import delete_patient
from app.records.patients import add_patient, archive_patient, edit_patient, find_patients, patient_card
from app.records.rows import PatientFields, Review, Sex
from app.records.segmentations import add_segmentation, set_review
from app.records.studies import add_study
from app.records.tables import AuditEntry
from tests.records_fixtures import ADMIN, READER, REVIEWER, new_segmentation, new_study, noted

P7 = PatientFields("P-7", 1960, Sex.FEMALE, "Seen twice.")


@pytest.fixture
def p7(records):
    with records.writing(READER) as session:
        return add_patient(session, P7)


def card(records, patient):
    with records.reading() as session:
        return patient_card(session, patient)


class TestAdd:
    def test_a_new_patient_has_nothing_yet(self, records, p7):
        before = datetime.now(UTC)
        row = card(records, p7).patient
        assert (row.id, row.fields, row.version, row.archived) == (p7, P7, 1, False)
        assert (row.studies, row.latest_on, row.latest_saved, row.latest_ml, row.flagged) == (0, None, None, None, 0)
        assert 0 <= (before - row.created_at).total_seconds() < 60
        assert noted(records, f"patient {p7}") == [("Rea", "add", {})]

    def test_pseudonym_alone_is_enough(self, records):
        with records.writing(READER) as session:
            patient = add_patient(session, PatientFields("  P   9 "))
        assert card(records, patient).patient.fields == PatientFields("P 9", None, None, "")

    @pytest.mark.parametrize("pseudonym", ["P-7", "p-7", " P - 7 ", "\uff30-7"])
    def test_a_pseudonym_is_there_once_whatever_its_case_and_space(self, records, p7, pseudonym):
        with pytest.raises(RecordsConflictError, match="on the list"), records.writing(READER) as session:
            add_patient(session, PatientFields(pseudonym))

    def test_of_one_that_is_archived(self, records, p7):
        with records.writing(ADMIN) as session:
            archive_patient(session, p7, archived=True)
        with pytest.raises(RecordsConflictError, match="archived"), records.writing(READER) as session:
            add_patient(session, P7)

    def test_a_deleted_one_leaves_its_pseudonym_free(self, records, p7):
        with records.writing(ADMIN) as session:
            delete_patient(session, p7)
            again = add_patient(session, P7)
        assert again != p7 and card(records, again).patient.fields == P7

    def test_nothing_is_kept_of_what_is_refused(self, records):
        with pytest.raises(InputError), records.writing(READER) as session:
            add_patient(session, P7)
            add_patient(session, PatientFields("P-8", 1776))
        with records.reading() as session:
            assert find_patients(session).total == 0
            assert session.scalar(select(func.count()).select_from(AuditEntry)) == 0


class TestEdit:
    def test_all_that_a_person_types(self, records, p7):
        new = PatientFields("P-70", None, Sex.OTHER, "Two lines,\r\nand \twords. ")
        with records.writing(REVIEWER) as session:
            edit_patient(session, p7, new, version=1)
        row = card(records, p7).patient
        assert row.fields == PatientFields("P-70", None, Sex.OTHER, "Two lines,\nand \twords.")
        assert row.version == 2
        edited = {"fields": ["birth_year", "notes", "pseudonym", "sex"]}
        assert noted(records, f"patient {p7}")[-1] == ("Viv", "edit", edited)

    def test_the_same_again_is_no_change(self, records, p7):
        with records.writing(REVIEWER) as session:
            edit_patient(session, p7, P7, version=1)
        assert card(records, p7).patient.version == 1
        assert len(noted(records, f"patient {p7}")) == 1

    def test_the_second_of_two_who_began_at_the_same_version_is_told(self, records, p7):
        with records.writing(REVIEWER) as session:
            edit_patient(session, p7, PatientFields("P-7", notes="first"), version=1)
        with pytest.raises(RecordsConflictError, match="meanwhile"), records.writing(REVIEWER) as session:
            edit_patient(session, p7, PatientFields("P-7", notes="second"), version=1)
        assert card(records, p7).patient.fields.notes == "first"

    def test_a_pseudonym_that_somebody_else_has(self, records, p7):
        with records.writing(REVIEWER) as session:
            other = add_patient(session, PatientFields("P-8"))
        with pytest.raises(RecordsConflictError, match="pseudonym"), records.writing(REVIEWER) as session:
            edit_patient(session, other, PatientFields("p-7"), version=1)

    def test_its_own_pseudonym_in_another_case(self, records, p7):
        with records.writing(REVIEWER) as session:
            edit_patient(session, p7, PatientFields("p-7"), version=1)
        assert card(records, p7).patient.fields.pseudonym == "p-7"


class TestArchive:
    def test_there_and_back(self, records, p7):
        for archived in (True, True, False):
            with records.writing(REVIEWER) as session:
                archive_patient(session, p7, archived=archived)
            assert card(records, p7).patient.archived is archived
        acts = [(act, detail) for _, act, detail in noted(records, f"patient {p7}")]
        assert acts == [("add", {}), ("archive", {"archived": True}), ("archive", {"archived": False})]


class TestCard:
    def test_studies_by_day_and_segmentations_latest_first(self, records, p7):
        with records.writing(REVIEWER) as session:
            undated, late, early = (
                add_study(session, p7, new_study(records, scan, taken_on=day))
                for scan, day in (("a", None), ("b", date(2026, 3, 1)), ("c", date(2025, 12, 31)))
            )
            add_segmentation(session, early, new_segmentation(records, volume_ml=1.0))
            first = add_segmentation(session, late, new_segmentation(records, volume_ml=2.0))
            second = add_segmentation(session, late, new_segmentation(records, volume_ml=None))
            third = add_segmentation(session, late, new_segmentation(records, volume_ml=4.5))
            set_review(session, first, Review.FLAGGED, "", version=1)
        found = card(records, p7)
        assert [study.id for study in found.studies] == [early, late, undated]
        assert [row.id for row in found.studies[1].segmentations] == [third, second, first]
        assert found.studies[2].segmentations == ()
        row = found.patient
        assert (row.studies, row.latest_on, row.latest_ml, row.flagged) == (3, date(2026, 3, 1), 4.5, 1)
        assert row.latest_saved == found.studies[1].segmentations[0].created_at

    @pytest.mark.parametrize("patient", ["", "0" * 32, "P-7", "x" * 500])
    def test_who_is_not_there(self, records, p7, patient):
        with pytest.raises(RecordMissingError, match="list of patients"):
            card(records, patient)


def test_what_a_reader_may_not(records, p7):
    for change in (
        lambda session: edit_patient(session, p7, PatientFields("P-8"), version=1),
        lambda session: archive_patient(session, p7, archived=True),
    ):
        with pytest.raises(NotAllowedError, match="reviewer"), records.writing(READER) as session:
            change(session)
    assert card(records, p7).patient.version == 1


def test_somebody_with_a_long_name_and_another_alphabet(records):
    fields = PatientFields("Ж" * 80, notes="𝄞" * 4000)
    with records.writing(READER) as session:
        patient = add_patient(session, fields)
    assert card(records, patient).patient.fields == fields
