"""The log: one JSON object a line on standard error, about the work that is done and never about whose scan it is.

What an exception or a library says may quote a file name or a patient; so of them only types and places in the code
are written. `set_up` is for commands, `set_up_server` for the app, whose libraries log as well.
"""

import json
import logging
import platform
import secrets
import sys
import threading
from contextlib import suppress
from datetime import UTC, datetime
from io import StringIO
from types import TracebackType
from typing import Literal

from app.log_line import described, place, warning_place

NAME = "gliolens"
_logger = logging.getLogger(NAME)
_lock = threading.Lock()


class LineFormatter(logging.Formatter):
    """A record as one line of JSON: of our own all fields, of a library's where in its code it was made."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
        }
        if record.name == NAME:
            line |= getattr(record, "fields", {})
        elif record.name == "py.warnings":
            line |= {"event": "warning", "at": warning_place(record.getMessage())}
        else:
            line |= {"event": "library", "logger": record.name, "at": place(record.pathname, record.lineno)}
        if record.exc_info and record.exc_info[1] is not None:
            line |= described(record.exc_info[1])
        return json.dumps(line)


class _Stderr(logging.Handler):
    """Writes to what standard error is at that moment; the work goes on when that cannot be written to."""

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError, ValueError):  # the disk is full, or the stream was closed
            sys.stderr.write(f"{self.format(record)}\n")
            sys.stderr.flush()


class _TamedLogger(logging.Logger):
    """A library's logger: what it hangs on itself to print with, prints our lines."""

    def addHandler(self, hdlr: logging.Handler) -> None:  # noqa: N802 - the name is logging's
        _tame(hdlr)
        super().addHandler(hdlr)


def _tame(handler: logging.Handler) -> None:
    if not isinstance(getattr(handler, "stream", None), StringIO):  # memory is nobody's log
        handler.setFormatter(LineFormatter())


def set_up() -> None:
    """Write the log to standard error. Done once, however often it is called."""
    with _lock:
        if not any(isinstance(handler, _Stderr) for handler in logging.root.handlers):
            handler = _Stderr()
            handler.setFormatter(LineFormatter())
            logging.root.addHandler(handler)
            _logger.setLevel(logging.INFO)


def set_up_server() -> None:
    """`set_up`, and the same for all libraries, for warnings and for threads that end in an error."""
    if logging.getLoggerClass() is _TamedLogger:
        return
    set_up()
    for logger in [*logging.root.manager.loggerDict.values()]:
        if isinstance(logger, logging.Logger):
            for handler in logger.handlers:
                _tame(handler)
    logging.setLoggerClass(_TamedLogger)
    logging.captureWarnings(True)
    if threading.excepthook is threading.__excepthook__:  # else somebody watches over threads already
        threading.excepthook = lambda ended: _log_unexpected(ended.exc_value)
    if sys.unraisablehook is sys.__unraisablehook__:
        sys.unraisablehook = lambda ended: _log_unexpected(ended.exc_value)
    _event(logging.INFO, "start", python=platform.python_version(), system=platform.system())


def study_read(*, kind: Literal["volume", "picture"], sequences: int, slices: int, seconds: float) -> None:
    """Note that a study was read."""
    _event(logging.INFO, "study read", kind=kind, sequences=sequences, slices=slices, seconds=round(seconds, 3))


def segmented(*, slices: int, seconds: float) -> None:
    """Note that the network has seen all slices of a study."""
    _event(logging.INFO, "segmented", slices=slices, seconds=round(seconds, 3))


def refused(error: Exception) -> None:
    """Note that something was answered with a message: of which kind, and where; the message names files."""
    _event(logging.INFO, "refused", **described(error, deepest=1))


def engine_trouble(error: Exception) -> None:
    """Note that what runs the network outside this process did not; the work goes on in another way."""
    _event(logging.WARNING, "engine trouble", **described(error, deepest=1))


def engine_back() -> None:
    """Note that what runs the network outside this process does again."""
    _event(logging.INFO, "engine back")


def unexpected(error: BaseException) -> str:
    """Note what nobody foresaw; returns the reference number under which it is found."""
    reference = secrets.token_hex(4)
    _event(logging.ERROR, "unexpected", reference=reference, **described(error))
    return reference


def apologise(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """In the place of `sys.excepthook`: log what nobody foresaw, and say where it is found."""
    if not isinstance(error, Exception):
        sys.__excepthook__(kind, error, trace)
        return
    set_up()
    reference = unexpected(error)
    print(
        f"gliolens: Something went wrong on our side; see reference {reference} above. What was written before is "
        "whole. `python -X dev -m app …` shows what Python says.",
        file=sys.stderr,
    )


def _log_unexpected(error: BaseException | None) -> None:
    if error is not None:
        unexpected(error)


def _event(level: int, name: str, **fields: object) -> None:
    told = {"event": name, **fields}
    _logger.log(level, "%s", json.dumps(told), extra={"fields": told})  # so that other handlers tell it as well
