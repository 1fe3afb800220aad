"""A PostgreSQL server for the tests: the one that the environment names, or a private one that goes with them."""

import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

SERVER = "GLIOLENS_TEST_POSTGRESQL"
"""The URL of any database of a server whose user may make databases, or `PRIVATE`. Where it is set, the tests fail
without a server."""
PRIVATE = "private"
"""Start one that goes with the tests."""
_QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "listen_addresses": ""}
_UNTIL_LEFT_ALONE = 'folder=$1; shift; "$@" & cat; kill -QUIT $!; wait; rm -rf "$folder"'
"""Runs a server until standard input ends, which it does however the tests end."""


@contextmanager
def server() -> Iterator[str]:
    """The URL of a database of it. Skips where nobody asked for a server and none is installed."""
    wanted = os.environ.get(SERVER, "")
    if wanted not in ("", PRIVATE):
        yield wanted
        return
    programs = _programs()
    if programs is None:
        (pytest.fail if wanted else pytest.skip)("PostgreSQL is not installed here: install Debian's postgresql")
    with _private(programs) as url:
        yield url


@contextmanager
def new_database(url: str, how: str = "") -> Iterator[str]:
    """A new database on that server; its URL. `how`: further words for PostgreSQL's CREATE DATABASE."""
    name = f"gliolens_{secrets.token_hex(8)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 {how}")
        try:
            yield make_url(url).set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _programs() -> Path | None:
    """The folder of `initdb` and `postgres`, the latest version that Debian has put there."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((path.parent for path in versions), key=lambda path: float(path.parent.name), default=None)


@contextmanager
def _private(programs: Path) -> Iterator[str]:
    """A new server that is reached through a socket in a folder of its own; root starts it as the user postgres."""
    folder = Path(tempfile.mkdtemp(prefix="gliolens-postgresql-"))
    account = {}
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        account = {"user": "postgres", "group": "postgres", "extra_groups": []}
    data, log = folder / "data", (folder / "log").open("wb")
    making = [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
    settings = [word for name, value in _QUICK.items() for word in ("-c", f"{name}={value}")]
    serving = [programs / "postgres", "-D", data, "-k", folder, *settings]
    with log:
        subprocess.run(making, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=True, **account)
        process = subprocess.Popen(
            ["sh", "-c", _UNTIL_LEFT_ALONE, "sh", folder, *serving],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
            **account,
        )
    url = f"postgresql://postgres@/postgres?host={folder}"
    try:
        _wait_for(url, process)
        yield url
    finally:
        process.communicate()


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(url).close()
            return
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.02)
