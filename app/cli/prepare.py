"""`python -m app prepare`: a data set checked, reported on, and made ready for training."""

import argparse
import shutil
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from app.training.layouts import LAYOUTS

if TYPE_CHECKING:
    from app.training.prepared_index import Index

_BAR = 30
_LISTED = 20
"""Remarks, and skipped cases, that are printed; the report has all."""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the command and its options."""
    parser = subparsers.add_parser(
        "prepare",
        help="check a data set and make it ready for training",
        description="Read every case of a data set, check it, report on it in OUT/report.html and report.csv,\n"
        "and write what training needs to OUT. A case that cannot be used is named and left out.\n"
        "Started again, it goes on where it ended.",
        epilog="layouts:\n" + "\n".join(f"  {name:<10} {text}" for name, text in LAYOUTS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("layout", choices=LAYOUTS, metavar="LAYOUT", help=", ".join(LAYOUTS))
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="where the data set is")
    parser.add_argument(
        "out", type=Path, metavar="OUT", help="folder to write to; prepared sets beside it are compared with this one"
    )
    parser.add_argument("--processes", type=_natural, metavar="N", help="cases to read at once (default: one a core)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Prepare, report and print what was found; returns 0.

    Raises DatasetError when no case can be used, InputError when OUT cannot be written to.
    """
    from app.errors import DatasetError
    from app.training.datasets import DATASETS
    from app.training.prepare import prepare
    from app.training.prepare_report import PAGE, TABLE, write_report

    dataset = DATASETS[args.layout]
    progress = _show_progress if sys.stderr.isatty() else None
    index = prepare(dataset, args.folder, args.out, processes=args.processes, progress=progress)
    write_report(args.out, index)
    print("\n".join(_for_people(dataset.title, index)))
    print(f"\n{args.out / PAGE}\n{args.out / TABLE}")
    if not index.cases:
        raise DatasetError(
            f"None of the {len(index.skipped)} cases in {args.folder} can be used; the reasons are above."
        )
    return 0


def _for_people(title: str, index: "Index") -> list[str]:
    from app.training.prepare_summary import remarks, summary

    def listed(heading: str, texts: list[str]) -> list[str]:
        more = [f"… and {len(texts) - _LISTED:,} others"] if len(texts) > _LISTED else []
        return ["", heading, *(line for text in (*texts[:_LISTED], *more) for line in _wrapped(text))] if texts else []

    return [
        title,
        *(line for name, text in summary(index) for line in _wrapped(f"{name:<17} {text}", hang=20)),
        *listed("Remarks", [f"{len(names):>5,} x {text}: {_few(names)}" for text, names in remarks(index)]),
        *listed("Skipped", [f"{name}: {why}" for name, why in index.skipped.items()]),
    ]


def _few(names: list[str]) -> str:
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")


def _wrapped(text: str, hang: int = 10) -> list[str]:
    return textwrap.wrap(
        text, shutil.get_terminal_size((110, 0)).columns, initial_indent="  ", subsequent_indent=" " * hang
    )


def _show_progress(done: int, of: int) -> None:
    filled = done * _BAR // of
    end = "\n" if done == of else ""
    print(f"\r[{'#' * filled}{'.' * (_BAR - filled)}] {done:,} of {of:,} cases", end=end, file=sys.stderr, flush=True)


def _natural(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number of processes: give 1 or more")
    return int(text)
