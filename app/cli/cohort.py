"""`python -m app cohort`: every study below a folder, its results, and one table of them all."""

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from app import NOTICE
from app.cli import one_line, threshold
from app.cli.segment import formats

if TYPE_CHECKING:
    from app.cohort.run import Finished, Runner
    from app.cohort.task import Outcome, Settings, Task

PROBLEMS = 3
"""Exit status when some studies could not be done."""
NAMED = 20
"""Problems that are named at the end."""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "cohort",
        help="outline the tumour in every study below a folder",
        description="Segment and measure every study below a folder: case folders as BraTS has them, NIfTI and other "
        "volumes, DICOM by examination, stacks of pictures. Writes mask, probability and a small picture of each, and "
        "cohort.csv, cohort.parquet and index.html of all. Stopped or killed, the same command goes on where it was; a "
        f"study whose files have changed is done again. {NOTICE}",
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="the folder below which the studies lie")
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder to write to; made when missing")
    parser.add_argument(
        "--workers",
        type=count,
        metavar="N",
        help="studies at once, each on its share of the cores (default: one a core, as far as memory goes)",
    )
    parser.add_argument(
        "--threshold", type=threshold, metavar="T", help="0 to 1 in steps of 0.005 (default: the network's own)"
    )
    parser.add_argument(
        "--export",
        type=formats,
        default=(),
        metavar="LIST",
        help="what else to write of each study, such as dicom-seg,gif: any of dicom-seg, png, gif, csv, curve-csv, "
        "json, stl; the table says what a study cannot have",
    )
    parser.add_argument(
        "--ray",
        metavar="ADDRESS",
        help="work on the Ray cluster whose head is at HOST:PORT; all its machines see FOLDER under the same path, and "
        "have requirements-ray.txt installed (docs/scale.md)",
    )
    parser.add_argument("--retry-failed", action="store_true", help="try the studies again that were a problem")
    parser.set_defaults(run=run)


def count(text: str) -> int:
    """The argument type of a number of things: a whole number from 1."""
    if not (text.isascii() and text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text} is not a number of workers: give 1 or more")
    return int(text)


def run(args: argparse.Namespace) -> int:
    """Do the studies that are not done yet and write the tables; returns 0, or 3 when some studies had problems.

    Raises InputError for folders that cannot be used, CheckpointError when the network cannot be used.
    """
    from app.cohort.run import Cohort
    from app.cohort.run import run as run_cohort

    cohort = Cohort(args.folder, args.out, _settings(args), args.retry_failed)
    finished = run_cohort(cohort, _runner(args))
    print(_for_people(finished, args.out))
    for record in finished.problems[:NAMED]:
        print(f"gliolens: {one_line(record.row['study'])}: {one_line(record.row['problem'])}", file=sys.stderr)
    if len(finished.problems) > NAMED:
        print(f"gliolens: and {len(finished.problems) - NAMED:,} more; cohort.csv has them all.", file=sys.stderr)
    return PROBLEMS if finished.problems else 0


def _settings(args: argparse.Namespace) -> "Settings":
    """How the studies are done. The network is read once, so that one that cannot be used is found before the first."""
    from app.cohort.task import Settings
    from app.exports.formats import FORMATS
    from app.model.checkpoint import FOLDER, load_card, read_network
    from app.model.precision import chosen_precision

    card = load_card(FOLDER)
    read_network(FOLDER, card)
    exports = tuple(name for name in FORMATS if name in args.export)  # in whatever order they were asked for
    return Settings(args.threshold, exports, FOLDER, card.sha256, str(chosen_precision()))


def _runner(args: argparse.Namespace) -> "Runner":
    from app.cohort.local_runner import default_workers, run_locally

    if args.ray is not None:
        return _on_ray(args.ray, args.workers)
    workers = args.workers or default_workers()
    return lambda tasks: run_locally(tasks, workers)


def _on_ray(address: str, at_once: int | None) -> "Runner":
    from app.cohort.ray_connection import connect
    from app.cohort.ray_runner import run_on_ray

    connect(address)  # before a large folder is looked through

    def runner(tasks: "Iterable[Task]") -> "Iterator[Outcome]":
        return run_on_ray(tasks, address, at_once=at_once)

    return runner


def _for_people(finished: "Finished", out: Path) -> str:
    done = len(finished.records) - len(finished.problems)
    earlier = f", {finished.earlier:,} of them earlier" if finished.earlier else ""
    problems = f" and {len(finished.problems):,} with a problem" if finished.problems else ""
    return (
        f"{finished.studies:,} studies: {done:,} done{problems}{earlier}.\n"
        f"Look at {out / 'index.html'}; the table is cohort.csv and cohort.parquet.\n{NOTICE}"
    )
