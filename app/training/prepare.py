"""A data set checked case by case and made into planes, so that training reads neither headers nor compressed files."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import BinaryIO

from app.errors import DatasetError, InputError
from app.model.network_input import SIZE, VERSION
from app.training.datasets import Case, Dataset
from app.training.prepare_case import PreparedPlanes, prepare_case
from app.training.prepare_checks import Known, with_other_cases
from app.training.prepared import is_whole, planes_bytes
from app.training.prepared_index import IMAGES, INDEX, TARGETS, Entry, Index, read_index, stamp, write_index

MAX_PROCESSES = 8
"""Each takes about half a GiB for a BraTS case."""
_SAVE_SECONDS = 2.0
"""Work that a kill may cost, besides the cases under way."""


def prepare(
    dataset: Dataset,
    folder: Path,
    out: Path,
    *,
    processes: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Index:
    """Check every case of a data set and write those that can be used to `out`; go on where a killed run ended.

    Cases that are there already are kept; when one of them has changed or gone, all is made anew. What cannot be used,
    and what has the voxels of a case that came before, here or in the sets beside `out`, is skipped with its reason.

    Args:
        dataset: how to read `folder`.
        folder: where the files are.
        out: made when missing; sets in folders beside it are compared with.
        processes: cases that are read at once; as many as there are cores, up to `MAX_PROCESSES`, by default.
        progress: called with the cases done and all cases.

    Returns:
        The finished index; it has no cases when none could be used.

    Raises:
        DatasetError: there is no case in `folder`, or another data set in `out`.
        InputError: `out` cannot be written to.
    """
    cases = dataset.cases(folder)
    try:
        out.mkdir(parents=True, exist_ok=True)
        index = _begin(out, dataset, folder, cases)
        beside = _beside(out)
        with _Writer.open(out, index) as writer:
            _add(writer, cases, beside, processes, progress)
        index.cases = with_other_cases(index.cases, beside)
        index.finished = True
        write_index(out, index)
    except OSError as error:
        raise InputError(f"{error.filename or out} cannot be written: {error.strerror}.") from error
    return index


@dataclass
class _Writer:
    """Appends cases to the files of a set; the index names a case only when its planes are written."""

    out: Path
    index: Index
    images: BinaryIO
    targets: BinaryIO
    saved: float

    @classmethod
    @contextmanager
    def open(cls, out: Path, index: Index) -> "Iterator[_Writer]":
        """Cut off what a killed run left behind the last case, and save the index at the end, however it comes."""
        with (out / IMAGES).open("ab") as images, (out / TARGETS).open("ab") as targets:
            for file, size in zip((images, targets), planes_bytes(index), strict=True):
                file.truncate(size)
            writer = cls(out, index, images, targets, time.monotonic())
            try:
                yield writer
            finally:
                writer.save()

    def add(self, prepared: PreparedPlanes) -> None:
        offset, bytes_before = planes_bytes(self.index)
        for file, planes in ((self.images, prepared.images), (self.targets, prepared.targets)):
            file.write(planes.data)
        self.index.cases.append(replace(prepared.entry, offset=offset, row=bytes_before // SIZE**2))
        if time.monotonic() - self.saved > _SAVE_SECONDS:
            self.save()

    def save(self) -> None:
        self.images.flush()
        self.targets.flush()
        write_index(self.out, self.index)
        self.saved = time.monotonic()


def _begin(out: Path, dataset: Dataset, folder: Path, cases: list[Case]) -> Index:
    """The index of a run that is gone on with, or an empty one."""
    index = read_index(out)
    if index and index.dataset != dataset.name:
        raise DatasetError(f"{out} holds a prepared set of {index.dataset}. Give another folder, or delete it.")
    now = {case.name: case for case in cases}
    if index and index.version == VERSION and is_whole(out, index) and all(_unchanged(e, now) for e in index.cases):
        index.finished, index.folder = False, str(folder.absolute())
        index.skipped.clear()
        return index
    (out / INDEX).unlink(missing_ok=True)
    return Index(dataset.name, str(folder.absolute()))


def _unchanged(entry: Entry, cases: dict[str, Case]) -> bool:
    case = cases.get(entry.name)
    return case is not None and entry.files == [str(p.absolute()) for p in case.files] and entry.stamp == stamp(case)


def _beside(out: Path) -> dict[str, list[Entry]]:
    """The sets of this version in the folders beside `out`, by folder name."""
    folders = [path for path in sorted(out.absolute().parent.iterdir()) if path.is_dir() and not path.samefile(out)]
    found = {path.name: read_index(path) for path in folders}
    return {name: index.cases for name, index in found.items() if index and index.version == VERSION}


def _add(
    writer: _Writer,
    cases: list[Case],
    beside: dict[str, list[Entry]],
    processes: int | None,
    progress: Callable[[int, int], None] | None,
) -> None:
    index = writer.index
    known = Known(beside)
    for entry in index.cases:
        known.add(entry)
    done = {entry.name for entry in index.cases}
    todo = [case for case in cases if case.name not in done]
    for count, (case, result) in enumerate(_results(todo, processes), len(done) + 1):
        why = result if isinstance(result, str) else known.duplicate(result.entry)
        if isinstance(result, PreparedPlanes) and why is None:
            known.add(result.entry)
            writer.add(result)
        else:
            index.skipped[case.name] = str(why)
        if progress:
            progress(count, len(cases))


def _results(cases: list[Case], processes: int | None) -> Iterator[tuple[Case, PreparedPlanes | str]]:
    """Each case with what became of it, in order."""
    workers = min(processes or min(os.cpu_count() or 1, MAX_PROCESSES), len(cases))
    if workers <= 1:
        yield from ((case, prepare_case(case)) for case in cases)
        return
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _obey_parent)
    try:
        yield from zip(cases, pool.map(prepare_case, cases), strict=True)
    finally:
        pool.shutdown(cancel_futures=True)


def _obey_parent() -> None:
    """Leave Ctrl-C to the parent, and end when it ends, even if it was killed."""

    def end_with_it() -> None:
        if parent := parent_process():
            parent.join()
        os._exit(1)

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with_it, daemon=True).start()
