"""Files that are named by the SHA-256 of their content; the rows of the records name them by it."""

import hashlib
import os
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from app.durable import DISK_FULL, PARTIAL, flush_folder, write_whole
from app.errors import RecordMissingError, RecordsDamagedError, RecordsUnavailableError

_NAME = re.compile(r"[0-9a-f]{64}")


class FileStore:
    """A folder of such files, in sub-folders by the first two digits of their names.

    A file that is there under its name is whole and on the disk. Many threads and processes may use one folder.
    """

    def __init__(self, folder: Path) -> None:
        """The folder is made with the first file."""
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Where the file of that digest is, or would be. Raises RecordsDamagedError when it is no digest."""
        if not _NAME.fullmatch(sha256):
            raise RecordsDamagedError("The records name a file by something that is no SHA-256. Restore a backup.")
        return self.folder / sha256[:2] / sha256

    def has(self, sha256: str) -> bool:
        """Whether the file is there; its content is not looked at. Raises RecordsDamagedError as `path` does."""
        return self.path(sha256).is_file()

    def put(self, content: bytes) -> str:
        """Keep the content; returns its SHA-256, in hexadecimal.

        When this returns, the file is on the disk. One that is there already is new again for `sweep`, and replaced
        where it is damaged. Raises RecordsUnavailableError, and then the file is there as it was or not at all.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.path(sha256)
        try:
            self._make(path.parent)
            if _holds(path, content):
                with suppress(FileNotFoundError):  # swept in this moment
                    os.utime(path)
                    flush_folder(path.parent)  # whoever put it may not have come that far yet
                    return sha256
            write_whole(path, content)
        except OSError as error:
            raise _unavailable(error, self.folder, "Nothing was saved") from error
        return sha256

    def get(self, sha256: str) -> bytes:
        """The content.

        Raises RecordMissingError when there is no such file, RecordsDamagedError when it is not what was put,
        RecordsUnavailableError when the system does not let it be read.
        """
        try:
            content = self.path(sha256).read_bytes()
        except FileNotFoundError as error:
            raise RecordMissingError(
                f"A saved file is missing: {sha256[:12]}… in {self.folder}. Restore it from a backup."
            ) from error
        except OSError as error:
            raise _unavailable(error, self.folder, "A saved file cannot be read") from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise RecordsDamagedError(
                f"A saved file is not what was once saved: {sha256[:12]}… in {self.folder}. Restore it from a backup."
            )
        return content

    def all(self) -> Iterator[str]:
        """The digests of the files that are there, in order. Raises RecordsUnavailableError."""
        return (path.name for path in self._walk() if _NAME.fullmatch(path.name))

    def sweep(self, in_use: set[str], *, older_than: timedelta) -> int:
        """Remove the files that nothing names, and unfinished ones; returns how many.

        Only those that nobody has put for that long. To be called where no row can be added meanwhile that names one
        of them (see `decision.keeping.sweep`). Raises RecordsUnavailableError.
        """
        before, removed = time.time() - older_than.total_seconds(), 0
        for path in self._walk():
            if path.name in in_use or not (_NAME.fullmatch(path.name) or path.name.endswith(PARTIAL)):
                continue
            try:
                if path.stat().st_mtime < before:
                    path.unlink()
                    removed += 1
            except FileNotFoundError:  # somebody else sweeps as well
                continue
            except OSError as error:
                raise _unavailable(error, self.folder, "Files that are not needed cannot be removed") from error
        return removed

    def _make(self, folder: Path) -> None:
        """A sub-folder whose name outlives a power cut, whoever made it."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        flush_folder(self.folder)
        flush_folder(self.folder.parent)

    def _walk(self) -> Iterator[Path]:
        try:
            if self.folder.is_dir():
                for folder in sorted(path for path in self.folder.iterdir() if path.is_dir()):
                    yield from sorted(folder.iterdir())
        except OSError as error:
            raise _unavailable(error, self.folder, "The saved files cannot be listed") from error


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.stat().st_size == len(content) and path.read_bytes() == content
    except FileNotFoundError:
        return False


def _unavailable(error: OSError, folder: Path, what: str) -> RecordsUnavailableError:
    do = "Free some space there" if error.errno in DISK_FULL else f"Let this account read and write {folder}"
    return RecordsUnavailableError(f"{what}: {error.strerror or error} ({folder}). {do}, and try again.")
