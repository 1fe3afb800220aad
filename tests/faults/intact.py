"""Whether records are whole after something went wrong, and take the next save."""

from collections.abc import Mapping

from sqlalchemy import func, select

from app.decision.keeping import reopen
from app.decision.reading import Reading
from app.records import audit
from app.records.audit_heads import heads_file, read_heads
from app.records.database import Records, open_records
from app.records.deletions import files_in_use
from app.records.rows import PatientFields
from app.records.tables import Patient, Segmentation, Study
from tests.decision.readings import head, reading_of, study_of
from tests.decision.saved import READER, save


def reading_number(number: int) -> Reading:
    """One of many, each of another scan."""
    return reading_of(study_of(image=head() + number))


def id_number(number: int) -> str:
    """Of the segmentation that is made of it."""
    return f"{number:032x}"


def counts(records: Records) -> tuple[int, int, int]:
    """Patients, studies and segmentations. Fails unless every file that a row names is what was put there."""
    with records.reading() as session:
        found = audit.verify(session, read_heads(heads_file(records.folder, records.kind)))
        assert found.sound, found.why
        patients, studies, segmentations = (
            session.scalar(select(func.count()).select_from(table)) or 0 for table in (Patient, Study, Segmentation)
        )
        for sha256 in files_in_use(session):
            records.files.get(sha256)
    return patients, studies, segmentations


def look(environ: Mapping[str, str], number: int, *, said: bool) -> None:
    """Look at records in which readings 0 to `number - 1` are saved, each to a patient of its own, and the next may be.

    `said`: whether it was said to be saved. Leaves it saved.
    """
    records = open_records(environ)
    before, fields, id = (number,) * 3, PatientFields(f"P-{number}"), id_number(number)
    found = counts(records)
    assert found in (before, tuple(n + 1 for n in before)), found
    assert found != before or not said
    reading = reading_number(number)
    assert save(records, fields, reading, id=id).segmentation_id == id
    assert counts(records) == tuple(n + 1 for n in before)
    opened = reopen(records, READER, id)
    assert opened.study.sha256 == reading.study.sha256
    assert opened.result.levels.tobytes() == reading.result.levels.tobytes()
    records.close()
