"""Bringing a database to the tables that this version of the app wants, with Alembic."""

import threading

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from app.errors import RecordsUnavailableError
from app.records.engine import for_reading, for_writing

SCRIPTS = "app.records:migrations"
"""The folder of the steps, as a package and what lies in it, so that it is found from anywhere."""
_alone = threading.Lock()
"""Alembic keeps what it is doing in its modules; other processes are held off by the database."""


def newest() -> str:
    """The name of the newest migration."""
    return _scripts().get_current_head() or ""


def present(engine: Engine) -> str | None:
    """The migration that the database is at, None where it is new."""
    with for_reading(engine).connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def migrate(engine: Engine) -> None:
    """Bring the database to the newest migration: in one transaction, and once, however many processes do so.

    Raises RecordsUnavailableError when a newer version of the app has been there, SQLAlchemy's errors otherwise.
    """
    with _alone:
        at = present(engine)
        refuse_newer(at)
        if at == newest():
            return
        with for_writing(engine).begin() as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def refuse_newer(revision: str | None) -> None:
    """Raises RecordsUnavailableError for a migration that this version of the app does not know."""
    if revision is not None and revision not in {script.revision for script in _scripts().walk_revisions()}:
        raise RecordsUnavailableError(
            "The records were opened by a newer version of the app, which keeps them differently. Nothing was changed. "
            "Update the app, or name another database or folder for data."
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", SCRIPTS.replace("%", "%%"))
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())
