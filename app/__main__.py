"""`python -m app COMMAND`: finds the command, and turns what goes wrong into one line and an exit status.

0 done, 1 failed, 2 input or arguments that cannot be used, 130 interrupted.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules
from typing import NoReturn

from app import NOTICE, cli, log
from app.cli import one_line
from app.durable import DISK_FULL
from app.errors import AppError, InputError

FAILED, UNUSABLE, INTERRUPTED = 1, 2, 130


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(UNUSABLE, f"{self.prog}: {message} (see --help)\n")


def parser() -> argparse.ArgumentParser:
    """The arguments of every command in `app.cli`."""
    top = _Parser(prog="python -m app", description=f"Gliolens. {NOTICE}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in iter_modules(cli.__path__):
        import_module(f"app.cli.{module.name}").add_parser(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status. An unexpected error is raised as it is."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    args = parser().parse_args(arguments)
    try:
        status: int = args.run(args)
        sys.stdout.flush()
    except AppError as error:
        print("gliolens:", one_line(str(error)), file=sys.stderr)
        return UNUSABLE if isinstance(error, InputError) else FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the flush at exit fails once more
        return FAILED
    except OSError as error:
        if error.errno not in DISK_FULL:
            raise
        print(f"gliolens: {error.strerror}. Free some space and try again; earlier files are whole.", file=sys.stderr)
        return FAILED
    return status


if __name__ == "__main__":
    if not sys.flags.dev_mode:
        sys.excepthook = log.apologise
    sys.exit(main())
