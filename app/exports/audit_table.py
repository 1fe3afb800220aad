"""The audit log as a table."""

from collections.abc import Iterable

from app.exports.csv_text import csv_bytes
from app.records.audit_chain import Entry

HEADER = ("number", "at", "who", "role", "act", "subject", "detail", "previous", "digest")


def audit_csv(entries: Iterable[Entry]) -> bytes:
    """One row an entry, in the order given. Text that a spreadsheet would run is marked, so digests are checked in the
    database and not in this file."""
    return csv_bytes(HEADER, ([getattr(entry, name) for name in HEADER] for entry in entries))
