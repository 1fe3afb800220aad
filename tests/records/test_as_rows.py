from datetime import date

from app.records.as_rows import as_segmentation, as_study, fields_of, studies_of
from app.records.patients import add_patient
from app.records.present import the_patient, the_segmentation, the_study
from app.records.rows import PatientFields, Review, Sex
from app.records.segmentations import add_segmentation
from app.records.studies import add_study
from tests.records_fixtures import ADMIN, new_segmentation, new_study


def test_from_the_database_and_free_of_it(records):
    fields = PatientFields("P-7", 1960, Sex.OTHER, "notes")
    with records.writing(ADMIN) as session:
        patient = add_patient(session, fields)
        study = add_study(session, patient, new_study(records, taken_on=date(2026, 3, 1)))
        found = add_segmentation(session, study, new_segmentation(records, threshold=0.295))
        row = as_segmentation(the_segmentation(session, found))
        told = as_study(the_study(session, study), [the_segmentation(session, found)])
        assert fields_of(the_patient(session, patient)) == fields
        assert studies_of(session, patient) == (told,)
        assert studies_of(session, "0" * 32) == ()
    assert told.segmentations == (row,)
    assert (row.threshold, row.review, row.measurements) == (0.295, Review.NOT_STARTED, {"lesions": []})
    assert (told.taken_on, told.created_at.utcoffset().total_seconds()) == (date(2026, 3, 1), 0)
