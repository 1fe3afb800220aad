"""The engines: how a connection to either database is made, and how a transaction on it begins.

One transaction that writes runs at a time, in SQLite by its own lock, in PostgreSQL by an advisory lock that lasts as
long as the transaction. Each appends to the chain of the audit log, so they could not run beside each other anyway; and
so what one has looked up stays true until it is done.
"""

import json
import os
import sqlite3
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError

WRITES = "gliolens_writes"
"""Execution option of connections whose transactions write."""
_TURN = 0x67_6C_69_6F_6C_65_6E_73
""" "gliolens": the advisory lock of whoever writes."""
_ALIVE = {"connect_timeout": 10, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
"""Seconds, and how often: a server that has silently gone is noticed within two minutes."""


def sqlite_engine(path: Path, patience: float) -> Engine:
    """An engine on a database file that is there already; one that was removed is not made anew.

    `patience`: seconds for which a lock is waited for.
    """
    url = URL.create("sqlite", database=path.absolute().as_uri(), query={"mode": "rw", "uri": "true"})
    connecting = {"timeout": patience, "isolation_level": None}  # transactions begin below
    engine = create_engine(url, connect_args=connecting, **_options(patience))

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, record: Any) -> None:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        record.info["file"] = _identity(path)

    @event.listens_for(engine, "checkout")
    def _checkout(_: sqlite3.Connection, record: Any, __: object) -> None:
        if record.info["file"] != _identity(path):  # SQLite would go on with the file that was removed
            raise DisconnectionError

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writes(connection) else "BEGIN")

    return engine


def postgresql_engine(url: URL, patience: float) -> Engine:
    """An engine on a PostgreSQL database; nothing is connected yet. `patience` as above."""
    engine = create_engine(url, connect_args=_ALIVE, pool_pre_ping=True, use_native_hstore=False, **_options(patience))

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = {round(patience * 1000)}")
            cursor.execute("SET jit = off")  # compiling takes longer than any query here
        connection.commit()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if _writes(connection):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_TURN})")

    return engine


def for_reading(engine: Engine) -> Engine:
    """The same connections; each transaction sees one state of the records, whatever is written meanwhile."""
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def for_writing(engine: Engine) -> Engine:
    """The same connections; a transaction waits for its turn when it begins."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(**{WRITES: True})
    return engine.execution_options(**{WRITES: True}, isolation_level="READ COMMITTED")


def _options(patience: float) -> dict[str, Any]:
    return {
        "hide_parameters": True,  # they are patients' data
        "json_serializer": partial(json.dumps, allow_nan=False),
        "max_overflow": 20,
        "pool_timeout": patience,
    }


def _writes(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get(WRITES))


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file that is; None where there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
