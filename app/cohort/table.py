"""A cohort as a table: CSV for spreadsheets, and Parquet, which keeps the types of its columns."""

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from app import NOTICE
from app.cohort.columns import COLUMNS, Column
from app.exports.csv_text import Cell, csv_bytes

if TYPE_CHECKING:
    import pyarrow as pa

Row = Mapping[str, Any]
"""A study by the names of `COLUMNS`; None is an empty cell."""


def table_csv(rows: Sequence[Row]) -> bytes:
    """One line a study, each with the notice."""
    header = (*(column.name for column in COLUMNS), "notice")
    return csv_bytes(header, ((*(_cell(row, column) for column in COLUMNS), NOTICE) for row in rows))


def table_parquet(rows: Sequence[Row]) -> bytes:
    """The same with typed columns, each with what is in it as its description; the notice is the table's."""
    import pyarrow as pa
    from pyarrow import parquet

    schema = pa.schema([_field(column) for column in COLUMNS], metadata={"notice": NOTICE})
    arrays = [pa.array([_plain(row.get(column.name)) for row in rows], _type(column)) for column in COLUMNS]
    packed = io.BytesIO()
    parquet.write_table(pa.Table.from_arrays(arrays, schema=schema), packed, compression="zstd")
    return packed.getvalue()


def _cell(row: Row, column: Column) -> Cell:
    value: Cell = row.get(column.name)
    if column.kind == "yes or no" and value is not None:
        return "yes" if value else "no"
    return value


def _field(column: Column) -> "pa.Field":
    import pyarrow as pa

    return pa.field(column.name, _type(column), metadata={"description": column.says})


def _type(column: Column) -> "pa.DataType":
    import pyarrow as pa

    types = {"text": pa.string(), "whole": pa.int64(), "real": pa.float64(), "yes or no": pa.bool_()}
    return types[column.kind]


def _plain(value: Any) -> Any:
    """Halves of characters, which cannot be written, are replaced."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else value
