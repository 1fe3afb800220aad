import importlib
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from app.errors import RecordsUnavailableError
from app.records.database import open_records
from app.records.engine import sqlite_engine
from app.records.migrating import newest, present
from app.records.migrations import versions
from app.records.place import DATABASE
from app.records.tables import Table
from tests.records_fixtures import ADMIN

ROOT = Path(__file__).parents[2]
OPENING = (
    "import os; from app.records.database import open_records; r = open_records(os.environ); print(r.kind); r.close()"
)


STEPS = ["app.records.migrations.versions.v0001_tables", "app.records.migrations.versions.v0002_append_only"]
"""In their order; a new one is added here."""


@pytest.fixture(params=["sqlite", "postgresql"])
def new_environ(request, tmp_path):
    """Where nothing is yet."""
    environ = {"GLIOLENS_DATA": str(tmp_path / "not" / "yet")}
    if request.param == "postgresql":
        environ["GLIOLENS_DATABASE_URL"] = request.getfixturevalue("postgresql_database")
    return environ


@pytest.fixture
def opened(new_environ):
    records = open_records(new_environ)
    yield records
    records.close()


def test_each_step_follows_the_one_before_and_none_leads_back():
    before = None
    for name in STEPS:
        step = importlib.import_module(name)
        assert step.down_revision == before and not hasattr(step, "downgrade")
        before = step.revision
    assert before == newest()


def test_the_steps_lead_to_the_tables(opened):
    with opened.writing(ADMIN) as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        assert compare_metadata(context, Table.metadata) == []
        assert set(inspect(session.connection()).get_table_names()) == {*Table.metadata.tables, "alembic_version"}
        assert context.get_current_revision() == newest()
        assert _conditions(session) == {
            "one_pseudonym_once": "deletion_id IS NULL AND merged_into IS NULL",
            "one_scan_once": "deletion_id IS NULL",
            "patients_by_deletion_id": "deletion_id IS NOT NULL",
            "patients_by_merged_into": "merged_into IS NOT NULL",
            "studies_by_deletion_id": "deletion_id IS NOT NULL",
            "segmentations_by_deletion_id": "deletion_id IS NOT NULL",
        }


def _conditions(session):
    """Of indexes on some rows alone, which `compare_metadata` does not look at."""
    inspector, kind = inspect(session.connection()), session.get_bind().dialect.name
    indexes = [index for table in Table.metadata.tables for index in inspector.get_indexes(table)]
    where = {index["name"]: str(index.get("dialect_options", {}).get(f"{kind}_where", "")) for index in indexes}
    return {name: text.replace("(", "").replace(")", "") for name, text in where.items() if text}


def test_opening_again_changes_nothing(opened, new_environ):
    with opened.reading() as session:
        before = inspect(session.connection()).get_table_names()
    again = open_records(new_environ)
    with again.reading() as session:
        assert inspect(session.connection()).get_table_names() == before
    again.close()


def test_a_newer_version_of_the_app_was_there(opened, new_environ):
    with opened.writing(ADMIN) as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(RecordsUnavailableError, match=r"newer version.*Update the app"):
        open_records(new_environ)
    with opened.reading() as session:
        assert session.scalar(text("SELECT version_num FROM alembic_version")) == "9999"


def test_a_step_that_breaks_leaves_nothing(new_environ, tmp_path, monkeypatch):
    broken = tmp_path / "100 % broken"
    shutil.copytree(Path(versions.__file__).parents[1], broken)
    (broken / "versions" / "v9999_breaks.py").write_text(
        f"from alembic import op\nimport sqlalchemy as sa\nrevision, down_revision = '9999', '{newest()}'\n"
        "def upgrade():\n    op.create_table('half', sa.Column('id', sa.Integer()))\n    raise RuntimeError('broke')\n"
    )
    with monkeypatch.context() as patched:
        patched.setattr("app.records.migrating.SCRIPTS", str(broken))
        with pytest.raises(RuntimeError, match="broke"):
            open_records(new_environ)
    records = open_records(new_environ)
    with records.reading() as session:
        assert "half" not in inspect(session.connection()).get_table_names()
    records.close()


def test_processes_that_open_new_records_at_once_from_any_folder(new_environ, tmp_path):
    environ = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], **new_environ}
    command = [sys.executable, "-W", "error", "-c", OPENING]
    with ThreadPoolExecutor(2) as pool:
        done = list(
            pool.map(
                lambda _: subprocess.run(
                    command, env=environ, cwd=tmp_path, capture_output=True, text=True, timeout=60
                ),
                range(2),
            )
        )
    kind = "postgresql" if "GLIOLENS_DATABASE_URL" in new_environ else "sqlite"
    assert [(one.returncode, one.stdout, one.stderr) for one in done] == [(0, f"{kind}\n", "")] * 2


def test_threads_that_open_new_records_at_once(new_environ):
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _: open_records(new_environ), range(4)))
    for records in opened:
        with records.writing(ADMIN) as session:
            assert len(session.execute(text("SELECT * FROM alembic_version")).all()) == 1
        records.close()


def test_a_new_file_is_at_no_step(tmp_path):
    (tmp_path / DATABASE).touch()
    engine = sqlite_engine(tmp_path / DATABASE, 1)
    assert present(engine) is None
    engine.dispose()
