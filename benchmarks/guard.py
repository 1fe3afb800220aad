"""Has anything become slower since the ratios in `benchmarks/stored` were measured? `make bench`; about six minutes.

    python -m benchmarks.guard [NAME …] [--store] [--json DIR]

Runs the benchmarks that need neither real scans nor a browser and compares their ratios, never their seconds, with the
stored ones. A benchmark in which a ratio has become worse is run a second time, and counts only if it is worse again.
Exit status 1: a ratio got worse by more than 10 % on a machine like the one that the ratios were stored on, or a
benchmark failed. On another machine ratios may rightly differ, so what moved is told and the status is 0.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.comparison import Verdict, changes, nearer, other_facts, same_machine
from benchmarks.result import Result, load, save

ROOT = Path(__file__).parents[1]
STORED = ROOT / "benchmarks" / "stored"
GUARDED: dict[str, tuple[str, ...]] = {
    "inference": ("--batches", "3"),
    "reading": (),
    "serving": (),
    "exports": (),
    "records": (),
    "saving": ("--saves", "150"),
    "cohort": ("--studies", "6"),
}
"""The benchmarks, with arguments that make them short."""
PATIENCE = 900
"""Seconds after which a benchmark is given up."""

Measure = Callable[[str], Result | None]
"""A benchmark's name to what it found; None when it failed."""


def guard(names: Sequence[str], measure: Measure, stored: Path) -> int:
    """Measure, compare with what is stored, and print; gives the exit status."""
    failed, worse = [], 0
    lines: list[str] = []
    for name in names:
        measured = measure(name)
        if measured is None:
            failed.append(name)
            continue
        if not (path := stored / f"{name}.json").exists():
            lines.append(f"{name}: nothing is stored yet")
            continue
        told, count = _compared(load(path), measured, measure)
        lines += told
        worse += count
    print("\n" + "\n".join(lines or ["Nothing moved by more than 10 %."]))
    if failed:
        print(f"Failed: {', '.join(failed)}. What went wrong stands above.")
    print(f"{worse} got worse." if worse else "Nothing got worse.")
    return 1 if worse or failed else 0


def _compared(stored: Result, measured: Result, measure: Measure) -> tuple[list[str], int]:
    """What there is to tell of one benchmark, and how many of its ratios got worse where they must not."""
    alike = same_machine(stored, measured)
    found = list(changes(stored, measured))
    if alike and any(change.verdict is Verdict.WORSE for change in found):
        print(f"{measured.name}: something seems worse, so it is measured a second time", flush=True)
        again = measure(measured.name)
        if again is not None:
            found = list(changes(stored, nearer(stored, measured, again)))
    lines = [str(change) for change in found if change.verdict is not Verdict.GONE]
    if lines:
        lines += [f"  {line}" for line in other_facts(stored, measured)]
    if lines and not alike:
        lines.append("  Another machine than the stored one: its ratios may rightly differ, so none of them counts.")
    if gone := [change.ratio for change in found if change.verdict is Verdict.GONE]:
        lines.append(f"{measured.name}: stored, but not measured this time: {', '.join(gone)}")
    return lines, sum(change.verdict is Verdict.WORSE for change in found) if alike else 0


def store(names: Sequence[str], measure: Measure, stored: Path) -> int:
    """Measure, and keep what was found in place of what is stored; gives the exit status."""
    status = 0
    for name in names:
        measured = measure(name)
        if measured is None:
            print(f"{name} failed; what is stored of it stays.")
            status = 1
        else:
            print(f"Stored in {save(measured, stored)}", flush=True)
    return status


def measured_in(folder: Path) -> Measure:
    """Runs a benchmark in a process of its own, and reads what it has written to the folder."""

    def measure(name: str) -> Result | None:
        print(f"\n== {name}", flush=True)
        path = folder / f"{name}.json"
        path.unlink(missing_ok=True)
        command = [sys.executable, "-m", f"benchmarks.{name}", *GUARDED[name], "--json", str(folder)]
        with tempfile.TemporaryDirectory() as data:
            settings = {"TF_CPP_MIN_LOG_LEVEL": "3", "GLIOLENS_DATA": data}
            try:
                subprocess.run(command, cwd=ROOT, env=os.environ | settings, check=True, timeout=PATIENCE)
                return load(path)
            except (subprocess.SubprocessError, OSError, ValueError) as error:
                print(f"{name}: {error}", file=sys.stderr)
                return None

    return measure


def main() -> int:
    """Compare or store; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.guard", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of {', '.join(GUARDED)} (default: all)")
    parser.add_argument("--store", action="store_true", help="keep what is measured in place of what is stored")
    parser.add_argument("--json", type=Path, metavar="DIR", help="folder that keeps what was measured, as JSON")
    args = parser.parse_args()
    if unknown := [name for name in args.names if name not in GUARDED]:
        parser.error(f"there is no {unknown[0]!r}: give some of {', '.join(GUARDED)}")
    act = store if args.store else guard
    with tempfile.TemporaryDirectory() as folder:
        return act(args.names or list(GUARDED), measured_in(args.json or Path(folder)), STORED)


if __name__ == "__main__":
    sys.exit(main())
