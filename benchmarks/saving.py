"""How fast two processes save to the records at once, and whether anything is lost or doubled.

Each process saves small readings one after the other: first to patients of its own, then both the same scans to one
patient, where one study is to come of each scan. In the end rows, files and the audit log are counted and checked. The
records are in a new folder, which goes afterwards; `--postgresql` names an empty database, in which the rows stay.
With `--json`, one process then saves alone to SQLite in memory: a disk is too moody to compare with what it was.
"""

import argparse
import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from multiprocessing.context import BaseContext
from multiprocessing.synchronize import Barrier
from pathlib import Path
from statistics import median

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from sqlalchemy import func, select  # noqa: E402

from app.decision.keeping import keep, reopen  # noqa: E402
from app.decision.reading import Reading, read  # noqa: E402
from app.model.checkpoint import CARD, FOLDER, parse_card  # noqa: E402
from app.records.audit import verify  # noqa: E402
from app.records.audit_heads import heads_file, read_heads  # noqa: E402
from app.records.database import Records, open_records  # noqa: E402
from app.records.deletions import files_in_use  # noqa: E402
from app.records.patients import add_patient  # noqa: E402
from app.records.rows import PatientFields  # noqa: E402
from app.records.tables import Patient, Segmentation, Study  # noqa: E402
from app.records.who import Actor, Role  # noqa: E402
from app.study import Probability, Sequence, Source  # noqa: E402
from app.study import Study as Scan  # noqa: E402
from benchmarks import yardstick  # noqa: E402
from benchmarks.result import Better, Result, add_json, machine_facts, ratio, save, side_by_side  # noqa: E402

SAVES, PROCESSES, OWN = 1000, 2, 10
"""Saves of each process, processes, and patients of each."""
ALONE = 100
"""Saves of one process alone."""
MEMORY = Path("/dev/shm")
"""Files in memory, on Linux."""
SHAPE = (4, 24, 20)
CARD_JSON = (FOLDER / CARD).read_bytes()


@dataclass(frozen=True)
class Figures:
    """What two processes needed."""

    saves: int
    seconds: float
    each: tuple[float, ...]
    """Seconds of each save, of both."""

    def __str__(self) -> str:
        middle, late, last = np.percentile(self.each, (50, 95, 100)) * 1000
        return (
            f"{self.saves / self.seconds:.0f} saves per second; one takes {middle:.0f} ms, 95 % within {late:.0f} ms, "
            f"all within {last:.0f} ms"
        )


def reading(number: int) -> Reading:
    """A head of noise with one lesion, no two alike."""
    card, chance = parse_card(CARD_JSON), np.random.default_rng(number)
    image = np.zeros(SHAPE, np.float32)
    image[:, 2:22, 2:18] = chance.integers(50, 500, (4, 20, 16))
    levels = np.zeros(SHAPE, np.uint8)
    levels[1:3, 8:16, 5:11] = chance.integers(150, 200, (2, 8, 6))
    scan = Scan(f"scan {number}", {Sequence.FLAIR: image}, Source("volume", SHAPE[::-1], np.eye(4)), (1.0, 1.0, 1.0))
    return read(scan, Probability(levels, scan.sha256, card.sha256, np.full(SHAPE, 2, np.uint8)), card, None)


def save_all(environ: Mapping[str, str], start: Barrier, process: int, same: bool, saves: int, out: Path) -> None:
    """One of the processes: begins with the others, and writes down the seconds of each save."""
    records, actor, seconds = open_records(environ), Actor(f"reader {process}", Role.READER), []
    patients = [_patient(records, actor, f"of {process}, {own}") for own in range(0 if same else OWN)]
    patients += [_patient(records, actor, "of all") for _ in range(same and process == 0)]
    start.wait()
    if same:
        with records.reading() as session:
            patients = [*session.scalars(select(Patient.id).where(Patient.pseudonym == "of all"))]
    for number in range(saves):
        made = reading(number if same else 10**6 * (process + 1) + number)
        began = time.perf_counter()
        _keep(records, actor, made, patients[number % len(patients)], id_of(process, same, number))
        seconds.append(time.perf_counter() - began)
    records.close()
    out.write_text(json.dumps(seconds))


def _keep(records: Records, actor: Actor, made: Reading, patient: str, segmentation: str) -> None:
    keep(
        records,
        actor,
        made,
        patient_id=patient,
        taken_on=None,
        card_json=CARD_JSON,
        thumbnail=b"thumbnail",
        segmentation_id=segmentation,
    )


def id_of(process: int, same: bool, number: int) -> str:
    """Of the segmentation that a process saves."""
    return f"{process:08x}{same:08x}{number:016x}"


def _patient(records: Records, actor: Actor, pseudonym: str) -> str:
    with records.writing(actor) as session:
        return add_patient(session, PatientFields(pseudonym))


def run(environ: Mapping[str, str], *, same: bool, saves: int) -> Figures:
    """Let the processes save, to one patient or to their own. Raises RuntimeError when one of them failed."""
    context = _context()
    with tempfile.TemporaryDirectory() as folder:
        start = context.Barrier(PROCESSES + 1)
        outs = [Path(folder, str(process)) for process in range(PROCESSES)]
        processes = [
            context.Process(target=save_all, args=(dict(environ), start, process, same, saves, out))
            for process, out in enumerate(outs)
        ]
        for process in processes:
            process.start()
        start.wait(timeout=120)
        began = time.perf_counter()
        for process in processes:
            process.join()
        seconds = time.perf_counter() - began
        if any(process.exitcode for process in processes):
            raise RuntimeError("A process failed; what it said stands above.")
        each = tuple(second for out in outs for second in json.loads(out.read_text()))
    return Figures(len(each), seconds, each)


def _context() -> BaseContext:
    """How processes are started: from one that has imported all of this, where the system can."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    run_as = getattr(sys.modules["__main__"], "__spec__", None)
    if run_as is None or run_as.name != "benchmarks.saving":  # else each process runs this module by its name anyway
        context.set_forkserver_preload(["benchmarks.saving"])
    return context


def check(environ: Mapping[str, str], saves: int) -> str:
    """What is there after both ways, in a sentence. Raises RuntimeError where anything is lost, doubled or damaged."""
    ways = [(process, same) for process in range(PROCESSES) for same in (False, True)]
    wanted = [PROCESSES * OWN + 1, (PROCESSES + 1) * saves, 2 * PROCESSES * saves]
    with closing(open_records(environ)) as records:
        with records.reading() as session:
            found = [session.scalar(select(func.count()).select_from(each)) for each in (Patient, Study, Segmentation)]
            ids = set(session.scalars(select(Segmentation.id)))
            log = verify(session, read_heads(heads_file(records.folder, records.kind)))
            named = files_in_use(session)
        if found != wanted or ids != {id_of(*way, number) for way in ways for number in range(saves)}:
            raise RuntimeError(f"There should be {wanted} patients, studies and segmentations. There are {found}.")
        if not log.sound:
            raise RuntimeError(f"The audit log is broken: {log.why}")
        if named != set(records.files.all()):
            raise RuntimeError("Files and rows do not belong together.")
        for sha256 in named:
            records.files.get(sha256)
        reopen(records, Actor("reader", Role.READER), id_of(1, True, saves - 1))
    return (
        f"{found[0]:,} patients, {found[1]:,} studies, {found[2]:,} segmentations, {len(named):,} files and "
        f"{log.count:,} entries in the log: nothing lost, doubled or damaged"
    )


def alone() -> dict[str, list[float]]:
    """Seconds of saves by one process to files in memory, by turns with the fixed piece of work."""
    with (
        tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder,
        closing(open_records({"GLIOLENS_DATA": folder})) as records,
    ):
        actor, number = Actor("reader", Role.READER), count()
        patient = _patient(records, actor, "of one alone")
        made = [reading(each) for each in range(ALONE + 1)]

        def one() -> None:
            each = next(number)
            _keep(records, actor, made[each], patient, id_of(0, False, each))

        return side_by_side({"one save in memory": one, "yardstick": yardstick.work}, ALONE)


def measure(environ: Mapping[str, str], saves: int) -> dict[str, Figures]:
    """Both ways on one database, printed."""
    open_records(environ).close()
    figures = {}
    for same in (False, True):
        way = "to one patient, the same scans" if same else "to patients of their own"
        print(f"  {way}: ", end="", flush=True)
        figures[way] = run(environ, same=same, saves=saves)
        print(figures[way], flush=True)
    print(f"  {check(environ, saves)}")
    return figures


def result(figures: Mapping[str, Figures], took: Mapping[str, list[float]]) -> Result:
    """One save in memory as a multiple of the fixed piece of work; what two processes did, by database and way."""
    name = "one save in memory / yardstick"
    medians = {f"{what}, s": median(seconds) for what, seconds in took.items()}
    medians |= {f"{way}, saves a second": figure.saves / figure.seconds for way, figure in figures.items()}
    ratios = {name: ratio(took["one save in memory"], took["yardstick"])}
    return Result("saving", ratios, medians, machine_facts(), {name: Better.LESS})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--saves", type=int, default=SAVES, help="of each process (default: %(default)s)")
    parser.add_argument("--folder", type=Path, help="on the disk to measure (default: that for temporary files)")
    parser.add_argument("--postgresql", metavar="URL", help="an empty database to measure as well")
    add_json(parser)
    args = parser.parse_args()
    figures: dict[str, Figures] = {}
    for kind, url in ("SQLite", None), ("PostgreSQL", args.postgresql):
        if kind == "PostgreSQL" and url is None:
            continue
        with tempfile.TemporaryDirectory(dir=args.folder) as folder:
            print(f"{kind}, {PROCESSES} processes on {os.cpu_count()} cores, {args.saves:,} saves each:")
            environ = {"GLIOLENS_DATA": folder} | ({} if url is None else {"GLIOLENS_DATABASE_URL": url})
            figures |= {f"{kind}, {way}": figure for way, figure in measure(environ, args.saves).items()}
    if args.json:
        save(result(figures, alone()), args.json)


if __name__ == "__main__":
    main()
