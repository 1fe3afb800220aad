"""The folder for data: whether it can be written to, has room, and holds a sound database."""

import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from app.checks.finding import Finding
from app.durable import write_whole

FOLDER = "GLIOLENS_DATA"
"""Names the folder for data; otherwise it is where the system keeps such of a user."""
DATABASE = "gliolens.db"
LEAST_SPACE = 2**30
_TRIED = ".gliolens-doctor"


def data_folder(environ: Mapping[str, str]) -> Path:
    """Where what is kept is kept; it need not be there yet."""
    if environ.get(FOLDER):
        return Path(environ[FOLDER])
    from platformdirs import user_data_path

    return user_data_path("gliolens", appauthor=False)


def write_access(folder: Path) -> Finding:
    """Whether a file can be written there and read back; leaves nothing behind."""
    content = b"written by python -m app doctor"
    try:
        with _made(folder), _removed(folder / _TRIED) as tried:
            write_whole(tried, content)
            same = tried.read_bytes() == content
    except OSError as error:
        return Finding(False, f"{folder} cannot be written to: {error.strerror}", _elsewhere())
    return Finding(True, f"{folder} can be written to") if same else Finding(False, f"{folder} alters", _elsewhere())


def space(folder: Path, least: int = LEAST_SPACE) -> Finding:
    """Whether the disk of the folder has room."""
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.is_dir())
    free = shutil.disk_usage(there).free
    said = f"{free / 2**30:.1f} GiB are free on the disk of {folder}"
    return Finding(True, said) if free >= least else Finding(False, said, f"Free some: {least / 2**30:.0f} are wanted.")


def database(folder: Path) -> Finding:
    """Whether SQLite works there: the database that is there is whole, or else a new one can be made."""
    path = folder / DATABASE
    if path.exists():
        return _whole(path)
    try:
        with _made(folder), _removed(folder / f"{_TRIED}.db") as tried, closing(sqlite3.connect(tried)) as connection:
            mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
            connection.execute("PRAGMA foreign_keys = ON")
            keys = connection.execute("PRAGMA foreign_keys").fetchone()[0]
            connection.execute("CREATE TABLE tried (number INTEGER PRIMARY KEY)")
            connection.execute("DROP TABLE tried")
    except (OSError, sqlite3.Error) as error:
        return Finding(False, f"no database can be made in {folder}: {error}", _elsewhere())
    if (mode, keys) != ("wal", 1):
        return Finding(False, f"SQLite in {folder} has journal {mode}, foreign keys {keys}", _elsewhere())
    return Finding(True, f"SQLite {sqlite3.sqlite_version} works in {folder}, which has no database yet")


def _whole(path: Path) -> Finding:
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as connection:
            said = connection.execute("PRAGMA integrity_check").fetchone()[0]
            orphans = connection.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.Error as error:
        said, orphans = str(error), None
    if said != "ok" or orphans is not None:
        return Finding(False, f"{path} is damaged: {said}", "Stop the app and restore it from a backup.")
    return Finding(True, f"{path} is whole")


@contextmanager
def _made(folder: Path) -> Iterator[None]:
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
def _removed(path: Path) -> Iterator[Path]:
    """A file that is gone afterwards, with what SQLite lays beside it."""
    try:
        yield path
    finally:
        for ending in ("", "-wal", "-shm", "-journal"):
            path.with_name(path.name + ending).unlink(missing_ok=True)


def _elsewhere() -> str:
    return f"Let this account write there, or name another folder in {FOLDER}."
