"""A full disk, and folders that cannot be written to: told, and nothing is left or changed."""

import errno
import os
from collections import namedtuple
from pathlib import Path
from typing import NoReturn

import pytest

from app.errors import InputError, RecordsUnavailableError
from app.records.database import Records
from app.records.moving_in import import_records
from app.records.moving_out import export_records
from tests.records.filled_records import files, fill, left_in, rows
from tests.records_fixtures import ADMIN


def full(*_: object, **__: object) -> NoReturn:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("records_environ", ["sqlite"], indirect=True)
@pytest.mark.parametrize("where", ["app.durable.os.fsync", "app.durable.Path.replace", "app.records.moving_out.listed"])
def test_an_export(records: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    fill(records)
    (tmp_path / "out").mkdir()
    with (
        monkeypatch.context() as patched,
        pytest.raises(InputError, match=r"left on device\. Free some space"),
    ):
        patched.setattr(where, full)
        export_records(records, ADMIN, tmp_path / "out" / "a.zip")
    assert left_in(tmp_path / "out") == []
    export_records(records, ADMIN, tmp_path / "out" / "a.zip")


@pytest.mark.parametrize("where", ["app.durable.os.fsync", "app.durable.Path.replace"])
def test_an_import(
    sound_zip: Path, empty: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    with monkeypatch.context() as patched, pytest.raises(RecordsUnavailableError, match="No space left on device"):
        patched.setattr(where, full)
        import_records(empty, ADMIN, sound_zip)
    assert not any(rows(empty).values()) and left_in(empty.folder) == []


def test_an_import_whose_last_file_cannot_be_moved(
    sound_zip: Path, empty: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved, really = [], Path.replace

    def replace(path: Path, target: Path) -> Path:
        if ".import-" in str(target):
            return really(path, target)
        moved.append(target)
        return really(path, target) if len(moved) < 30 else full()

    with monkeypatch.context() as patched, pytest.raises(RecordsUnavailableError, match="cannot be moved"):
        patched.setattr(Path, "replace", replace)
        import_records(empty, ADMIN, sound_zip)
    assert not any(rows(empty).values()) and len(left_in(empty.folder)) == 29  # which the sweep takes in a day
    import_records(empty, ADMIN, sound_zip)
    assert len(files(empty)) == 30


def test_an_import_that_would_not_fit_is_not_begun(
    sound_zip: Path, empty: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "free")
    monkeypatch.setattr("app.records.moving_in.shutil.disk_usage", lambda _: usage(100))
    with pytest.raises(RecordsUnavailableError, match=r"Nothing was changed\. Free some space"):
        import_records(empty, ADMIN, sound_zip)
    assert left_in(empty.folder) == []


def test_what_a_crash_left_is_removed_after_a_day(sound_zip: Path, empty: Records) -> None:
    old, new = (empty.files.folder / f".import-{name}.partial" for name in ("old", "new"))
    for folder in (old, new):
        (folder / "ab").mkdir(parents=True)
        (folder / "ab" / "cd").write_bytes(b"left")
    os.utime(old, (0, 0))
    import_records(empty, ADMIN, sound_zip)
    assert not old.exists() and new.exists()
    assert len(files(empty)) == 30 and set(empty.files.all()) == set(files(empty))
