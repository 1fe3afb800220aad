"""Rows of the tables as lines of JSON, and back; what comes back is held against its column first."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, NoReturn

from sqlalchemy import JSON, BigInteger, Column, Date, Float, Integer, String, Table

from app.records import tables
from app.records.rows import Review, Sex
from app.study import LEVELS

_HEX = re.compile(r"[0-9a-f]*")
_ONE_OF: dict[str, type[StrEnum]] = {"sex": Sex, "review": Review}


def all_tables() -> list[Table]:
    """Those that rows of another one refer to come before it."""
    return tables.Table.metadata.sorted_tables


def table_name(table: Table) -> str:
    """Of its member in the zip."""
    return f"{table.name}.jsonl"


def line_of(table: Table, row: Mapping[Any, Any]) -> bytes:
    """The row as a line."""
    values = {column.name: _told(row[column.name]) for column in table.columns}
    return json.dumps(values, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def row_of(table: Table, line: bytes) -> dict[str, Any]:
    """The inverse of `line_of`. Raises ValueError when a value is missing or not what its column holds."""
    try:
        values = json.loads(line, parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError("A line is nested too deeply.") from error
    if not isinstance(values, dict) or set(values) != set(table.columns.keys()):
        raise ValueError(f"A line of {table.name} does not have the columns of a row.")
    try:
        return {column.name: _checked(column, values[column.name]) for column in table.columns}
    except OverflowError as error:
        raise ValueError("A number or a moment is out of range.") from error


def files_of(table: Table, row: Mapping[Any, Any]) -> Iterator[str]:
    """The digests of the files that a row names."""
    return (row[column.name] for column in table.columns if column.name.endswith("_file"))


def loose(table: Table) -> list[str]:
    """The columns that refer to another row of the same table."""
    return [column.name for column in table.columns if any(key.column.table is table for key in column.foreign_keys)]


def _told(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, date) else value


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number in JSON.")


def _checked(column: Column[Any], value: Any) -> Any:
    """The value as the database takes it. Raises ValueError."""
    if value is None and column.nullable:
        return None
    kind = column.type
    if isinstance(kind, tables.Moment) and isinstance(value, str):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    elif isinstance(kind, Date) and isinstance(value, str):
        return date.fromisoformat(value)
    elif isinstance(kind, Integer) and type(value) is int:
        if abs(value) < 2 ** (63 if isinstance(kind, BigInteger) else 31) and _is_step(column, value):
            return value
    elif isinstance(kind, Float) and type(value) in (int, float):
        if math.isfinite(number := float(value)):
            return number
    elif isinstance(kind, String) and isinstance(value, str):
        if _is_text(column, kind, value):
            return value
    elif isinstance(kind, JSON) and isinstance(value, dict):
        return value
    raise ValueError(f"{column.table.name}.{column.name} does not hold what it should.")


def _is_step(column: Column[Any], value: int) -> bool:
    return column.name != "step" or 0 <= value <= LEVELS


def _is_text(column: Column[Any], kind: String, value: str) -> bool:
    value.encode()  # half a character is none
    if kind is tables.ID or kind is tables.SHA256:
        return len(value) == kind.length and _HEX.fullmatch(value) is not None
    if choice := _ONE_OF.get(column.name):
        return value in list(choice)
    return "\0" not in value and (kind.length is None or len(value) <= kind.length)
