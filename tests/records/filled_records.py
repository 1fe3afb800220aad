"""Records with something of everything in them, for tests that move them; and all that records hold, to compare."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.records.database import Records, open_records
from app.records.deletions import delete_patient, delete_study, files_in_use
from app.records.moving_rows import all_tables
from app.records.patients import add_patient, archive_patient, merge_patients
from app.records.rows import PatientFields, Review, Sex
from app.records.segmentations import add_segmentation, set_review
from app.records.studies import add_study
from tests.records_fixtures import ADMIN, READER, new_segmentation, new_study

Row = dict[str, Any]


def fill(records: Records) -> None:
    """Six patients, among them merged, archived and deleted ones, with odd texts and numbers."""
    with records.writing(ADMIN) as session:
        people = [
            add_patient(session, PatientFields("P-7", 1960, Sex.FEMALE, "Zeile 1\nZeile 2\t„Müller“ 😀 \\ \"'\u2028")),
            add_patient(session, PatientFields("Ærø 山田", None, Sex.OTHER)),
            add_patient(session, PatientFields("p 8", 2001)),
            add_patient(session, PatientFields("P-8")),
            add_patient(session, PatientFields("=HYPERLINK(1)")),
            add_patient(session, PatientFields("gone")),
        ]
        for number, patient in enumerate(people):
            for day in (None, date(2024, 2, 29))[: 1 + number % 2]:
                study = add_study(session, patient, new_study(records, f"scan {number} {day}", taken_on=day))
                values = {"threshold": 0.005 * (number + 1), "volume_ml": None if day else 0.1 + 0.2 + number}
                measured = {"lesions": [{"ml": 1 / 3, "side": None, "name": "ß\u0000"}], "total": 1e-17}
                new = new_segmentation(records, f"result {number} {day}", measurements=measured, **values)
                found = add_segmentation(session, study, new)
                set_review(session, found, Review.FLAGGED, f"Sieh nach: {number} 🧠", version=1)
        archive_patient(session, people[1], archived=True)
        merge_patients(session, keep=people[2], merge=people[3])
        delete_patient(session, people[5])
    with records.writing(ADMIN) as session:
        again = add_patient(session, PatientFields("gone"))
        delete_study(session, add_study(session, again, new_study(records, "a last one")))


def save_one(records: Records, number: int) -> None:
    """As the app saves: a patient with a study and a segmentation."""
    with records.writing(READER) as session:
        patient = add_patient(session, PatientFields(f"Q-{number}"))
        study = add_study(session, patient, new_study(records, f"scan of {number}"))
        add_segmentation(session, study, new_segmentation(records, f"result of {number}"))


def rows(records: Records) -> dict[str, list[Row]]:
    """All rows of all tables."""
    with records.reading() as session:
        found = {table.name: [dict(row) for row in session.execute(select(table)).mappings()] for table in all_tables()}
    for name, those in found.items():
        those.sort(key=lambda row: row["number" if name == "audit" else "id"])
    return found


def files(records: Records) -> dict[str, bytes]:
    """All files that rows name."""
    with records.reading() as session:
        return {digest: records.files.get(digest) for digest in sorted(files_in_use(session))}


def left_in(folder: Path) -> list[str]:
    """Files in a folder and those below it, but what a database has beside itself."""
    return sorted(
        str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and ".db" not in path.name
    )


@contextmanager
def new_records(folder: Path, url: str | None = None) -> Iterator[Records]:
    """Empty ones; in PostgreSQL where the URL of a database is given."""
    opened = open_records({"GLIOLENS_DATA": str(folder)} | ({} if url is None else {"GLIOLENS_DATABASE_URL": url}))
    try:
        yield opened
    finally:
        opened.close()
