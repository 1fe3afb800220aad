"""The records as pages have them: opened once, tidied once, and told when they cannot be had."""

import threading
from pathlib import Path

import pytest
from patients_page import page

from app.errors import RecordsUnavailableError
from app.pages import records_room
from app.records.database import Records


def finish_tidying() -> None:
    for thread in threading.enumerate():
        if thread.name == "tidy":
            thread.join()


def test_they_are_opened_once_and_tidied_in_the_background(
    own_records: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tidied: list[Records] = []
    monkeypatch.setattr(records_room, "tidy", tidied.append)
    assert records_room.records() is own_records
    monkeypatch.setenv("GLIOLENS_DATA", str(tmp_path / "other"))
    other = records_room.records()
    assert other is records_room.records() and other.folder == tmp_path / "other"
    finish_tidying()
    assert tidied == [other]


def test_a_failure_to_tidy_is_logged_and_no_more(
    own_records: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged: list[str] = []

    def fail(_: Records) -> None:
        raise RecordsUnavailableError("The disk of the records is full.")

    monkeypatch.setattr(records_room, "tidy", fail)
    monkeypatch.setattr(records_room.log, "unexpected", lambda error: logged.append(type(error).__name__))
    monkeypatch.setenv("GLIOLENS_DATA", str(tmp_path / "other"))
    records_room.records()
    finish_tidying()
    assert logged == ["RecordsUnavailableError"]


def test_a_page_says_when_they_cannot_be_had_and_tries_again(
    own_records: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("no folder")
    monkeypatch.setenv("GLIOLENS_DATA", str(blocked / "data"))
    app = page()
    app.run()
    assert not app.exception and "The folder for data cannot be made" in app.error[0].value
    blocked.unlink()
    app.run()
    assert not app.exception and not app.error
