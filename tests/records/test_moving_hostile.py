"""Zips whose checksums fit, made by somebody who means harm: refused, with nothing changed."""

import json
from pathlib import Path

import pytest

from app.errors import InputError, RecordsDamagedError, UnreadableFileError, UnsupportedFileError
from app.records.database import Records
from app.records.moving import LIST
from app.records.moving_in import import_records
from tests.records.filled_records import new_records, rows
from tests.records.made_zips import assert_refused, changed, members_of, set_in, write
from tests.records_fixtures import ADMIN

PATIENTS, STUDIES, FOUND, LOG = "patients.jsonl", "studies.jsonl", "segmentations.jsonl", "audit.jsonl"


def test_it_would_be_taken_if_nothing_were_changed(sound_zip: Path, tmp_path: Path) -> None:
    with new_records(tmp_path / "records") as other:
        import_records(other, ADMIN, write(tmp_path / "a.zip", members_of(sound_zip)))
        assert len(rows(other)["patients"]) == 7


BAD_VALUES = [
    *((PATIENTS, "id", value) for value in ("", "../../etc/passwd", "A" * 32, "g" * 32, "a" * 33, 7, None)),
    *((PATIENTS, "pseudonym", value) for value in ("x" * 81, "a\0b", "\ud800", 7, None, ["P"])),
    *((PATIENTS, "birth_year", value) for value in ("1960", 1960.5, True, 2**40, 10**30)),
    *(
        (PATIENTS, "created_at", value)
        for value in ("yesterday", "2024-01-01T00:00:00", "0001-01-01T00:00:00+05:00", 7)
    ),
    *((PATIENTS, "sex", value) for value in ("", "Female", 1)),
    *((STUDIES, "taken_on", value) for value in ("2024-02-30", "20240229T", 20240229)),
    *((STUDIES, "scan_file", value) for value in ("../secret", "0" * 64, "A" * 64, None)),
    *((STUDIES, "patient_id", value) for value in ("0" * 32, None)),
    *((FOUND, "step", value) for value in (-1, 201, 0.5)),
    *((FOUND, "volume_ml", value) for value in ("1", True, 10**400)),
    *((FOUND, "measurements", value) for value in (None, [], "{}")),
    *((FOUND, "review", value) for value in ("", "ACCEPTED", None)),
]


@pytest.mark.parametrize(("name", "column", "value"), BAD_VALUES)
def test_values_that_no_row_has(
    sound_zip: Path, empty: Records, tmp_path: Path, name: str, column: str, value: object
) -> None:
    members = changed(members_of(sound_zip), name, set_in(column, value))
    assert_refused(empty, write(tmp_path / "a.zip", members))


ODD_LINES = {
    "no object": b"[]\n",
    "no JSON": b"{\n",
    "no UTF-8": b'{"id": "\xff"}\n',
    "not a number": b'{"volume_ml": NaN}\n',
    "too deep": b"[" * 100_000 + b"\n",
    "no end": b"{}",
    "nothing": b"\n",
    "columns are missing": b'{"id": "0"}\n',
}


@pytest.mark.parametrize("name", ODD_LINES)
def test_lines_that_are_no_rows(sound_zip: Path, empty: Records, tmp_path: Path, name: str) -> None:
    members = members_of(sound_zip)
    assert_refused(empty, write(tmp_path / "a.zip", members | {FOUND: members[FOUND] + ODD_LINES[name]}))


def take_a_pseudonym(lines: list[dict]) -> None:
    """Of two patients who are there; one that was deleted or merged may share it."""
    first, second = [line for line in lines if line["deletion_id"] is None and line["merged_into"] is None][:2]
    second.update(key=first["key"])


ROWS = {
    "the same row twice": (PATIENTS, lambda lines: lines.append(lines[0])),
    "a pseudonym twice": (PATIENTS, take_a_pseudonym),
    "merged into nobody": (PATIENTS, set_in("merged_into", "0" * 32)),
    "a study of nobody": (STUDIES, set_in("patient_id", "0" * 32)),
    "a study less": (STUDIES, lambda lines: lines.pop()),
    "one more column": (STUDIES, set_in("and", 1)),
    "a row less in the log": (LOG, lambda lines: lines.pop(2)),
}


@pytest.mark.parametrize("name", ROWS)
def test_rows_that_do_not_fit_together(sound_zip: Path, empty: Records, tmp_path: Path, name: str) -> None:
    members = changed(members_of(sound_zip), *ROWS[name])
    assert_refused(
        empty, write(tmp_path / "a.zip", members), RecordsDamagedError if LOG in ROWS[name] else UnreadableFileError
    )


def test_a_log_that_was_altered_before_is_told_as_such(sound_zip: Path, empty: Records, tmp_path: Path) -> None:
    members = changed(members_of(sound_zip), LOG, set_in("who", "somebody else"))
    assert_refused(empty, write(tmp_path / "a.zip", members), RecordsDamagedError, "entry 1 does not follow")


def test_another_whole_log_than_the_manifest_says(sound_zip: Path, empty: Records, tmp_path: Path) -> None:
    members = changed(members_of(sound_zip), LOG, lambda lines: lines.pop())
    assert_refused(empty, write(tmp_path / "a.zip", members))


MORE = [
    "../../evil",
    "/etc/passwd",
    "files/../../evil",
    "files/aa/../../evil",
    "C:\\evil",
    "evil.txt",
    f"files/00/{0:064}",
]


@pytest.mark.parametrize("name", MORE)
def test_members_that_do_not_belong_there(sound_zip: Path, empty: Records, tmp_path: Path, name: str) -> None:
    members = members_of(sound_zip)
    assert_refused(empty, write(tmp_path / "a.zip", members | {name: b"evil"}))
    listed = json.dumps({"sha256": name, "bytes": 4}).encode() + b"\n"
    assert_refused(empty, write(tmp_path / "b.zip", members | {name: b"evil", LIST: members[LIST] + listed}))
    assert not (tmp_path / "evil").exists() and not (empty.folder / "evil").exists()


def test_each_member_that_is_missing_or_exchanged_is_noticed(sound_zip: Path, empty: Records, tmp_path: Path) -> None:
    members = members_of(sound_zip)
    scans = [name for name in members if name.startswith("files/")]
    for name in (*scans[:2], PATIENTS, LIST, LOG):
        assert_refused(empty, write(tmp_path / "a.zip", {other: members[other] for other in members if other != name}))
    assert_refused(empty, write(tmp_path / "a.zip", members | {scans[0]: members[scans[1]]}))
    assert_refused(empty, write(tmp_path / "a.zip", members | {scans[0]: b"x" * len(members[scans[0]])}))


@pytest.mark.parametrize(
    "manifest",
    [{"schema": "9999"}, {"version": 2}, {"version": 2, "members": None}, {"schema": "0000"}],
)
def test_of_another_version(sound_zip: Path, empty: Records, tmp_path: Path, manifest: dict[str, object]) -> None:
    path = write(tmp_path / "a.zip", members_of(sound_zip), manifest)
    assert_refused(empty, path, UnsupportedFileError, "another version of Gliolens")


@pytest.mark.parametrize(
    "manifest", [{"format": "zip"}, {"head": "0" * 64}, {"origin": 1}, {"made_at": "now"}, {"app": None}, {"schema": 1}]
)
def test_manifests_that_are_none(sound_zip: Path, empty: Records, tmp_path: Path, manifest: dict[str, object]) -> None:
    kind = UnsupportedFileError if manifest == {"schema": 1} else UnreadableFileError
    assert_refused(empty, write(tmp_path / "a.zip", members_of(sound_zip), manifest), InputError if kind else kind)
