from datetime import date

import pytest

from app.errors import RecordMissingError
from app.records.deletions import delete_segmentation, delete_study, what_goes
from app.records.patients import add_patient
from app.records.rows import PatientFields
from app.records.segmentations import add_segmentation
from app.records.studies import add_study
from tests.records_fixtures import ADMIN, new_segmentation, new_study


def test_the_words_of_the_question(records):
    with records.writing(ADMIN) as session:
        patient, empty = (add_patient(session, PatientFields(name)) for name in ("P-7", "P-8"))
        dated = add_study(session, patient, new_study(records, "a", taken_on=date(2026, 3, 1)))
        undated = add_study(session, patient, new_study(records, "b"))
        found = [add_segmentation(session, study, new_segmentation(records)) for study in (dated, dated, undated)]
        assert what_goes(session, "patient", patient) == "patient P-7 with 2 studies and 3 segmentations"
        assert what_goes(session, "patient", empty) == "patient P-8 without studies"
        assert what_goes(session, "study", dated) == "study of P-7 of 2026-03-01 with 2 segmentations"
        assert what_goes(session, "study", undated) == "study of P-7 of unknown day with 1 segmentation"
        assert what_goes(session, "segmentation", found[0]) == "segmentation of P-7 of 2026-03-01 at threshold 0.45"
        delete_segmentation(session, found[0])
        delete_study(session, undated)
        assert what_goes(session, "patient", patient) == "patient P-7 with 1 study and 1 segmentation"
        with pytest.raises(RecordMissingError):
            what_goes(session, "segmentation", found[0])
