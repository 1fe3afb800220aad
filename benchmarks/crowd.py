"""How the app holds up with 1, 8 and 32 visitors at once; with `--memory`, after up to 200 uploads.

Each visitor comes to the page, uploads a simulated scan of its own, waits for the result, moves threshold and slice as
a hand does that rests now and then, goes back to a sample, and leaves. One server, started here, serves them all; the
first visitor of all, who waits for TensorFlow to load, does not count. Seconds are what a visitor waits.
"""

import argparse
import asyncio
import gzip
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import nibabel
import numpy as np
import psutil
import requests

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.result import Better, Result, add_json, machine_facts, save  # noqa: E402
from benchmarks.visitor import Run, Visitor  # noqa: E402

SHAPE = (150, 180, 30)
"""Voxels of an uploaded scan, along x, y and z."""
CROWDS = (1, 8, 32)
MOVES, REST = 20, 0.5
"""Committed changes of each visitor, and seconds between them."""
COUNTS, AT_ONCE = (20, 65, 110, 155, 200), 4
TTL = 5
"""Seconds for which the server keeps the session of somebody who has gone; two minutes unless told."""


@dataclass
class Measured:
    """What visitors waited for, in seconds."""

    page: list[float] = field(default_factory=list)
    picture: list[float] = field(default_factory=list)
    result: list[float] = field(default_factory=list)
    change: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def add(self, into: list[float], run: Run) -> None:
        """Note a run, and what went wrong in it."""
        into.append(run.seconds)
        self.errors += run.errors


def scan(seed: int) -> bytes:
    """An ellipsoid of smooth noise on black as `.nii.gz`, no two alike."""
    random = np.random.default_rng(seed)
    grid = np.stack(np.meshgrid(*(np.linspace(-1, 1, n) for n in SHAPE), indexing="ij"))
    voxels = random.normal(400, 40, SHAPE) + 200 * np.exp(
        -((grid - random.uniform(-0.3, 0.3, (3, 1, 1, 1))) ** 2).sum(0) * 20
    )
    image = nibabel.Nifti1Image(np.where((grid**2).sum(0) < 0.8, voxels, 0).astype(np.int16), np.diag([-1, -1, 4, 1]))
    return gzip.compress(image.to_bytes(), 1)


@contextmanager
def server() -> Iterator[tuple[str, psutil.Process]]:
    """The app on a free port; its URL and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port", str(port)]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [*command, "--server.disconnectedSessionTTL", str(TTL)],
            cwd=ROOT,
            env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"},
            stdout=log,
            stderr=log,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_for(url, process)
            yield url, psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait()


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    while process.poll() is None:
        try:
            requests.get(f"{url}/_stcore/health", timeout=5).raise_for_status()
        except requests.RequestException:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("The server has ended.")


async def visit(url: str, seed: int, measured: Measured) -> None:
    """One visitor's stay."""
    content = scan(seed)
    async with Visitor(url) as visitor:
        measured.add(measured.page, await visitor.open())
        run = await visitor.upload(f"scan{seed}_flair.nii.gz", content)
        measured.add(measured.result, run)
        if run.scan is not None:
            measured.picture.append(run.scan - run.started)
        for number in range(MOVES):
            measured.add(measured.change, await visitor.move(number % SHAPE[2], 50 + number))
            await asyncio.sleep(REST)
        (study,) = (label for label in visitor.labels if label.startswith("Study"))
        measured.add(measured.page, await visitor.choose(study, visitor.options(study)[1]))


async def crowd(url: str, people: int, first_seed: int) -> Measured:
    """So many visitors at once, who come within one second."""
    measured = Measured()

    async def come(number: int) -> None:
        await asyncio.sleep(number / people)
        try:
            await visit(url, first_seed + number, measured)
        except Exception as error:  # noqa: BLE001 - whatever it was, a visitor got no answer
            measured.errors.append(f"{type(error).__name__}: {error}")

    await asyncio.gather(*(come(number) for number in range(people)))
    return measured


def load() -> dict[int, dict[str, float]]:
    """The table for 1, 8 and 32 visitors; gives the medians for each."""
    print(f"{'visitors':>28}" + "".join(f"{people:>18}" for people in CROWDS))
    rows: dict[str, list[str]] = {}
    medians: dict[int, dict[str, float]] = {people: {} for people in CROWDS}
    with server() as (url, process):
        asyncio.run(crowd(url, 1, 0))
        for people in CROWDS:
            before, started = _cpu(process), time.monotonic()
            measured = asyncio.run(crowd(url, people, 1000 * people))
            seconds = time.monotonic() - started
            for name, values in (
                ("page, s (p50 / p95)", measured.page),
                ("upload to picture, s", measured.picture),
                ("upload to result, s", measured.result),
                ("committed change, s", measured.change),
            ):
                middle, late = np.percentile(values, (50, 95))
                rows.setdefault(name, []).append(f"{middle:.2f} / {late:.2f}")
                medians[people][name.removesuffix(" (p50 / p95)")] = float(middle)
            rows.setdefault("errors", []).append(str(len(measured.errors)))
            rows.setdefault("server memory, MB", []).append(f"{_memory(process):.0f}")
            rows.setdefault("server CPU, cores", []).append(f"{(_cpu(process) - before) / seconds:.2f}")
            for error in measured.errors[:3]:
                print(error, file=sys.stderr)
    for name, values in rows.items():
        print(f"{name:>28}" + "".join(f"{value:>18}" for value in values))
    return medians


def result(medians: dict[int, dict[str, float]]) -> Result:
    """How much longer a visitor waits among many than alone: less is better."""
    alone = medians[CROWDS[0]]
    ratios = {
        f"{name.removesuffix(', s')}: {people} visitors / 1": value / alone[name]
        for people in CROWDS[1:]
        for name, value in medians[people].items()
    }
    values = {f"{people} visitors: {name}": value for people in CROWDS for name, value in medians[people].items()}
    return Result("crowd", ratios, values, machine_facts(), dict.fromkeys(ratios, Better.LESS))


def memory() -> None:
    """What the server holds after 20 and up to 200 uploads of visitors who have gone."""
    with server() as (url, process):
        asyncio.run(crowd(url, 1, 0))
        print(f"{'after the first visitor':>28} {_settled(process):8.0f} MB")
        done = 0
        for most in COUNTS:
            while done < most:
                asyncio.run(_uploads(url, done, min(AT_ONCE, most - done)))
                done += min(AT_ONCE, most - done)
            print(f"{f'after {most} uploads':>28} {_settled(process):8.0f} MB", flush=True)


async def _uploads(url: str, first: int, count: int) -> None:
    async def come(seed: int) -> None:
        async with Visitor(url) as visitor:
            await visitor.open()
            run = await visitor.upload(f"scan{seed}_flair.nii.gz", scan(seed))
            if run.errors:
                raise RuntimeError(run.errors[0])

    await asyncio.gather(*(come(first + number) for number in range(count)))


def _settled(process: psutil.Process) -> float:
    """Memory in MB once the sessions of those who have gone are over."""
    time.sleep(3 * TTL)
    return _memory(process)


def _memory(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / 1e6


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--memory", action="store_true", help="200 uploads one after another instead (about 6 minutes)")
    add_json(parser)
    args = parser.parse_args()
    if args.memory and args.json:
        parser.error("--memory has no JSON")
    if args.memory:
        memory()
    else:
        found = result(load())
        if args.json:
            save(found, args.json)
