"""`python -m app records`: what it says, what it leaves, and its exit status."""

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from app.__main__ import main
from app.records.backups import back_up
from app.records.database import Records, open_records
from app.records.tables import Deletion
from tests.records.filled_records import files, fill, left_in, rows
from tests.records_fixtures import ADMIN, noted

pytestmark = pytest.mark.parametrize("records_environ", ["sqlite"], indirect=True)


@pytest.fixture
def filled(records: Records, records_environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Records:
    """Records with something in them, which the environment names."""
    fill(records)
    for name, value in records_environ.items():
        monkeypatch.setenv(name, value)
    return records


def test_export_and_import(
    filled: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOGNAME", "ada")
    assert main(["records", "export", str(tmp_path / "a.zip")]) == 0
    said, other = capsys.readouterr()
    assert said.startswith(f"Written and checked: {tmp_path / 'a.zip'}\n7 patients, 10 studies, 9 segmentations, ")
    assert "entries of the log, 30 files\nIt is not encrypted" in said and other == ""
    assert noted(filled, "records")[-1][:2] == ("ada", "export")

    monkeypatch.setenv("GLIOLENS_DATA", str(tmp_path / "new"))
    assert main(["records", "import", str(tmp_path / "a.zip")]) == 0
    said, _ = capsys.readouterr()
    assert said.startswith(f"Restored into {tmp_path / 'new'}: {tmp_path / 'a.zip'} of 20") and "7 patients" in said
    restored = open_records(os.environ)
    assert rows(restored)["patients"] == rows(filled)["patients"] and files(restored) == files(filled)
    restored.close()

    assert main(["records", "import", str(tmp_path / "a.zip")]) == 1
    assert "hold something already" in capsys.readouterr().err


def test_what_cannot_be_used_is_one_line_and_status_two(
    filled: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GLIOLENS_DATA", str(tmp_path / "new"))
    (tmp_path / "a.zip").write_bytes(b"no zip")
    for arguments in (
        ["import", "a.zip"],
        ["import", "b.zip"],
        ["export", "a.zip"],
        ["backup", "b.zip", "--keep", "2"],
    ):
        assert main(["records", arguments[0], str(tmp_path / arguments[1]), *arguments[2:]]) == 2
        said, other = capsys.readouterr()
        assert said == "" and other.startswith("gliolens: ") and other.count("\n") == 1
    assert (tmp_path / "a.zip").read_bytes() == b"no zip"


@pytest.mark.parametrize("arguments", [[], ["export"], ["backup", "x", "--keep", "0"], ["backup", "x", "--keep", "-1"]])
def test_arguments_that_make_no_sense(
    arguments: list[str], filled: Records, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["records", *arguments])
    assert ended.value.code == 2 and capsys.readouterr().err.count("\n") == 1


def test_backups_have_the_time_in_their_names(
    filled: Records, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["records", "backup", str(tmp_path / "made" / "here")]) == 0
    (name,) = left_in(tmp_path / "made" / "here")
    assert re.fullmatch(r"gliolens-records-20\d{6}T\d{6}Z\.zip", name)
    assert f"Written and checked: {tmp_path / 'made' / 'here' / name}\n7 patients" in capsys.readouterr().out
    assert main(["records", "backup", str(tmp_path / "mine.zip")]) == 0
    assert (tmp_path / "mine.zip").is_file()


def test_earlier_backups_go(filled: Records, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    earlier = tmp_path / "gliolens-records-20200101T000000Z.zip"
    back_up(filled, ADMIN, tmp_path).path.rename(earlier)
    assert main(["records", "backup", str(tmp_path), "--keep", "1"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"Removed: {earlier}"
    assert not earlier.exists() and len(list(tmp_path.glob("*.zip"))) == 1


def test_purge(filled: Records, capsys: pytest.CaptureFixture[str]) -> None:
    with filled.writing(ADMIN) as session:
        session.execute(update(Deletion).values(at=datetime.now(UTC) - timedelta(days=31)))
    assert main(["records", "purge"]) == 0
    assert capsys.readouterr().out == "Removed for good: 6 rows, 0 files\n"  # the files are of today
    assert rows(filled)["deletions"] == []
