import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.checks.storage import DATABASE, data_folder, database, space, write_access
from app.durable import PARTIAL


@pytest.fixture
def blocked(tmp_path):
    """A folder that nobody can make, not even root: there is a file in its way."""
    (tmp_path / "file").write_text("")
    return tmp_path / "file" / "data"


def make_database(folder: Path, rows: int = 500) -> Path:
    with closing(sqlite3.connect(folder / DATABASE)) as connection:
        connection.execute("CREATE TABLE patients (id INTEGER PRIMARY KEY, name TEXT)")
        connection.execute("CREATE TABLE studies (id INTEGER PRIMARY KEY, patient INTEGER REFERENCES patients)")
        connection.executemany("INSERT INTO patients VALUES (?, ?)", ((n, "x" * 50) for n in range(rows)))
        connection.commit()
    return folder / DATABASE


def test_the_folder_is_named_or_that_of_the_user(tmp_path):
    assert data_folder({"GLIOLENS_DATA": str(tmp_path)}) == tmp_path
    assert data_folder({}).name == "gliolens" and data_folder({}).is_absolute()
    assert data_folder({"GLIOLENS_DATA": ""}) == data_folder({})


class TestWriteAccess:
    def test_nothing_is_left_behind(self, tmp_path):
        assert write_access(tmp_path / "not" / "yet").ok
        assert write_access(tmp_path).ok
        assert list(tmp_path.iterdir()) == []

    def test_a_file_in_its_place(self, blocked):
        for folder in (blocked, blocked.parent):
            finding = write_access(folder)
            assert not finding.ok and "GLIOLENS_DATA" in finding.advice and str(folder) in finding.said

    def test_a_disk_that_is_full(self, tmp_path, monkeypatch):
        def full(*_):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("app.durable.os.fsync", full)
        assert "No space left on device" in write_access(tmp_path).said
        assert list(tmp_path.iterdir()) == []

    def test_a_disk_that_loses_what_is_written(self, tmp_path, monkeypatch):
        monkeypatch.setattr("app.checks.storage.write_whole", lambda path, _: path.write_bytes(b""))
        assert not write_access(tmp_path).ok


def test_space(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=2**31 if path == tmp_path else 0))
    assert space(tmp_path / "not" / "yet", 2**31).ok
    finding = space(tmp_path, 2**31 + 1)
    assert not finding.ok and "2.0 GiB are free" in finding.said and finding.advice


class TestDatabase:
    def test_none_yet(self, tmp_path):
        assert "has no database yet" in database(tmp_path / "data").said
        assert list(tmp_path.iterdir()) == []

    def test_none_can_be_made(self, blocked):
        finding = database(blocked)
        assert not finding.ok and "no database can be made" in finding.said

    def test_a_disk_on_which_sqlite_does_not_work_as_it_should(self, tmp_path, monkeypatch):
        connect = sqlite3.connect
        monkeypatch.setattr(sqlite3, "connect", lambda _: connect(":memory:"))
        assert "journal memory" in database(tmp_path).said

    def test_one_that_is_whole_stays_as_it_is(self, tmp_path):
        path = make_database(tmp_path)
        before = path.read_bytes()
        assert database(tmp_path).ok
        assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]

    def test_one_that_is_damaged(self, tmp_path):
        path = make_database(tmp_path)
        content = bytearray(path.read_bytes())
        content[3 * 4096 : 4 * 4096] = b"\xff" * 4096
        path.write_bytes(content)
        finding = database(tmp_path)
        assert not finding.ok and "backup" in finding.advice

    def test_what_is_no_database(self, tmp_path):
        (tmp_path / DATABASE).write_bytes(b"these are notes, and not a database" * 100)
        assert "file is not a database" in database(tmp_path).said

    def test_a_study_without_its_patient(self, tmp_path):
        with closing(sqlite3.connect(make_database(tmp_path))) as connection:
            connection.execute("INSERT INTO studies VALUES (1, 9999)")
            connection.commit()
        assert not database(tmp_path).ok


def test_unfinished_files_are_not_left_either(tmp_path):
    write_access(tmp_path)
    assert list(tmp_path.rglob(f"*{PARTIAL}")) == []
