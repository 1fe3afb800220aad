"""What the tests of moving records share."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.records.database import Records
from app.records.moving_out import export_records
from app.records.place import DATABASE
from tests.records.filled_records import fill, new_records
from tests.records_fixtures import ADMIN


@pytest.fixture(scope="session")
def sound_zip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of filled records."""
    folder = tmp_path_factory.mktemp("sound")
    with new_records(folder / "records") as filled:
        fill(filled)
        export_records(filled, ADMIN, folder / "sound.zip")
    return folder / "sound.zip"


@pytest.fixture
def empty(sqlite_template: Path, tmp_path: Path) -> Iterator[Records]:
    """Empty records in SQLite, apart from `records`."""
    (tmp_path / "empty").mkdir()
    shutil.copy(sqlite_template, tmp_path / "empty" / DATABASE)
    with new_records(tmp_path / "empty") as opened:
        yield opened
