import shutil
import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import text

from app.checks.database import database
from app.errors import RecordsDamagedError, RecordsUnavailableError
from app.records.migrating import newest
from app.records.patients import add_patient
from app.records.place import DATABASE
from app.records.rows import PatientFields
from tests.postgresql_server import new_database
from tests.records_fixtures import ADMIN

SECRET = "pa55w0rd"


class TestNoneYet:
    def test_one_can_be_made_and_nothing_is_left_behind(self, tmp_path):
        assert "has no database yet" in database({"GLIOLENS_DATA": str(tmp_path / "data")}).said
        assert list(tmp_path.iterdir()) == []

    def test_a_file_in_its_place(self, tmp_path):
        (tmp_path / "file").write_text("")
        finding = database({"GLIOLENS_DATA": str(tmp_path / "file" / "data")})
        assert not finding.ok and "no database can be made" in finding.said and "GLIOLENS_DATA" in finding.advice

    def test_a_disk_on_which_sqlite_does_not_work_as_it_should(self, tmp_path, monkeypatch):
        connect = sqlite3.connect
        monkeypatch.setattr(sqlite3, "connect", lambda _: connect(":memory:"))
        finding = database({"GLIOLENS_DATA": str(tmp_path)})
        assert not finding.ok and "no write-ahead log, but: memory" in finding.said

    def test_an_empty_database_on_a_server(self, tmp_path, postgresql_database):
        finding = database({"GLIOLENS_DATA": str(tmp_path), "GLIOLENS_DATABASE_URL": postgresql_database})
        assert finding.ok and "has no tables yet" in finding.said
        assert list(tmp_path.iterdir()) == []


def test_one_that_is_in_use(records, records_environ):
    with records.writing(ADMIN) as session:
        add_patient(session, PatientFields("P-7"))
        finding = database(records_environ)
    assert finding.ok and finding.said.endswith("its tables are those of this app")
    assert ("SQLite" if records.kind == "sqlite" else "PostgreSQL") in finding.said


def test_one_of_an_older_and_of_a_newer_app(records, records_environ):
    with records.writing(ADMIN) as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    try:
        finding = database(records_environ)
        assert finding.ok and "older (step 0001)" in finding.said
        with records.writing(ADMIN) as session:
            session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(RecordsUnavailableError, match="newer version"):
            database(records_environ)
    finally:
        with records.writing(ADMIN) as session:
            session.execute(text("UPDATE alembic_version SET version_num = :newest"), {"newest": newest()})


class TestSqlite:
    @pytest.fixture
    def path(self, tmp_path, sqlite_template):
        return shutil.copy(sqlite_template, tmp_path / DATABASE)

    def test_one_that_is_whole_stays_as_it_is(self, path):
        before = path.read_bytes()
        finding = database({"GLIOLENS_DATA": str(path.parent)})
        assert finding.ok and "journal wal" in finding.said
        assert path.read_bytes() == before and list(path.parent.iterdir()) == [path]

    def test_one_that_is_damaged(self, path):
        content = bytearray(path.read_bytes())
        content[3 * 4096 : 4 * 4096] = b"\xff" * 4096
        path.write_bytes(content)
        with pytest.raises(RecordsDamagedError, match="backup"):
            database({"GLIOLENS_DATA": str(path.parent)})

    def test_what_is_no_database(self, path):
        path.write_bytes(b"these are notes, and not a database" * 100)
        with pytest.raises(RecordsDamagedError, match="backup"):
            database({"GLIOLENS_DATA": str(path.parent)})

    def test_a_row_that_names_one_that_is_not_there(self, path):
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("INSERT INTO studies VALUES ('s', 'nobody', NULL, '', 1, '', '', '', '', '', NULL)")
            connection.commit()
        finding = database({"GLIOLENS_DATA": str(path.parent)})
        assert not finding.ok and "a row of studies names" in finding.said and "backup" in finding.advice


class TestServer:
    def test_one_that_is_not_there(self, tmp_path):
        environ = {"GLIOLENS_DATA": str(tmp_path), "GLIOLENS_DATABASE_URL": f"postgresql://me:{SECRET}@127.0.0.1:1/x"}
        with pytest.raises(RecordsUnavailableError, match="cannot be reached") as raised:
            database(environ)
        assert SECRET not in str(raised.value)

    def test_another_encoding(self, tmp_path, postgresql_server):
        with new_database(postgresql_server, "ENCODING LATIN1 LOCALE 'C'") as url:
            finding = database({"GLIOLENS_DATA": str(tmp_path), "GLIOLENS_DATABASE_URL": url})
        assert not finding.ok and "LATIN1" in finding.said and "UTF8" in finding.advice
