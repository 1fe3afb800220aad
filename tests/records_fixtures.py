"""Records for tests, in SQLite and in PostgreSQL; tests/conftest.py makes the fixtures known everywhere.

A test that takes `records` runs on both. One that needs no database in particular asks for the quicker one:

    @pytest.mark.parametrize("records_environ", ["sqlite"], indirect=True)
"""

import json
import shutil

import psycopg
import pytest
from sqlalchemy import select

from app.records.database import open_records
from app.records.place import DATABASE
from app.records.rows import NewSegmentation, NewStudy
from app.records.tables import AuditEntry, Table
from app.records.who import Actor, Role
from tests.postgresql_server import new_database, server

READER, REVIEWER, ADMIN = Actor("Rea", Role.READER), Actor("Viv", Role.REVIEWER), Actor("Ada", Role.ADMIN)

_END_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
    "AND pid <> pg_backend_pid()"
)
"""What a test has left connected would wait, and be waited for."""
_EMPTY = (
    "ALTER TABLE audit DISABLE TRIGGER USER; "  # they let nobody
    f"TRUNCATE {', '.join(Table.metadata.tables)}; "
    "ALTER TABLE audit ENABLE TRIGGER USER"
)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory):
    """A new database in SQLite, to be copied."""
    folder = tmp_path_factory.mktemp("template")
    open_records({"GLIOLENS_DATA": str(folder)}).close()
    return folder / DATABASE


@pytest.fixture(scope="session")
def postgresql_server():
    """The URL of a server on which tests may make databases."""
    with server() as url:
        yield url


@pytest.fixture
def postgresql_database(postgresql_server):
    """The URL of a new database without tables; a tenth of a second dearer than `records`."""
    with new_database(postgresql_server) as url:
        yield url


@pytest.fixture(scope="session")
def postgresql_records(postgresql_server, tmp_path_factory):
    """The URL of a database with empty tables, which all tests use, and a connection to empty it with."""
    with new_database(postgresql_server) as url:
        folder = tmp_path_factory.mktemp("template")
        open_records({"GLIOLENS_DATA": str(folder), "GLIOLENS_DATABASE_URL": url}).close()
        with psycopg.connect(url, autocommit=True) as connection:
            yield url, connection


@pytest.fixture(params=["sqlite", "postgresql"])
def records_environ(request, tmp_path):
    """The variables that name new, empty records: for `open_records`, and for processes."""
    folder = tmp_path / "records"
    folder.mkdir(mode=0o700)
    environ = {"GLIOLENS_DATA": str(folder)}
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), folder / DATABASE)
        return environ
    url, connection = request.getfixturevalue("postgresql_records")
    connection.execute(_END_OTHERS)
    connection.execute(_EMPTY)
    return environ | {"GLIOLENS_DATABASE_URL": url}


@pytest.fixture
def records(records_environ):
    """New, empty records."""
    opened = open_records(records_environ)
    yield opened
    opened.close()


def new_study(records, scan="scan 1", **fields):
    """A study to be saved, whose files are in the store; scans of one name are the same scan."""
    return NewStudy(
        **{
            "taken_on": None,
            "sequences": "FLAIR+T1ce",
            "slices": 5,
            "source_sha256": records.files.put(f"voxels of {scan}".encode()),
            "scan_file": records.files.put(f"scan file of {scan}".encode()),
            "thumbnail_file": records.files.put(f"thumbnail of {scan}".encode()),
        }
        | fields
    )


def new_segmentation(records, result="result 1", **fields):
    """A segmentation to be saved, whose files are in the store."""
    return NewSegmentation(
        **{
            "checkpoint_sha256": "c" * 64,
            "preprocessing": 3,
            "threshold": 0.45,
            "slice": 2,
            "sequence": "FLAIR",
            "smallest": 10,
            "result_file": records.files.put(f"levels of {result}".encode()),
            "card_file": records.files.put(b"{}"),
            "mask_sha256": "a" * 64,
            "voxels": 1234,
            "volume_ml": 12.5,
            "lesions": 2,
            "measurements": {"lesions": []},
        }
        | fields
    )


def noted(records, subject):
    """What the audit log says of it, the earliest first: who, act and detail."""
    query = select(AuditEntry).where(AuditEntry.subject == subject).order_by(AuditEntry.number)
    with records.reading() as session:
        return [(entry.who, entry.act, json.loads(entry.detail)) for entry in session.scalars(query)]
