"""The commands of `python -m app`, one file each.

A command is a module with `add_parser(subparsers)`, which names its arguments and sets `run` as their default, and
`run(args)`, which returns the exit status. What takes long to import is imported when the command runs, so that
`--help` answers at once.
"""

import argparse
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager


def threshold(text: str) -> float:
    """The argument type of a threshold: a multiple of 0.005 from 0 to 1."""
    try:
        steps = float(text) * 200
    except ValueError:
        steps = math.nan
    if not (0 <= steps <= 200 and math.isclose(steps, round(steps), abs_tol=1e-6)):
        raise argparse.ArgumentTypeError(f"{text} is not a threshold: give 0 to 1 in steps of 0.005, such as 0.3")
    return round(steps) / 200


def one_line(message: str) -> str:
    """A message in one line, without what a name in it could do to a terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in " ".join(message.split()))


@contextmanager
def silent_stderr() -> Iterator[None]:
    """Keeps off the terminal what TensorFlow's C++ says while it is loaded, whatever its log level."""
    kept = os.dup(2)
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
