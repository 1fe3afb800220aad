"""Backups in a folder: zips with the time in their names, of which the latest are kept."""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from app.errors import InputError
from app.records.database import Records
from app.records.moving import MANIFEST, Manifest, NewerFormatError, Progress, parse_manifest
from app.records.moving_out import export_records
from app.records.who import Actor

_NAME = re.compile(r"gliolens-records-\d{8}T\d{6}Z\.zip")
_MOST = 2**20
"""Bytes of a manifest."""


@dataclass(frozen=True)
class Backup:
    """A backup that was made."""

    path: Path
    manifest: Manifest
    removed: tuple[Path, ...]
    """Earlier ones, of the same records, that were removed."""


def back_up(
    records: Records, actor: Actor, place: Path, *, keep: int | None = None, progress: Progress | None = None
) -> Backup:
    """Write a backup while the app runs, and check it; `moving_in.import_records` restores it.

    Args:
        records: of what.
        actor: who makes it.
        place: a folder, made where it is missing; or the name of a zip.
        keep: how many of these records' backups are left in the folder; None for all. Those that were made by hand,
            or by another name, are never removed, and none is before the new one is whole.
        progress: as in `export_records`.

    Raises what `export_records` does, and InputError for a place that does not go with `keep` or cannot be made.
    """
    if place.suffix.lower() == ".zip":
        if keep is not None:
            raise InputError(f"Backups are kept in a folder, and {place.name} is the name of one. Name its folder.")
        return Backup(place, export_records(records, actor, place, progress=progress), ())
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{place} cannot be made: {error.strerror}. Choose another folder.") from error
    target = place / f"gliolens-records-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.zip"
    manifest = export_records(records, actor, target, progress=progress)
    return Backup(target, manifest, () if keep is None else _removed(place, target, manifest.origin, keep))


def _removed(folder: Path, latest: Path, origin: str, keep: int) -> tuple[Path, ...]:
    """The backups of the same records that were removed, so that with the latest `keep` are left."""
    removed = []
    earlier = sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name) and path.name < latest.name)
    own = [path for path in earlier if _origin(path) == origin]
    for path in own[: max(0, len(own) + 1 - keep)]:
        with suppress(OSError):  # it stays, and goes another time
            path.unlink()
            removed.append(path)
    return tuple(removed)


def _origin(path: Path) -> str | None:
    """Of which records that is a backup; None for what is none, or of a kind that is not known."""
    try:
        with ZipFile(path) as archive, archive.open(MANIFEST) as file:
            return parse_manifest(file.read(_MOST)).origin
    except (BadZipFile, KeyError, NewerFormatError, NotImplementedError, OSError, RuntimeError, ValueError):
        return None
