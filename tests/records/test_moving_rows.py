"""Rows as lines: what each kind of value becomes, and that it comes back as it was."""

import json
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from app.records.moving_rows import all_tables, files_of, line_of, loose, row_of, table_name

TABLES = {table.name: table for table in all_tables()}
MOMENT = datetime(2026, 3, 1, 10, 11, 12, 345, tzinfo=UTC)
STUDY = {
    "id": "0" * 32,
    "patient_id": "1" * 32,
    "taken_on": date(2026, 3, 1),
    "sequences": "FLAIR+T1ce",
    "slices": 155,
    "source_sha256": "a" * 64,
    "scan_file": "b" * 64,
    "thumbnail_file": "c" * 64,
    "created_at": MOMENT,
    "created_by": "Ærø \u2028 😀",
    "deletion_id": None,
}


def test_a_line_is_one_line_of_json_and_comes_back() -> None:
    line = line_of(TABLES["studies"], STUDY)
    assert line.count(b"\n") == 1 and line.endswith(b"}\n")
    told = json.loads(line)
    assert (told["taken_on"], told["created_at"]) == ("2026-03-01", "2026-03-01T10:11:12.000345+00:00")
    assert (told["deletion_id"], told["created_by"]) == (None, "Ærø \u2028 😀")
    assert row_of(TABLES["studies"], line) == STUDY


def test_moments_are_told_in_utc() -> None:
    there = MOMENT.astimezone(timezone(timedelta(hours=-5)))
    assert line_of(TABLES["studies"], STUDY | {"created_at": there}) == line_of(TABLES["studies"], STUDY)


def test_what_json_does_not_have_is_refused() -> None:
    found = {column.name: None for column in TABLES["segmentations"].columns}
    with pytest.raises(ValueError, match="JSON compliant"):
        line_of(TABLES["segmentations"], found | {"volume_ml": float("nan")})


def test_rows_come_after_those_that_they_refer_to() -> None:
    order = list(TABLES)
    assert order.index("deletions") < order.index("patients") < order.index("studies") < order.index("segmentations")
    assert [table_name(table) for table in all_tables()] == [f"{name}.jsonl" for name in order]
    assert {name: loose(table) for name, table in TABLES.items() if loose(table)} == {"patients": ["merged_into"]}


def test_the_files_that_rows_name() -> None:
    assert list(files_of(TABLES["studies"], STUDY)) == ["b" * 64, "c" * 64]
    assert {
        name: len(list(files_of(table, dict.fromkeys(table.columns.keys())))) for name, table in TABLES.items()
    } == {
        **dict.fromkeys(("audit", "deletions", "patients"), 0),
        **dict.fromkeys(("studies", "segmentations"), 2),
    }
