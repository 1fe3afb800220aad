from datetime import date

import pytest

from app.errors import InputError, NotAllowedError, RecordMissingError
from app.records.deletions import delete_study, restore
from app.records.patients import (
    add_patient,
    archive_patient,
    edit_patient,
    likely_duplicates,
    merge_patients,
    patient_card,
)
from app.records.rows import PatientFields, Sex
from app.records.segmentations import add_segmentation
from app.records.studies import add_study
from tests.records_fixtures import ADMIN, READER, REVIEWER, new_segmentation, new_study, noted

DAY = date(2026, 3, 1)


@pytest.fixture
def pair(records):
    """Two patients with a scan each that the other has not, and one that both have."""
    with records.writing(ADMIN) as session:
        keep = add_patient(session, PatientFields("P-7", None, Sex.FEMALE, "kept"))
        merge = add_patient(session, PatientFields("P7", 1960, Sex.MALE, "merged"))
        for patient, scan, day in (
            (keep, "own", DAY),
            (merge, "other", None),
            (keep, "both", None),
            (merge, "both", DAY),
        ):
            study = add_study(session, patient, new_study(records, scan, taken_on=day))
            add_segmentation(session, study, new_segmentation(records))
    return keep, merge


def card(records, patient):
    with records.reading() as session:
        return patient_card(session, patient)


def test_studies_move_and_a_scan_of_both_becomes_one(records, pair):
    keep, merge = pair
    with records.writing(REVIEWER) as session:
        merge_patients(session, keep=keep, merge=merge)
    found = card(records, keep)
    scans = {study.source_sha256: study for study in found.studies}
    assert {
        name: len(scans[new_study(records, name).source_sha256].segmentations) for name in ("own", "other", "both")
    } == {
        "own": 1,
        "other": 1,
        "both": 2,
    }
    assert len(found.studies) == 3
    assert scans[new_study(records, "both").source_sha256].taken_on == DAY
    assert found.patient.fields == PatientFields("P-7", 1960, Sex.FEMALE, "kept\nmerged")
    assert found.patient.version == 2
    assert noted(records, f"patient {keep}")[-1] == ("Viv", "merge", {"merged": merge, "studies": 2})


def test_the_merged_one_leads_to_the_other_and_its_pseudonym_is_free(records, pair):
    keep, merge = pair
    with records.writing(ADMIN) as session:
        third = add_patient(session, PatientFields("P-8"))
        merge_patients(session, keep=keep, merge=merge)
        merge_patients(session, keep=third, merge=keep)
        again = add_patient(session, PatientFields("P7"))
    assert card(records, merge).patient.id == card(records, keep).patient.id == third
    assert card(records, third).patient.studies == 3
    assert card(records, again).patient.studies == 0
    with pytest.raises(RecordMissingError), records.writing(ADMIN) as session:
        edit_patient(session, merge, PatientFields("P-9"), version=1)


def test_what_was_deleted_of_the_merged_one_comes_back_to_the_other(records, pair):
    keep, merge = pair
    (moved,) = (study.id for study in card(records, merge).studies if study.taken_on is None)
    (both,) = (study.id for study in card(records, merge).studies if study.taken_on == DAY)
    with records.writing(ADMIN) as session:
        gone = [delete_study(session, study).id for study in (moved, both)]
        merge_patients(session, keep=keep, merge=merge)
        assert patient_card(session, keep).patient.studies == 2
        for deletion in gone:
            restore(session, deletion)
    found = card(records, keep)
    assert sorted(len(study.segmentations) for study in found.studies) == [1, 1, 2]
    assert moved in {study.id for study in found.studies}


def test_notes_that_are_equal_are_kept_once_and_those_too_long_are_refused(records):
    with records.writing(ADMIN) as session:
        keep, same, much = (
            add_patient(session, PatientFields(name, notes=notes))
            for name, notes in (("A", "both"), ("B", "both"), ("C", "x" * 4000))
        )
        merge_patients(session, keep=keep, merge=same)
        assert patient_card(session, keep).patient.fields.notes == "both"
    with pytest.raises(InputError, match="both together"), records.writing(ADMIN) as session:
        merge_patients(session, keep=keep, merge=much)
    assert card(records, much).patient.id == much


def test_who_may_not_and_what_cannot_be(records, pair):
    keep, merge = pair
    with pytest.raises(NotAllowedError), records.writing(READER) as session:
        merge_patients(session, keep=keep, merge=merge)
    with pytest.raises(InputError, match="one patient already"), records.writing(REVIEWER) as session:
        merge_patients(session, keep=keep, merge=keep)
    with pytest.raises(RecordMissingError), records.writing(REVIEWER) as session:
        merge_patients(session, keep=keep, merge="0" * 32)


def test_likely_duplicates(records, pair):
    keep, _ = pair
    with records.writing(ADMIN) as session:
        names = ["p_7", "P-70", "(P)7!", "x", "y"]
        others = {name: add_patient(session, PatientFields(name)) for name in names}
        add_study(session, others["x"], new_study(records, "own"))
        add_study(session, others["y"], new_study(records, "nobody else's"))
        archive_patient(session, others["p_7"], archived=True)
    with records.reading() as session:
        found = [row.fields.pseudonym for row in likely_duplicates(session, keep)]
        assert found == ["(P)7!", "P7", "p_7", "x"]
        assert [row.id for row in likely_duplicates(session, others["x"])] == [keep]
        assert likely_duplicates(session, others["y"]) == []
