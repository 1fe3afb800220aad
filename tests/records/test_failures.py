from pathlib import Path

import pytest
from sqlalchemy import text

from app.errors import RecordsDamagedError, RecordsUnavailableError
from app.records.database import open_records
from app.records.failures import explained
from app.records.patients import add_patient, find_patients
from app.records.place import DATABASE
from app.records.rows import PatientFields
from tests.records_fixtures import READER

SECRET = "pa55w0rd"
postgresql_only = pytest.mark.parametrize("records_environ", ["postgresql"], indirect=True)


def total(records):
    with records.reading() as session:
        return find_patients(session).total


def add(records, name="P-7"):
    with records.writing(READER) as session:
        return add_patient(session, PatientFields(name))


@postgresql_only
def test_connections_that_the_server_has_ended(records, postgresql_records):
    add(records)
    _, other = postgresql_records
    gone = pytest.raises(RecordsUnavailableError, match=r"cannot be reached.*Nothing was saved")
    with gone, records.writing(READER) as session:
        add_patient(session, PatientFields("P-8"))
        own = session.scalar(text("SELECT pg_backend_pid()"))
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (own,))
        add_patient(session, PatientFields("P-9"))
    add(records, "P-9")
    assert total(records) == 2


@postgresql_only
@pytest.mark.parametrize(
    ("state", "kind", "said"),
    [
        ("53100", RecordsUnavailableError, "full"),
        ("53300", RecordsUnavailableError, "cannot be reached"),
        ("25006", RecordsUnavailableError, "only be read"),
        ("42501", RecordsUnavailableError, "only be read"),
        ("40P01", RecordsUnavailableError, "in use elsewhere"),
        ("58030", RecordsUnavailableError, "disk"),
        ("XX001", RecordsDamagedError, "damaged"),
    ],
)
def test_what_the_server_says(records, state, kind, said):
    with pytest.raises(kind, match=f"{said}.*Nothing was saved") as raised, records.writing(READER) as session:
        add_patient(session, PatientFields("P-7"))
        session.execute(text(f"DO $$ BEGIN RAISE EXCEPTION 'P-7' USING ERRCODE = '{state}'; END $$"))
    assert "P-7" not in str(raised.value) and raised.value.__suppress_context__
    assert total(records) == 0


def test_a_server_that_is_not_there_and_a_password(tmp_path, capfd, caplog):
    environ = {"GLIOLENS_DATA": str(tmp_path), "GLIOLENS_DATABASE_URL": f"postgresql://me:{SECRET}@127.0.0.1:1/x"}
    with pytest.raises(RecordsUnavailableError, match="cannot be reached") as raised:
        open_records(environ)
    out, err = capfd.readouterr()
    assert SECRET not in f"{raised.value}{out}{err}{caplog.text}"
    assert not Path(tmp_path / DATABASE).exists()


def test_what_a_transaction_says_holds_no_words_of_a_patient(records):
    """Of an error that nobody foresaw: the parameters of a statement are not printed."""
    with pytest.raises(Exception, match="nowhere") as raised, records.writing(READER) as session:
        session.execute(text("INSERT INTO nowhere VALUES (:name)"), {"name": SECRET})
    assert SECRET not in str(raised.value)


def test_what_is_no_error_of_a_database_comes_out_as_it_is():
    with pytest.raises(KeyError, match="mine"), explained():
        raise KeyError("mine")
