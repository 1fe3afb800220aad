"""The folder for data: whether it can be written to, and has room."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.checks.finding import Finding
from app.durable import write_whole
from app.records.place import FOLDER

LEAST_SPACE = 2**30
TRIED = ".gliolens-doctor"
"""How files are called that are made to see whether they can be, and removed."""


def write_access(folder: Path) -> Finding:
    """Whether a file can be written there and read back; leaves nothing behind."""
    content = b"written by python -m app doctor"
    try:
        with made(folder), removed(folder / TRIED) as tried:
            write_whole(tried, content)
            same = tried.read_bytes() == content
    except OSError as error:
        return Finding(False, f"{folder} cannot be written to: {error.strerror}", elsewhere())
    return Finding(True, f"{folder} can be written to") if same else Finding(False, f"{folder} alters", elsewhere())


def space(folder: Path, least: int = LEAST_SPACE) -> Finding:
    """Whether the disk of the folder has room."""
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.is_dir())
    free = shutil.disk_usage(there).free
    said = f"{free / 2**30:.1f} GiB are free on the disk of {folder}"
    return Finding(True, said) if free >= least else Finding(False, said, f"Free some: {least / 2**30:.0f} are wanted.")


@contextmanager
def made(folder: Path) -> Iterator[None]:
    """The folder is there inside, and afterwards as much of it as there was."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    finally:
        for path in missing:
            if path.is_dir():
                path.rmdir()


@contextmanager
def removed(path: Path) -> Iterator[Path]:
    """A file that is gone afterwards, with what SQLite lays beside it."""
    try:
        yield path
    finally:
        for ending in ("", "-wal", "-shm", "-journal"):
            path.with_name(path.name + ending).unlink(missing_ok=True)


def elsewhere() -> str:
    """What to do where nothing can be written."""
    return f"Let this account write there, or name another folder in {FOLDER}."
