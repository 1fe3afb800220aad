"""Exceptions and places in the code as the log tells them: without a word that was made from anybody's data."""

import re
import traceback
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[1]
_FRAMES, _CAUSES = 40, 5
_WARNING = re.compile(r"(?P<file>.*?):(?P<line>\d+): (?P<kind>\w+): ", re.DOTALL)


def described(error: BaseException, *, deepest: int = _FRAMES) -> dict[str, Any]:
    """Type and frames of an exception, as `file:line function`, and in the same way what it came from.

    Args:
        error: its message is not looked at; `where`, which errors from another process have, names places alone.
        deepest: how many frames at most, counted from where it was raised.
    """
    return _described(error, deepest, _CAUSES)


def _described(error: BaseException, deepest: int, causes: int) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)[-deepest:]
    told: dict[str, Any] = {
        "exception": type(error).__qualname__,
        "frames": [f"{place(frame.filename, frame.lineno or 0)} {frame.name}" for frame in frames],
    }
    if where := getattr(error, "where", None):
        told["where"] = str(where)
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and causes:
        told["cause"] = _described(cause, deepest, causes - 1)
    return told


def place(file: str, line: int) -> str:
    """`app/log.py:12` or `streamlit/config.py:3`: below the project or where packages are; else the last name."""
    path = Path(file)
    if "site-packages" in path.parts:
        at = len(path.parts) - path.parts[::-1].index("site-packages")
        return f"{Path(*path.parts[at:]).as_posix()}:{line}"
    if path.is_relative_to(PROJECT):
        return f"{path.relative_to(PROJECT).as_posix()}:{line}"
    return f"{path.name}:{line}"


def warning_place(text: str) -> str:
    """Category and place of a warning in the words of `warnings.formatwarning`."""
    found = _WARNING.match(text)
    return f"{found['kind']} {place(found['file'], int(found['line']))}" if found else "unknown"
