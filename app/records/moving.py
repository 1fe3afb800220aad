"""How records travel and are backed up: a zip that holds all of them, and that any tool can read.

    manifest.json       what this is, and of each member below but the files: its name, lines, bytes and SHA-256
    patients.jsonl      the tables, a row a line: a JSON object in UTF-8 with all columns, null where there is no value;
    studies.jsonl       days as 2026-03-01, moments as ISO 8601 in UTC; in the order of their first column. A row with a
    segmentations.jsonl `deletion_id` was deleted and can still be restored. `app/records/tables.py` says what the
    deletions.jsonl     columns mean, and `audit_chain.py` how the log is checked.
    audit.jsonl
    files.jsonl         SHA-256 and bytes of each file, a line each
    files/ab/ab12…      the files that the columns ending in `_file` name, each called by the SHA-256 of its content:
                        thumbnails, cards (JSON), and scans and results as `app/records/container.py` packs them

With pandas: `pandas.read_json(zipfile.ZipFile(path).open("studies.jsonl"), lines=True)`. The files are not compressed
once more. Nothing is encrypted: such a zip has to be kept as safe as the records themselves.
"""

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

FORMAT, VERSION = "gliolens-records", 1
MANIFEST, LIST = "manifest.json", "files.jsonl"
ABOUT = (
    "Records of Gliolens. JSON lines are tables, a row a line; files are named by their SHA-256. "
    "Restore with: python -m app records import FILE.zip"
)
_DIGEST = re.compile(r"[0-9a-f]{64}")

Progress = Callable[[int, int], None]
"""Told of what is done, and of how much."""


@dataclass(frozen=True)
class Member:
    """What the manifest says of a member that holds lines."""

    name: str
    lines: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a zip of records says of itself."""

    schema: str
    """The migration that the tables were at."""
    app: str
    """The version of Gliolens that wrote it."""
    made_at: str
    """ISO 8601 in UTC."""
    origin: str
    """Digest of the first entry of the audit log: the same for all zips of the same records."""
    head: str
    """Digest of its last entry."""
    members: tuple[Member, ...]

    def lines(self, name: str) -> int:
        """Of the member of that name; 0 where there is none."""
        return sum(member.lines for member in self.members if member.name == name)

    def packed(self) -> bytes:
        """The manifest as it is written."""
        values = {"format": FORMAT, "version": VERSION, "about": ABOUT} | asdict(self)
        return (json.dumps(values, indent=1) + "\n").encode()


def parse_manifest(content: bytes) -> Manifest:
    """The inverse of `Manifest.packed`. Raises ValueError for what is none, NewerFormatError for a newer kind."""
    try:
        values = json.loads(content)
        if values["format"] != FORMAT or type(values["version"]) is not int:
            raise ValueError("This is no manifest of records.")
        if values["version"] > VERSION:
            raise NewerFormatError
        members = tuple(_member(entry) for entry in values["members"])
        made_at = datetime.fromisoformat(values["made_at"]).isoformat()
        texts = [values[name] for name in ("schema", "app", "origin", "head")]
        if not all(isinstance(text, str) for text in texts) or not all(map(_DIGEST.fullmatch, texts[2:])):
            raise ValueError("The manifest does not say what it is of.")
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("This is no manifest of records.") from error
    schema, app, origin, head = texts
    return Manifest(schema, app, made_at, origin, head, members)


class NewerFormatError(Exception):
    """The zip was written in a format that came after this one."""


def file_name(sha256: str) -> str:
    """The name in the zip of the file with that digest."""
    return f"files/{sha256[:2]}/{sha256}"


def parse_listed(line: bytes) -> tuple[str, int]:
    """Digest and bytes of a file, from its line. Raises ValueError."""
    values = json.loads(line)
    if not isinstance(values, dict) or not is_digest(values.get("sha256")) or type(values.get("bytes")) is not int:
        raise ValueError("A line names no file.")
    return values["sha256"], values["bytes"]


def listed(sha256: str, size: int) -> bytes:
    """The inverse of `parse_listed`."""
    return json.dumps({"sha256": sha256, "bytes": size}).encode() + b"\n"


def is_digest(value: Any) -> bool:
    """Whether it is a SHA-256 in hexadecimal."""
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


def _member(entry: dict[str, Any]) -> Member:
    member = Member(entry["name"], entry["lines"], entry["bytes"], entry["sha256"])
    sound = isinstance(member.name, str) and is_digest(member.sha256)
    if not sound or not all(type(count) is int and count >= 0 for count in (member.lines, member.bytes)):
        raise ValueError("The manifest does not say what its members are.")
    return member
