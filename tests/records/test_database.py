import os
import shutil
import sqlite3
import stat
from contextlib import closing

import pytest
from sqlalchemy import func, select, text

from app.errors import RecordsConflictError, RecordsDamagedError, RecordsUnavailableError
from app.records.database import actor_of, files_of, open_records
from app.records.patients import add_patient, find_patients
from app.records.place import DATABASE
from app.records.rows import PatientFields
from app.records.tables import AuditEntry, Patient
from tests.records_fixtures import ADMIN, READER

SECRET = "pa55w0rd"
sqlite_only = pytest.mark.parametrize("records_environ", ["sqlite"], indirect=True)
postgresql_only = pytest.mark.parametrize("records_environ", ["postgresql"], indirect=True)


def counts(records):
    with records.reading() as session:
        return [session.scalar(select(func.count()).select_from(table)) for table in (Patient, AuditEntry)]


def add(records, name="P-7"):
    with records.writing(READER) as session:
        return add_patient(session, PatientFields(name))


@pytest.fixture
def impatient(records, records_environ):
    """The same records, opened by somebody who does not wait."""
    other = open_records(records_environ, patience=0.05)
    yield other
    other.close()


class TestTransactions:
    def test_a_session_knows_who_and_where(self, records):
        with records.writing(READER) as session:
            assert actor_of(session) is READER and files_of(session) is records.files
        assert records.files.folder == records.folder / "files"

    def test_all_or_nothing(self, records):
        with pytest.raises(KeyboardInterrupt), records.writing(READER) as session:
            add_patient(session, PatientFields("P-7"))
            raise KeyboardInterrupt
        assert counts(records) == [0, 0]

    def test_reading_keeps_nothing(self, records, records_environ):
        add(records)
        with records.reading() as session:
            session.scalars(select(Patient)).one().notes = "changed"
        with records.reading() as session:
            assert session.scalars(select(Patient)).one().notes == ""

    def test_a_reader_sees_one_state_whatever_is_written_meanwhile(self, records):
        with records.reading() as session:
            assert find_patients(session).total == 0
            add(records)
            assert find_patients(session).total == 0
        assert counts(records) == [1, 1]

    def test_whoever_writes_waits_for_its_turn(self, records, impatient):
        with records.writing(READER) as session:
            add_patient(session, PatientFields("P-7"))
            with pytest.raises(RecordsUnavailableError, match=r"in use elsewhere.*Nothing was saved.*try again"):
                add(impatient, "P-8")
            assert counts(impatient) == [0, 0]
        assert counts(impatient) == [1, 1]

    def test_what_two_saved_under_one_name_by_going_round_the_check(self, records):
        """The index refuses what a look before could not see."""
        with pytest.raises(RecordsConflictError, match="meanwhile"), records.writing(ADMIN) as session:
            add_patient(session, PatientFields("P-7"))
            session.execute(
                text(
                    "INSERT INTO patients SELECT 'x', pseudonym, key, searched, birth_year, sex, notes, "
                    "created_at, changed_at, archived_at, merged_into, deletion_id, version FROM patients"
                )
            )
        assert counts(records) == [0, 0]


class TestSqlite:
    @sqlite_only
    def test_as_it_is_meant_to_be(self, records):
        with records.writing(ADMIN) as session:
            asked = ("journal_mode", "synchronous", "foreign_keys")
            assert [session.scalar(text(f"PRAGMA {name}")) for name in asked] == ["wal", 2, 1]
        assert records.kind == "sqlite"

    @pytest.mark.skipif(os.name == "nt", reason="modes are those of POSIX")
    def test_nobody_else_may_look(self, tmp_path):
        records = open_records({"GLIOLENS_DATA": str(tmp_path / "data")})
        paths = (tmp_path / "data", tmp_path / "data" / DATABASE)
        assert [stat.S_IMODE(path.stat().st_mode) for path in paths] == [0o700, 0o600]
        records.close()

    @sqlite_only
    def test_a_full_disk(self, records):
        add(records)
        with pytest.raises(RecordsUnavailableError, match="full"), records.writing(READER) as session:
            pages = session.scalar(text("PRAGMA page_count"))
            session.execute(text(f"PRAGMA max_page_count = {pages}"))
            for number in range(500):
                add_patient(session, PatientFields(f"P {number}", notes="x" * 4000))
        records.close()
        assert counts(records) == [1, 1]

    @sqlite_only
    def test_a_database_that_is_gone_and_comes_back(self, records):
        add(records)
        path = records.folder / DATABASE
        records.close()
        path.rename(path.with_name("elsewhere"))
        for use in (lambda: add(records, "P-8"), lambda: counts(records)):
            with pytest.raises(RecordsUnavailableError, match=r"cannot be reached.*doctor"):
                use()
        assert not path.exists()
        path.with_name("elsewhere").rename(path)
        add(records, "P-9")
        assert counts(records) == [2, 2]

    @sqlite_only
    @pytest.mark.skipif(os.name == "nt", reason="an open file cannot be removed there")
    def test_a_database_that_is_removed_while_it_is_open(self, records):
        add(records)
        path = records.folder / DATABASE
        with records.reading() as session:
            session.scalar(select(1))
        path.unlink()
        with pytest.raises(RecordsUnavailableError, match="cannot be reached"):
            add(records, "P-8")

    @sqlite_only
    def test_one_that_was_exchanged_for_another_is_read_anew(self, records, sqlite_template):
        add(records)
        other = records.folder / "other"
        shutil.copy(sqlite_template, other)
        for ending in ("-wal", "-shm"):
            (records.folder / f"{DATABASE}{ending}").unlink(missing_ok=True)
        other.replace(records.folder / DATABASE)
        assert counts(records) == [0, 0]

    @sqlite_only
    def test_one_that_can_only_be_read(self, records):
        add(records)
        with pytest.raises(RecordsUnavailableError, match="only be read"), records.writing(READER) as session:
            session.execute(text("PRAGMA query_only = ON"))
            add_patient(session, PatientFields("P-8"))
        records.close()
        assert counts(records) == [1, 1]

    @sqlite_only
    def test_a_damaged_one(self, records, records_environ):
        records.close()
        path = records.folder / DATABASE
        path.write_bytes(b"these are notes, and not a database" * 300)
        with pytest.raises(RecordsDamagedError, match="backup"):
            open_records(records_environ)
        path.write_bytes(b"")
        again = open_records(records_environ)
        assert counts(again) == [0, 0]
        again.close()

    def test_a_folder_that_nobody_can_make(self, tmp_path):
        (tmp_path / "file").write_text("")
        for folder in (tmp_path / "file", tmp_path / "file" / "data"):
            with pytest.raises(RecordsUnavailableError, match="GLIOLENS_DATA"):
                open_records({"GLIOLENS_DATA": str(folder)})

    def test_a_folder_in_which_no_log_can_be_kept(self, tmp_path, monkeypatch):
        connect = sqlite3.connect
        monkeypatch.setattr(sqlite3, "connect", lambda *_, **__: connect(":memory:"))
        with pytest.raises(RecordsUnavailableError, match="write-ahead log"):
            open_records({"GLIOLENS_DATA": str(tmp_path)})

    def test_a_folder_with_an_odd_name(self, tmp_path):
        folder = tmp_path / "a ?b #c %20 é"
        records = open_records({"GLIOLENS_DATA": str(folder)})
        add(records)
        records.close()
        assert [path.name for path in tmp_path.iterdir()] == [folder.name]
        with closing(sqlite3.connect(folder / DATABASE)) as connection:
            assert connection.execute("SELECT count(*) FROM patients").fetchone() == (1,)
