"""The app in Streamlit's test harness."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from ui_files import CHEAPEST, ROOT

from app.pages import belongings, cache, made, records_room
from app.records.database import Records
from app.records.place import DATABASE


@pytest.fixture(autouse=True)
def empty_caches() -> Iterator[None]:
    """Caches belong to the process: without this, one test would see what another one made. The network may stay."""
    yield
    cache._sample_study.clear()
    made._made.clear()
    made._results.clear()
    belongings._opened.clear()


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=120)


@pytest.fixture
def drop(app: AppTest) -> Callable[..., AppTest]:
    """Open the app with these files dropped on it, and choose them."""

    def dropped(*files: tuple[str, bytes]) -> AppTest:
        app.session_state["study"] = CHEAPEST.id
        app.run()
        app.file_uploader(key="files").set_value([(name, data, "application/octet-stream") for name, data in files])
        return app.run()

    return dropped


@pytest.fixture
def own_records(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Records]:
    """New, empty records, which the pages of this test have."""
    folder = tmp_path / "records"
    folder.mkdir(mode=0o700)
    shutil.copy(sqlite_template, folder / DATABASE)
    monkeypatch.setenv("GLIOLENS_DATA", str(folder))
    monkeypatch.setattr(records_room, "tidy", lambda records: None)
    yield records_room.records()
    records_room._records.clear()
