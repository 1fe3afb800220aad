"""All checks, in the order in which one stands on another."""

from collections.abc import Callable, Iterator, Mapping

from app.checks.database import database
from app.checks.engine import engine
from app.checks.environment import decoders, memory, packages, python, settings
from app.checks.finding import Finding
from app.checks.network import checkpoint, guarantee, samples, segmentation
from app.checks.storage import space, write_access
from app.errors import AppError
from app.log_line import described
from app.records.place import data_folder

CHECKS: dict[str, Callable[[Mapping[str, str]], Finding]] = {
    "python": lambda _: python(),
    "packages": lambda _: packages(),
    "settings": lambda _: settings(),
    "decoders": lambda _: decoders(),
    "memory": lambda _: memory(),
    "checkpoint": lambda _: checkpoint(),
    "guarantee": lambda _: guarantee(),
    "samples": lambda _: samples(),
    "write access": lambda environ: write_access(data_folder(environ)),
    "disk": lambda environ: space(data_folder(environ)),
    "database": database,
    "engine": engine,
    "segmentation": lambda _: segmentation(),
}
"""Name to check; each is given the environment's variables."""


def run_checks(environ: Mapping[str, str]) -> Iterator[tuple[str, Finding]]:
    """Name and finding of every check, one after another; a check that breaks has failed."""
    for name, check in CHECKS.items():
        yield name, _answered(check, environ)


def _answered(check: Callable[[Mapping[str, str]], Finding], environ: Mapping[str, str]) -> Finding:
    try:
        return check(environ)
    except AppError as error:
        return Finding(False, str(error), "Do what the message says, and run this command again.")
    except Exception as error:  # noqa: BLE001 - whatever is broken, the other checks are still wanted
        where = described(error, deepest=1)["frames"]
        return Finding(False, f"{type(error).__name__} at {', '.join(where)}", "Install the requirements again.")
