"""Everything there and back, between SQLite and PostgreSQL, while somebody saves."""

import json
import os
import threading
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.errors import InputError, NotAllowedError, RecordMissingError, RecordsConflictError, RecordsDamagedError
from app.records.audit import verify
from app.records.database import Records
from app.records.moving import FORMAT, LIST, MANIFEST
from app.records.moving_in import import_records
from app.records.moving_out import export_records
from tests.records.filled_records import files, fill, left_in, new_records, rows, save_one
from tests.records_fixtures import ADMIN, READER, noted

sqlite_only = pytest.mark.parametrize("records_environ", ["sqlite"], indirect=True)


@pytest.fixture
def filled(records: Records) -> Records:
    fill(records)
    return records


@pytest.fixture
def of_the_other_kind(records: Records, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Records]:
    url = request.getfixturevalue("postgresql_database") if records.kind == "sqlite" else None
    with new_records(tmp_path / "other", url) as other:
        yield other


def test_everything_is_there_in_the_other_kind_and_back_again(
    filled: Records, of_the_other_kind: Records, empty: Records, tmp_path: Path
) -> None:
    export_records(filled, ADMIN, tmp_path / "a.zip")
    before, scans = rows(filled), files(filled)
    counts = [len(before[name]) for name in ("patients", "studies", "segmentations", "deletions")]
    assert counts == [7, 10, 9, 2]

    manifest = import_records(of_the_other_kind, ADMIN, tmp_path / "a.zip")
    export_records(of_the_other_kind, ADMIN, tmp_path / "b.zip")
    import_records(empty, ADMIN, tmp_path / "b.zip")

    assert of_the_other_kind.kind != filled.kind
    assert manifest.lines("patients.jsonl") == 7 and manifest.lines(LIST) == len(scans)
    for later in (of_the_other_kind, empty):
        after = rows(later)
        log = after.pop("audit")
        assert after == {name: found for name, found in before.items() if name != "audit"}
        assert log[: len(before["audit"])] == before["audit"]
        with later.reading() as session:
            assert verify(session).sound
        assert files(later) == scans
    assert [act for _, act, _ in noted(empty, "records")] == ["export", "import", "export", "import"]


@sqlite_only
def test_any_tool_can_read_it(filled: Records, tmp_path: Path) -> None:
    export_records(filled, ADMIN, tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.testzip() is None
        assert json.loads(archive.read(MANIFEST))["format"] == FORMAT
        patients = [json.loads(line) for line in archive.read("patients.jsonl").splitlines()]
        (p7,) = (row for row in patients if row["pseudonym"] == "P-7")
        studies = [json.loads(line) for line in archive.read("studies.jsonl").splitlines()]
        scan = next(row["scan_file"] for row in studies if row["patient_id"] == p7["id"])
        assert archive.read(f"files/{scan[:2]}/{scan}") == b"scan file of scan 0 None"
    assert (p7["birth_year"], p7["sex"], p7["notes"][:7], p7["created_at"][-6:]) == (
        1960,
        "female",
        "Zeile 1",
        "+00:00",
    )
    assert (tmp_path / "a.zip").stat().st_mode & 0o777 == 0o600


@sqlite_only
def test_what_is_purged_meanwhile_is_still_copied(filled: Records, tmp_path: Path) -> None:
    scans = files(filled)
    for digest in scans:
        os.utime(filled.files.path(digest), (0, 0))

    def purged(done: int, of: int) -> None:
        assert filled.files.sweep(set(), older_than=timedelta(hours=23)) == 0

    export_records(filled, ADMIN, tmp_path / "a.zip", progress=purged)
    assert files(filled) == scans


def test_what_is_saved_meanwhile_is_there_as_a_whole_or_not_at_all(
    filled: Records, empty: Records, tmp_path: Path
) -> None:
    saved, went_on, ended = [], threading.Condition(), threading.Event()

    def save() -> None:
        while not ended.wait(0.02):  # SQLite's lock is nobody's turn: who never lets go of it keeps all others out
            save_one(filled, len(saved))
            with went_on:
                saved.append(None)
                went_on.notify()

    def copying(done: int, of: int) -> None:
        """Ends the saving once somebody has saved while files are copied."""
        before = len(saved)
        with went_on:
            assert ended.is_set() or went_on.wait_for(lambda: len(saved) > before, 30)
        ended.set()

    saver = threading.Thread(target=save)
    saver.start()
    try:
        with went_on:
            went_on.wait_for(lambda: saved, 30)
        export_records(filled, ADMIN, tmp_path / "a.zip", progress=copying)
    finally:
        ended.set()
        saver.join()
    manifest = import_records(empty, ADMIN, tmp_path / "a.zip")
    there = rows(empty)
    new = [row["id"] for row in there["patients"] if row["pseudonym"].startswith("Q-")]
    of_new = [row["id"] for row in there["studies"] if row["patient_id"] in new]
    found = [row for row in there["segmentations"] if row["study_id"] in of_new]
    assert 0 < len(new) < len(saved) and len(new) == len(of_new) == len(found)
    assert manifest.lines("patients.jsonl") == len(there["patients"])
    assert files(empty)  # each of them is there and whole


def test_records_that_hold_something_are_left_alone(filled: Records, tmp_path: Path) -> None:
    export_records(filled, ADMIN, tmp_path / "a.zip")
    before = rows(filled)
    with pytest.raises(RecordsConflictError, match=r"goes into empty ones\..*GLIOLENS_DATA"):
        import_records(filled, ADMIN, tmp_path / "a.zip")
    assert rows(filled) == before


@sqlite_only
def test_something_that_is_saved_while_it_is_read_wins(filled: Records, empty: Records, tmp_path: Path) -> None:
    export_records(filled, ADMIN, tmp_path / "a.zip")

    def saved(done: int, of: int) -> None:
        if done == of:
            save_one(empty, 1)

    with pytest.raises(RecordsConflictError, match="hold something already"):
        import_records(empty, ADMIN, tmp_path / "a.zip", progress=saved)
    assert [row["pseudonym"] for row in rows(empty)["patients"]] == ["Q-1"]
    assert len(left_in(empty.files.folder)) == len(files(empty)) + 1  # and the voxels, which the fixture puts as well


@sqlite_only
def test_empty_records_move_too(records: Records, empty: Records, tmp_path: Path) -> None:
    manifest = export_records(records, ADMIN, tmp_path / "a.zip")
    import_records(empty, ADMIN, tmp_path / "a.zip")
    assert (manifest.lines("patients.jsonl"), manifest.lines("audit.jsonl")) == (0, 1)


@sqlite_only
def test_who_may_not_and_where_it_cannot(filled: Records, empty: Records, tmp_path: Path) -> None:
    (tmp_path / "there.zip").write_bytes(b"mine")
    with pytest.raises(InputError, match="there already"):
        export_records(filled, ADMIN, tmp_path / "there.zip")
    with pytest.raises(InputError, match="no folder"):
        export_records(filled, ADMIN, tmp_path / "no" / "a.zip")
    export_records(filled, ADMIN, tmp_path / "a.zip")
    with pytest.raises(NotAllowedError):
        import_records(empty, READER, tmp_path / "a.zip")
    with pytest.raises(InputError, match="no file"):
        import_records(empty, ADMIN, tmp_path / "b.zip")
    with pytest.raises(InputError, match="cannot be read"):
        import_records(empty, ADMIN, tmp_path)
    assert (tmp_path / "there.zip").read_bytes() == b"mine" and not left_in(empty.folder)


@sqlite_only
def test_a_lost_or_altered_file_is_told_and_leaves_no_zip(filled: Records, tmp_path: Path) -> None:
    digest = min(files(filled))
    path = filled.files.path(digest)
    content = path.read_bytes()
    (tmp_path / "out").mkdir()
    path.write_bytes(content + b"x")
    with pytest.raises(RecordsDamagedError, match=digest[:12]):
        export_records(filled, ADMIN, tmp_path / "out" / "a.zip")
    path.unlink()
    with pytest.raises(RecordMissingError, match=digest[:12]):
        export_records(filled, ADMIN, tmp_path / "out" / "a.zip")
    assert left_in(tmp_path / "out") == []
