"""Rows as CSV (RFC 4180, UTF-8) that programs read and spreadsheets do not run."""

import csv
import io
import unicodedata
from collections.abc import Iterable

_FORMULA = ("=", "+", "-", "@")
"""What a spreadsheet takes for the beginning of a formula, also where it is of double width."""
_UNSEEN = "\N{REPLACEMENT CHARACTER}"

Cell = str | int | float | None


def csv_bytes(header: Iterable[str], rows: Iterable[Iterable[Cell]]) -> bytes:
    """A header and rows; None is an empty cell. Text that a spreadsheet would run has an apostrophe before it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def _cell(cell: Cell) -> Cell:
    if not isinstance(cell, str):
        return cell
    seen = "".join(c if c.isprintable() else _UNSEEN for c in " ".join(cell.split()))
    return f"'{seen}" if unicodedata.normalize("NFKC", seen[:1]) in _FORMULA else seen
