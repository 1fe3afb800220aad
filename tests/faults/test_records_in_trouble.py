"""Records that cannot be reached or written to: a message with what to do, no half row; and the next save works."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url, text

from app.decision.keeping import reopen, sweep
from app.errors import RecordsDamagedError, RecordsError, RecordsUnavailableError
from app.records.database import open_records
from app.records.place import DATABASE
from app.records.rows import PatientFields
from tests.decision.saved import READER, save
from tests.faults.intact import counts, id_number, look, reading_number
from tests.faults.project import ROOT, lock, python, unlock

SAVES = """
import os, sys
from app.errors import RecordsError
from app.records.database import open_records
from app.records.rows import PatientFields
from tests.decision.saved import save
from tests.faults.intact import id_number, reading_number
try:
    records = open_records(patience=0.2)
    {before}
    save(records, PatientFields("P-1"), reading_number(1), id=id_number(1))
except RecordsError as error:
    print(type(error).__name__, error)
else:
    print("saved")
"""
of_sqlite = pytest.mark.parametrize("records_environ", ["sqlite"], indirect=True)
of_postgresql = pytest.mark.parametrize("records_environ", ["postgresql"], indirect=True)
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="permissions and limits are those of Linux")


@pytest.fixture
def kept(records_environ):
    """The variables that name records in which one reading is saved."""
    look(records_environ, 0, said=False)
    return records_environ


def saved_elsewhere(environ: dict[str, str], before: str = "", *, privileged: bool = True) -> str:
    """What a process says of another save; `before` is done in it first. Unless privileged, permissions hold for it."""
    script, environ = SAVES.format(before=before), environ | {"PYTHONPATH": str(ROOT)}
    if privileged:
        command = [sys.executable, "-c", script]
        done = subprocess.run(command, cwd=ROOT, env=os.environ | environ, capture_output=True, text=True, timeout=200)
    else:
        done = python(ROOT, "-c", script, **environ)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def in_files(environ: dict[str, str]) -> set[Path]:
    folder = Path(environ["GLIOLENS_DATA"], "files")
    return {path for path in folder.rglob("*") if path.is_file()}


LIMITED = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0}))"


@on_linux
def test_a_disk_without_room_for_a_file(kept):
    before = in_files(kept)
    said = saved_elsewhere(kept, LIMITED.format(200))
    assert said.startswith("RecordsUnavailableError Nothing was saved: File too large")
    assert said.endswith("Free some space there, and try again.")
    assert {path for path in in_files(kept) - before if path.stat().st_size > 200} == set()
    look(kept, 1, said=False)


@on_linux
@of_sqlite
def test_a_disk_without_room_for_the_rows(kept):
    """The files are there when the database's own has no room."""
    said = saved_elsewhere(kept, LIMITED.format(20_000))
    assert said.startswith("RecordsUnavailableError The disk of the records")
    assert "Nothing was saved." in said and said.endswith("try again.")
    look(kept, 1, said=False)


def test_somebody_else_takes_too_long(kept):
    first, second = open_records(kept), open_records(kept, patience=0.2)
    with first.writing(READER):
        with pytest.raises(RecordsUnavailableError, match=r"in use elsewhere.*Nothing was saved\..*try again"):
            save(second, PatientFields("P-1"), reading_number(1))
        with pytest.raises(RecordsUnavailableError, match="in use elsewhere"):  # viewing is written into the log
            reopen(second, READER, id_number(0))
    first.close()
    second.close()
    look(kept, 1, said=False)


@of_sqlite
def test_a_database_that_is_removed_while_it_is_open(kept):
    records, path = open_records(kept), Path(kept["GLIOLENS_DATA"], DATABASE)
    kept_content = path.read_bytes()
    for ending in "", "-wal", "-shm":
        path.with_name(path.name + ending).unlink(missing_ok=True)
    for asked in lambda: save(records, PatientFields("P-1")), lambda: reopen(records, READER, id_number(0)):
        with pytest.raises(RecordsUnavailableError, match="Nothing was saved"):
            asked()
    with pytest.raises(RecordsUnavailableError):
        sweep(records)
    assert not path.exists() and in_files(kept)
    path.write_bytes(kept_content)  # from a backup
    records.close()
    look(kept, 1, said=False)


@of_sqlite
@pytest.mark.parametrize("rubbish", [b"rubbish" * 2000, b"SQLite format 3\0" + b"\xff" * 20_000])
def test_a_database_that_is_replaced_by_rubbish(kept, rubbish):
    records, path = open_records(kept), Path(kept["GLIOLENS_DATA"], DATABASE)
    kept_content = path.read_bytes()
    (path.parent / "new").write_bytes(rubbish)
    (path.parent / "new").replace(path)
    with pytest.raises(RecordsError):
        save(records, PatientFields("P-1"), reading_number(1))
    records.close()
    with pytest.raises(RecordsDamagedError, match=r"Nothing was saved\..*restore it from a backup"):
        open_records(kept)
    assert path.read_bytes() == rubbish
    for ending in "-wal", "-shm":
        path.with_name(path.name + ending).unlink(missing_ok=True)
    path.write_bytes(kept_content)
    look(kept, 1, said=False)


@of_postgresql
def test_a_server_that_throws_everybody_out(kept):
    records = open_records(kept)
    assert counts(records) == (1, 1, 1)
    with records.reading() as session:
        connected = session.scalar(text("SELECT pg_backend_pid()"))
    url = make_url(kept["GLIOLENS_DATABASE_URL"])
    with psycopg.connect(url.set(database="postgres").render_as_string(hide_password=False), autocommit=True) as server:
        server.execute(f"ALTER DATABASE {url.database} WITH ALLOW_CONNECTIONS false")
        server.execute("SELECT pg_terminate_backend(%s)", [connected])
        with pytest.raises(RecordsUnavailableError, match="Nothing was saved"):
            save(records, PatientFields("P-1"), reading_number(1), id=id_number(1))
        server.execute(f"ALTER DATABASE {url.database} WITH ALLOW_CONNECTIONS true")
    save(records, PatientFields("P-1"), reading_number(1), id=id_number(1))  # without being opened anew
    assert counts(records) == (2, 2, 2)
    records.close()


@on_linux
@of_sqlite
def test_a_folder_that_may_only_be_read(kept):
    folder = Path(kept["GLIOLENS_DATA"])
    before = in_files(kept)
    lock(folder)
    said = saved_elsewhere(kept, privileged=False)
    unlock(folder)
    assert said.startswith("RecordsUnavailableError"), said
    assert "Let this account" in said and said.endswith("try again.")
    assert in_files(kept) == before
    look(kept, 1, said=False)


@on_linux
@of_sqlite
def test_files_that_may_not_be_added(kept):
    folder = Path(kept["GLIOLENS_DATA"], "files")
    before = in_files(kept)
    lock(folder)
    said = saved_elsewhere(kept, privileged=False)
    unlock(folder)
    assert said.startswith("RecordsUnavailableError Nothing was saved: Permission denied")
    assert in_files(kept) == before
    look(kept, 1, said=False)
