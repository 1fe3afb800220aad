"""Many who save at once: nothing is lost, and nothing is there twice."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import func, select

from app.errors import RecordsConflictError
from app.records.audit import verify
from app.records.patients import add_patient, edit_patient, patient_card
from app.records.rows import PatientFields
from app.records.segmentations import add_segmentation
from app.records.studies import add_study
from app.records.tables import AuditEntry, Patient
from tests.records_fixtures import READER, REVIEWER, new_segmentation, new_study

ROOT = Path(__file__).parents[2]
EACH = 15
PROCESS = """
import os, sys
from app.errors import RecordsConflictError
from app.records.database import open_records
from app.records.patients import add_patient
from app.records.rows import PatientFields
from app.records.who import Actor, Role

records, own, added = open_records(os.environ), sys.argv[1], 0
sys.stdin.readline()
for number in range(int(sys.argv[2])):
    for name in (f"{own} {number}", f"shared {number}"):
        try:
            with records.writing(Actor(own, Role.READER)) as session:
                add_patient(session, PatientFields(name))
            added += 1
        except RecordsConflictError:
            pass
records.close()
print(added)
"""


def test_two_processes_add_patients_and_each_shared_one_is_added_by_one_of_them(records, records_environ):
    environ = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], **records_environ}
    command = [sys.executable, "-W", "error", "-c", PROCESS]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    both = [subprocess.Popen([*command, own, str(EACH)], cwd=ROOT, env=environ, **pipes) for own in ("a", "b")]
    told = [process.communicate("\n", timeout=120) for process in both]
    assert [err for _, err in told] == ["", ""]
    assert sum(int(out) for out, _ in told) == 3 * EACH
    with records.reading() as session:
        names = sorted(session.scalars(select(Patient.pseudonym)))
        assert names == sorted(f"{own} {number}" for own in ("a", "b", "shared") for number in range(EACH))
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == 3 * EACH
        assert verify(session).sound


def test_threads_that_save_one_scan_to_one_patient(records):
    with records.writing(READER) as session:
        patient = add_patient(session, PatientFields("P-7"))
    study, found = new_study(records), new_segmentation(records)

    def save(number):
        with records.writing(READER) as session:
            same = f"{number // 2:032x}"  # each is clicked twice
            return add_segmentation(session, add_study(session, patient, study), found, id=same)

    with ThreadPoolExecutor(8) as pool:
        saved = list(pool.map(save, range(40)))
    with records.reading() as session:
        (only,) = patient_card(session, patient).studies
        assert {row.id for row in only.segmentations} == set(saved)
        assert len(only.segmentations) == 20
        assert verify(session).count == 1 + 1 + 20


def test_of_threads_that_edit_from_one_version_one_gets_through(records):
    with records.writing(READER) as session:
        patient = add_patient(session, PatientFields("P-7"))

    def edit(number):
        try:
            with records.writing(REVIEWER) as session:
                edit_patient(session, patient, PatientFields("P-7", notes=f"by {number}"), version=1)
        except RecordsConflictError:
            return None
        return f"by {number}"

    with ThreadPoolExecutor(8) as pool:
        (through,) = (told for told in pool.map(edit, range(8)) if told)
    with records.reading() as session:
        row = patient_card(session, patient).patient
        assert (row.fields.notes, row.version) == (through, 2)
