"""Studies a minute of a cohort: one process, two processes, and a local Ray cluster where Ray is installed.

    python -m benchmarks.cohort [FOLDER] [--studies 8] [--json DIR]

FOLDER holds studies; without it there are so many copies of the simulated glioma, 155 slices and four sequences each.
Every way does the same studies with the ledger and tables of `python -m app cohort`, and what it writes has to be the
same byte for byte. "While it runs" leaves out the time in which processes start and load the network.
"""

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from app.cohort.local_runner import run_locally
from app.cohort.run import Cohort, Runner, run
from app.cohort.task import Outcome, Settings, Task
from app.model.checkpoint import FOLDER, load_card
from app.model.precision import chosen_precision
from benchmarks.result import ROOT, Better, Result, add_json, machine_facts, save

SIMULATED = ROOT / "sample_scans" / "glioma"
WORKERS = 2
ONE, SEVERAL, RAY = "1 worker", f"{WORKERS} workers", f"Ray, {WORKERS} workers"


@dataclass(frozen=True)
class Rate:
    """How fast one way was."""

    studies: int
    whole: float
    """Seconds from the first task to the tables."""
    running: float
    """Studies a second from when every worker had done one."""
    busy: float
    """Share of the workers' time in which they worked on a study, while it ran."""


def measure(cohort: Cohort, runner: Runner, workers: int) -> Rate:
    """Do a cohort from the start, and take the time. Raises RuntimeError where a study could not be done."""
    marks: list[tuple[float, float]] = []

    def watched(tasks: Iterable[Task]) -> Iterator[Outcome]:
        with closing(runner(tasks)) as outcomes:  # type: ignore[type-var]  # a generator, as runners are
            for outcome in outcomes:
                marks.append((time.perf_counter(), sum(outcome.seconds.values())))
                yield outcome

    started = time.perf_counter()
    with Path(os.devnull).open("w") as nowhere:
        finished = run(cohort, watched, nowhere)
    whole = time.perf_counter() - started
    if finished.problems:
        raise RuntimeError(f"{finished.problems[0].row['study']}: {finished.problems[0].row['problem']}")
    return rate(marks, whole, workers)


def rate(marks: list[tuple[float, float]], whole: float, workers: int) -> Rate:
    """What the marks say, more of them than workers: when each outcome came, and the seconds of work in it."""
    after = marks[workers:]
    running = marks[-1][0] - marks[workers - 1][0]
    return Rate(len(marks), whole, len(after) / running, sum(work for _, work in after) / (workers * running))


def ways(stack: ExitStack) -> dict[str, tuple[Runner, int]]:
    """Runners and how many workers each has; clusters end with the stack."""
    local = {ONE: (partial(run_locally, workers=1), 1), SEVERAL: (partial(run_locally, workers=WORKERS), WORKERS)}
    if find_spec("ray") is None:
        print("Ray is left out: it is not installed (requirements-ray.txt).")
        return local
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    from ray.cluster_utils import Cluster

    from app.cohort.ray_runner import run_on_ray

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": WORKERS, "include_dashboard": False})
    stack.callback(cluster.shutdown)
    return local | {RAY: (partial(run_on_ray, address=cluster.address, cores=1), WORKERS)}


def result(rates: dict[str, Rate]) -> Result:
    """Two workers beside one, and Ray beside two workers: greater is better."""
    pairs = [(SEVERAL, ONE), *([(RAY, SEVERAL)] if RAY in rates else [])]
    ratios = {f"{name} / {beside}": rates[name].running / rates[beside].running for name, beside in pairs}
    ratios |= {f"{name}: share of the time at work": found.busy for name, found in rates.items()}
    medians = {f"{name}, studies a minute while it runs": 60 * found.running for name, found in rates.items()}
    medians |= {f"{name}, studies a minute in all": 60 * found.studies / found.whole for name, found in rates.items()}
    facts = machine_facts() | {"studies": rates[ONE].studies}
    return Result("cohort", ratios, medians, facts, dict.fromkeys(ratios, Better.GREATER))


def files_below(folder: Path) -> dict[str, bytes]:
    """Path below the folder to content, of every file."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def copies(folder: Path, count: int) -> Path:
    """The simulated glioma so many times, as case folders."""
    for number in range(count):
        case = folder / f"glioma_{number:03d}"
        case.mkdir(parents=True)
        for path in SIMULATED.iterdir():
            shutil.copy(path, case / path.name.replace("glioma", case.name, 1))
    return folder


def compare(folder: Path, scratch: Path) -> dict[str, Rate]:
    """Every way on the same studies, printed. Raises RuntimeError where their results differ."""
    settings = Settings(None, (), FOLDER, load_card(FOLDER).sha256, chosen_precision())
    rates, first = {}, None
    print("| way | studies a minute while it runs | in all | share of the time at work |\n|---|---:|---:|---:|")
    with ExitStack() as stack:
        for name, (runner, workers) in ways(stack).items():
            out = scratch / name
            rates[name] = found = measure(Cohort(folder, out, settings), runner, workers)
            in_all = 60 * found.studies / found.whole
            print(f"| {name} | {60 * found.running:.1f} | {in_all:.1f} | {found.busy:.2f} |", flush=True)
            made = files_below(out)
            if first is not None and made != first:
                different = sorted(key for key in made | first if made.get(key) != first.get(key))
                raise RuntimeError(
                    f"{name}: {len(different)} files differ from one worker's, {different[0]} among them"
                )
            first = made
    return rates


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cohort", description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, metavar="FOLDER", help="of studies (default: simulated ones)")
    parser.add_argument("--studies", type=int, default=8, metavar="N", help="simulated ones (default: 8)")
    add_json(parser)
    args = parser.parse_args()
    if args.studies <= WORKERS:
        parser.error(f"--studies: more than {WORKERS} are needed")
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.folder or copies(Path(scratch, "studies"), args.studies)
        rates = compare(folder, Path(scratch, "out"))
    if args.json:
        save(result(rates), args.json)


if __name__ == "__main__":
    main()
