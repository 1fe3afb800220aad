"""A cohort from its folder to its tables."""

import os
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from app.cohort.find import find
from app.cohort.found import Found
from app.cohort.ledger import STUDIES, Ledger, Record, digest_of
from app.cohort.lock import locked
from app.cohort.progress import Progress
from app.cohort.table import table_csv, table_parquet
from app.cohort.table_html import pages
from app.cohort.task import Outcome, Settings, Task
from app.errors import InputError
from app.exports.save import save

CSV, PARQUET = "cohort.csv", "cohort.parquet"
Runner = Callable[[Iterable[Task]], Iterator[Outcome]]
"""Takes tasks as it has room for them, and gives the outcome of each exactly once, in any order; closing what it gives
ends all that is still at work."""


@dataclass(frozen=True)
class Cohort:
    """What is to be done, and where to."""

    folder: Path
    """Below which the studies lie."""
    out: Path
    settings: Settings
    retry_failed: bool = False
    """Whether studies that were a problem are tried again, though nothing has changed."""


@dataclass(frozen=True)
class Finished:
    """What became of a cohort."""

    studies: int
    """That were found."""
    earlier: int
    """Of those, that were done before this run began."""
    records: tuple[Record, ...]
    """Of those that are done or are a problem, by name; all, unless the run was interrupted."""

    @property
    def problems(self) -> tuple[Record, ...]:
        """Those that could not be done."""
        return tuple(record for record in self.records if record.failed)


def run(cohort: Cohort, runner: Runner, stream: TextIO | None = None) -> Finished:
    """Do every study that is not done yet, and write the tables.

    Interrupted (KeyboardInterrupt), it writes the tables of what is done and is interrupted still. Killed, it goes on
    where it was when it is run again.

    Args:
        cohort: what is to be done.
        runner: does it.
        stream: is told how far it is; None for standard error.

    Raises:
        InputError: the folder holds no study; or `out` cannot be written to, is in use by another run, holds the
            results of another cohort, or is the folder of the studies itself.
    """
    stream = stream or sys.stderr
    root = _checked(cohort)
    with locked(cohort.out):
        ledger = Ledger(cohort.out, root)
        ledger.claim()
        found = find(root, lambda said: _say(stream, said))
        _say(stream, f"{len(found):,} studies found.")
        records = _done(ledger, found, cohort)
        if others := ledger.strangers({each.name for each in found}):
            _say(stream, f"{others:,} studies in {cohort.out} are not there any more; their results stay, in no table.")
        earlier = len(records)
        try:
            _do([each for each in found if each.name not in records], cohort, ledger, runner, records, stream)
        finally:  # on Ctrl-C too
            finished = Finished(len(found), earlier, tuple(records[name] for name in sorted(records)))
            write_tables(cohort.out, root.name, finished)
        return finished


def write_tables(out: Path, title: str, finished: Finished) -> None:
    """Write all tables; raises InputError when they cannot be written."""
    rows = [record.row for record in finished.records]
    save(out, CSV, table_csv(rows))
    save(out, PARQUET, table_parquet(rows))
    made = {save(out, name, page) for name, page in pages(title, finished.studies, finished.records)}
    for old in out.glob("index-*.html"):
        if old not in made:
            old.unlink()


def _checked(cohort: Cohort) -> Path:
    """The absolute folder of the studies, and `out` made."""
    root, out = Path(os.path.abspath(cohort.folder)), cohort.out
    if not root.is_dir():
        raise InputError(f"There is no folder {cohort.folder}. Give the folder below which the studies lie.")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{out} cannot be made: {error.strerror}. Choose another folder with --out.") from error
    if root.resolve() == out.resolve() or root.resolve().is_relative_to((out / STUDIES).resolve()):
        raise InputError(f"The studies lie in {out}, where results would go. Choose another --out, such as below them.")
    return root


def _done(ledger: Ledger, found: Sequence[Found], cohort: Cohort) -> dict[str, Record]:
    """What need not be done again, by name."""
    done = {}
    for each in found:
        record = ledger.record(each.name)
        if record is None or (record.failed and cohort.retry_failed):
            continue
        if record.digest == digest_of(each, cohort.settings, ledger.root):
            done[each.name] = record
    return done


def _do(
    todo: Sequence[Found],
    cohort: Cohort,
    ledger: Ledger,
    runner: Runner,
    records: dict[str, Record],
    stream: TextIO,
) -> None:
    """Do the studies, and put each into the ledger and among the records when it is done."""
    if not todo:
        return
    digests: dict[str, str] = {}
    by_name = {each.name: each for each in todo}

    def tasks() -> Iterator[Task]:
        for each in todo:
            digests[each.name] = digest_of(each, cohort.settings, ledger.root)
            yield Task(each, cohort.settings)

    progress = Progress(len(todo), stream)
    try:
        with closing(_closable(runner(tasks()))) as outcomes:
            for outcome in outcomes:
                records[outcome.name] = ledger.keep(by_name.pop(outcome.name), outcome, digests.pop(outcome.name))
                progress.finished(problem=records[outcome.name].failed)
    finally:
        progress.close()
    if by_name:
        raise RuntimeError(f"A runner gives an outcome of each study. Received: none of {len(by_name)} studies")


def _closable(outcomes: Iterator[Outcome]) -> Generator[Outcome, None, None]:
    yield from outcomes


def _say(stream: TextIO, said: str) -> None:
    print(said, file=stream, flush=True)
