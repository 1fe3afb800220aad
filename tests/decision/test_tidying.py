"""What was deleted long ago goes for good, with its files, and nothing else."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from app.decision.tidying import Tidied, tidy
from app.errors import NotAllowedError
from app.records.database import Records
from app.records.deletions import delete_patient
from app.records.patients import add_patient
from app.records.rows import PatientFields
from app.records.studies import add_study
from app.records.tables import Deletion
from tests.records.filled_records import files, fill, rows
from tests.records_fixtures import ADMIN, READER, new_study, noted


def test_it_takes_what_is_due(records: Records) -> None:
    fill(records)
    kept, before = files(records), rows(records)
    old = datetime.now(UTC) - timedelta(days=30, minutes=1)
    with records.writing(ADMIN) as session:
        patient = add_patient(session, PatientFields("old"))
        add_study(session, patient, new_study(records, "an old scan"))
        deletion = delete_patient(session, patient)
        session.execute(update(Deletion).where(Deletion.id == deletion.id).values(at=old))
    there = set(records.files.all())
    for digest in there:
        os.utime(records.files.path(digest), (0, 0))

    assert tidy(records) == Tidied(rows=2, files=len(there) - len(kept))

    assert set(records.files.all()) == set(kept)
    after = rows(records)
    assert {name: after[name] for name in after if name != "audit"} == {
        name: before[name] for name in before if name != "audit"
    }
    assert noted(records, "records")[-1][:2] == ("gliolens", "purge")
    assert tidy(records) == Tidied(0, 0)


@pytest.mark.parametrize("records_environ", ["sqlite"], indirect=True)
def test_only_an_admin_may(records: Records) -> None:
    with pytest.raises(NotAllowedError):
        tidy(records, READER)
