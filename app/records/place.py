"""Where the records are: a folder for data, and the database in it or on a PostgreSQL server."""

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from app.errors import RecordsUnavailableError

FOLDER = "GLIOLENS_DATA"
"""Names the folder for data; otherwise it is where the system keeps such of a user."""
SERVER = "GLIOLENS_DATABASE_URL"
"""Names a PostgreSQL database; otherwise the records are in SQLite, in the folder for data."""
DATABASE = "gliolens.db"
FILES = "files"
_POSTGRESQL = {"postgresql", "postgres", "postgresql+psycopg"}


def data_folder(environ: Mapping[str, str]) -> Path:
    """Where what is kept is kept; it need not be there yet."""
    if environ.get(FOLDER):
        return Path(environ[FOLDER])
    from platformdirs import user_data_path

    return user_data_path("gliolens", appauthor=False)


def server_url(environ: Mapping[str, str]) -> URL | None:
    """The PostgreSQL database, None where the records are in SQLite.

    Raises RecordsUnavailableError for what names no such database. The message repeats nothing of it: where an address
    is not well formed, nobody can say which part of it is the password.
    """
    text = environ.get(SERVER, "").strip()
    if not text:
        return None
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        url = None
    if url is None or url.drivername not in _POSTGRESQL or not url.database:
        raise RecordsUnavailableError(
            f"{SERVER} does not name a PostgreSQL database. Give it as postgresql://user:password@host/database, with "
            "@, : and / in a password as %40, %3A and %2F, or leave it out: then the records are in SQLite."
        )
    return url.set(drivername="postgresql+psycopg")
