"""Zips of records, made by somebody who knows how, and the claim that one is refused."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.errors import UnreadableFileError
from app.records.database import Records
from app.records.moving import MANIFEST
from app.records.moving_in import import_records
from tests.records.filled_records import left_in, rows
from tests.records_fixtures import ADMIN

Members = dict[str, bytes]


def members_of(path: Path) -> Members:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(path: Path, members: Members, manifest: dict[str, object] | None = None) -> Path:
    """A zip whose manifest and list fit the other members, as somebody would make it who knows how."""
    lines = {name: content for name, content in members.items() if name.endswith(".jsonl")}
    told = [
        {"name": name, "lines": one.count(b"\n"), "bytes": len(one), "sha256": hashlib.sha256(one).hexdigest()}
        for name, one in lines.items()
    ]
    said = json.loads(members[MANIFEST]) | {"members": told} | (manifest or {})
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in (members | {MANIFEST: json.dumps(said).encode()}).items():
            packed = zipfile.ZIP_STORED if name.startswith("files/") else zipfile.ZIP_DEFLATED
            archive.writestr(name, content, packed)
    return path


def assert_refused(
    empty: Records, path: Path, kind: type[Exception] = UnreadableFileError, match: str = "othing was (changed|saved)"
) -> None:
    with pytest.raises(kind, match=match):
        import_records(empty, ADMIN, path)
    assert not any(rows(empty).values()) and left_in(empty.folder) == []


def changed(members: Members, name: str, change: Callable[[list[dict[str, Any]]], object]) -> Members:
    lines = [json.loads(line) for line in members[name].splitlines()]
    change(lines)
    return members | {name: b"".join(json.dumps(line).encode() + b"\n" for line in lines)}


def set_in(column: str, value: object) -> Callable[[list[dict[str, Any]]], object]:
    return lambda lines: lines[0].update({column: value})
