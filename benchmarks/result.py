"""What a benchmark found, as JSON with the facts of the machine: ratios to compare with, medians to read.

    result = Result("reading", {"nibabel / ours": 1.4}, {"ours, s": 0.8}, machine_facts())
    save(result, folder)

A ratio compares two things timed side by side in one run, so it says the same on a machine that is twice as fast.
Absolute times do not, and are never compared.
"""

import json
import os
import platform
import re
import statistics
import subprocess
import time
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from math import isfinite
from pathlib import Path
from typing import Any

import psutil

from app.durable import write_whole

ROOT = Path(__file__).parents[1]
CPUINFO = Path("/proc/cpuinfo")
FLAGS = ("avx2", "avx512f", "avx512_bf16", "avx512_vnni", "amx_tile", "amx_bf16", "amx_int8")
"""What of a processor makes convolutions faster, as Linux calls it."""
LIBRARIES = (
    *("tensorflow", "keras", "numpy", "scipy", "nibabel", "streamlit", "sqlalchemy", "pyarrow", "ray"),
    *("onnxruntime", "openvino", "torch", "ai-edge-litert", "isal", "zlib-ng", "rapidgzip", "indexed_gzip"),
)
DIGITS = 4
"""Significant digits that are stored; timings repeat to two or three."""


class Better(StrEnum):
    """Which way a ratio improves."""

    GREATER = "greater"
    LESS = "less"
    NEITHER = "neither"
    """It is told when it moves, and nothing has become worse: what another program does, for example."""


@dataclass(frozen=True)
class Result:
    """What one benchmark found."""

    name: str
    """Of the benchmark and of its file: lower-case letters, digits and underscores."""
    ratios: dict[str, float]
    """Dimensionless, of things measured in one run; these are compared with those that are stored."""
    medians: dict[str, float] = field(default_factory=dict)
    """Absolute, with the unit in the name ("reading, s"); to be read, never compared."""
    facts: dict[str, Any] = field(default_factory=dict)
    """`machine_facts()`, and what else there is to know of the run."""
    better: dict[str, Better] = field(default_factory=dict)
    """Which way a ratio improves; a ratio that is not named here is better when it is greater."""

    def way(self, ratio: str) -> Better:
        """Which way this ratio improves."""
        return Better(self.better.get(ratio, Better.GREATER))


def side_by_side(tasks: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Seconds that each task takes, a value for each round.

    Each task is run once to warm up. Then come the rounds, all tasks in each, forwards and backwards by turns: what
    the machine does besides, and how its clock drifts, falls on all of them alike.
    """
    for task in tasks.values():
        task()
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    for number in range(rounds):
        for name in list(tasks)[:: -1 if number % 2 else 1]:
            started = time.perf_counter()
            tasks[name]()
            seconds[name].append(time.perf_counter() - started)
    return seconds


def ratio(above: list[float], below: list[float]) -> float:
    """The median of the rounds' own ratios: a round in which the machine was slow is slow above and below."""
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


def add_json(parser: ArgumentParser) -> None:
    """Add `--json DIR`, which every benchmark has."""
    parser.add_argument("--json", type=Path, metavar="DIR", help="folder to write the result to, as JSON")


def machine_facts() -> dict[str, Any]:
    """What a reader has to know of machine and versions to understand a result; None where the system does not say."""
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        cores = os.cpu_count() or 1
    return {
        "processor": processor(),
        "flags": _flags(),
        "cores": cores,
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "load": round(psutil.getloadavg()[0], 2),
        "os": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "libraries": _versions(),
        "commit": _commit(),
    }


def processor() -> str:
    """The processor's name."""
    if CPUINFO.exists() and (named := re.search(r"^model name\s*:\s*(.+)$", CPUINFO.read_text(), re.MULTILINE)):
        return named[1].strip()
    return platform.processor() or platform.machine()


def _flags() -> list[str] | None:
    if not CPUINFO.exists():
        return None
    found = re.search(r"^flags\s*:\s*(.+)$", CPUINFO.read_text(), re.MULTILINE)
    return sorted(set(found[1].split()) & set(FLAGS)) if found else None


def _versions() -> dict[str, str]:
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _commit() -> str | None:
    """Short; with a plus sign when files have changed since."""
    try:
        told = subprocess.run(
            ["git", "describe", "--always", "--dirty=+", "--exclude=*"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return told.stdout.strip()


def save(result: Result, folder: Path) -> Path:
    """Write a result as NAME.json below a folder, which is made when missing; gives the file.

    Raises ValueError for a name that is none, a number that is not finite or a ratio that is not above 0; OSError.
    """
    if not re.fullmatch(r"[a-z0-9_]+", result.name):
        raise ValueError(f"A benchmark's name has lower-case letters, digits and _. Received: name={result.name!r}")
    values = asdict(result)
    for group in ("ratios", "medians"):
        if bad := [name for name, value in values[group].items() if not isfinite(value)]:
            raise ValueError(f"{result.name}: {bad[0]!r} is no number.")
        values[group] = {name: float(f"{value:.{DIGITS}g}") for name, value in values[group].items()}
    if bad := [name for name, value in result.ratios.items() if value <= 0]:
        raise ValueError(f"{result.name}: the ratio {bad[0]!r} is not above 0.")
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{result.name}.json"
    write_whole(target, f"{json.dumps(values, indent=1, ensure_ascii=False, allow_nan=False)}\n".encode())
    return target


def load(path: Path) -> Result:
    """Read what `save` wrote. Raises ValueError when it is something else, OSError."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        ratios = {name: float(value) for name, value in values["ratios"].items()}
        better = {name: Better(way) for name, way in values["better"].items()}
        return Result(values["name"], ratios, values["medians"], values["facts"], better)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is no result of a benchmark: {error!r}") from error
