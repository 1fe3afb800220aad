"""A process that is killed while it saves to the records leaves all of it or none, and loses nothing that was said."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.project import ROOT
from tests.faults.test_killed_while_saving import kills

pytestmark = pytest.mark.skipif(os.name != "posix", reason="processes are not forked here")

FILES = "mkdir,BufferedRandom.write,fsync,replace,utime"
"""What a file's way to the disk is made of. Of the four files of a save, two are there already after the first one."""
ROWS = "DefaultDialect.do_execute,DefaultDialect.do_commit,_append"
"""Every statement, the end of the transaction, and what comes after it."""
SETUP = """
from app.records.database import open_records
from app.records.rows import PatientFields
from tests.decision.saved import save
from tests.faults.intact import id_number, look, reading_number
environ = {environ!r}
number = globals().get("number", -1) + 1
reading, fields, id = reading_number(number), PatientFields("P-%d" % number), id_number(number)
"""
ACTION = """save(open_records(environ), fields, reading, id=id)"""
CHECK = """look(environ, number, said=not killed)"""


@pytest.mark.parametrize("records_environ", ["sqlite"], indirect=True)
def test_all_or_nothing_is_saved_at_every_step_of_a_file(records_environ):
    assert kills(FILES, SETUP, ACTION, CHECK, environ=records_environ) > 50


def test_all_or_nothing_is_saved_at_every_step_of_the_transaction(records_environ):
    assert kills(ROWS, SETUP, ACTION, CHECK, environ=records_environ) > 40


def test_all_or_nothing_is_saved_at_any_moment(records_environ):
    """Also within a step: while a statement runs, or the transaction ends."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("killed_any_time.py")), "8"],
        cwd=ROOT,
        env=os.environ | records_environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    said, there = json.loads(done.stdout)
    assert 8 <= said <= there <= said + 8
