"""How the page answers one visitor while four others have studies segmented, by where the network runs.

For each engine a server of its own: the visitor moves the threshold again and again, and somebody else asks whether the
server is well, from before the four come until they have their results. Seconds that each answer took, idle and busy;
seconds until the last of the four has a result; memory of the server and of the processes beside it.
"""

import argparse
import asyncio
import os
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import requests

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.crowd import scan, server  # noqa: E402
from benchmarks.visitor import Visitor  # noqa: E402

ENGINE = "GLIOLENS_ENGINE"
ENGINES = ("local", "processes:1", "processes:2")
OTHERS, IDLE, REST = 4, 4.0, 0.1
"""Studies at once; seconds that are measured before they come; seconds between two questions."""


class Watch:
    """Seconds of answers, idle and while others are served."""

    def __init__(self) -> None:
        self.moves: dict[bool, list[float]] = {False: [], True: []}
        self.health: dict[bool, list[float]] = {False: [], True: []}
        self.busy, self.ended = False, False

    async def move(self, visitor: Visitor) -> None:
        """Move the threshold until it is over."""
        number = 0
        while not self.ended:
            number, busy = number + 1, self.busy
            run = await visitor.move(number % 10, 40 + number % 100)
            self.moves[busy].append(run.seconds)
            await asyncio.sleep(REST)

    async def ask(self, url: str) -> None:
        """Ask whether the server is well until it is over."""
        with requests.Session() as session:
            while not self.ended:
                busy, started = self.busy, time.monotonic()
                await asyncio.to_thread(lambda: session.get(f"{url}/_stcore/health", timeout=60).raise_for_status())
                self.health[busy].append(time.monotonic() - started)
                await asyncio.sleep(REST)


async def measured(url: str) -> tuple[Watch, float, float]:
    """The answers, seconds until the first visitor of all has a result, and until the last of the four has."""
    watch, started = Watch(), time.monotonic()
    async with Visitor(url) as visitor:
        await visitor.open()
        first = time.monotonic() - started
        asking = [asyncio.create_task(watch.move(visitor)), asyncio.create_task(watch.ask(url))]
        await asyncio.sleep(IDLE)
        watch.busy, began = True, time.monotonic()
        await asyncio.gather(*(_come(url, seed) for seed in range(OTHERS)))
        last = time.monotonic() - began
        watch.ended = True
        await asyncio.gather(*asking)
    return watch, first, last


async def _come(url: str, seed: int) -> None:
    async with Visitor(url) as visitor:
        await visitor.open()
        run = await visitor.upload(f"scan{seed}_flair.nii.gz", scan(seed))
        if run.errors:
            raise RuntimeError(run.errors[0])


def main(engines: tuple[str, ...]) -> None:
    """The table."""
    print(f"{'engine':14}{'first':>8}{'four':>8}  {'move, idle':>14}{'move, busy':>14}{'health, busy':>14}   MB")
    for engine in engines:
        os.environ[ENGINE] = engine
        with server() as (url, process):
            watch, first, last = asyncio.run(measured(url))
            memory = [f"{_resident(one):.0f}" for one in (process, *process.children())]
        both = [_spread(values) for values in (watch.moves[False], watch.moves[True], watch.health[True])]
        print(f"{engine:14}{first:8.2f}{last:8.2f}  " + "".join(f"{value:>14}" for value in both), " + ".join(memory))


def _spread(values: list[float]) -> str:
    """Median and 95th percentile in milliseconds."""
    return f"{1000 * np.percentile(values, 50):.0f} / {1000 * np.percentile(values, 95):.0f}"


def _resident(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / 1e6


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("engines", nargs="*", default=ENGINES, help=f"values of {ENGINE} (default: %(default)s)")
    main(tuple(parser.parse_args().engines))
