"""What benchmarks/viewer.py does to a page and reads from it: the same for the viewer and for the baseline."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, Request, WebSocket

PROBE = Path(__file__).with_name("viewer_probe.js")
SWEEP = (0.05, 0.95)
"""The part of the threshold's track that the mouse covers, there and back."""
MOVES = 150
"""Of the mouse in one sweep: more than a hand makes in two seconds at 60 a second."""
SWEEPS = 4
NOTCHES = 240
ROUND = ("FLAIR", "T1", "T1ce", "T2")


@dataclass(frozen=True)
class Hands:
    """Where a page is touched."""

    focus: str
    """What hears keys."""
    key: str
    """Moves the threshold up by a step."""
    track: str
    """The track of the threshold's slider."""
    wheel: str | None
    """Where a wheel changes the slice; None if nowhere."""


class Tab:
    """A page of its own, with what went over its wire in bytes."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.page: Page = context.new_page()
        self.page.add_init_script(path=PROBE)
        self.sent = 0
        self._frames = 0
        self._pictures: list[Request] = []
        self.page.on("websocket", self._listen)
        self.page.on("requestfinished", lambda request: "/media/" in request.url and self._pictures.append(request))
        self.page.goto(url)
        self.opening: dict[str, float] = self.page.wait_for_function("bench.opening").json_value()
        self._cdp = context.new_cdp_session(self.page)

    @property
    def received(self) -> int:
        """Payloads of the websocket, and pictures; not the scripts of Streamlit, which a browser keeps."""
        return self._frames + sum(request.sizes()["responseBodySize"] for request in self._pictures)

    def memory(self) -> float:
        """What scripts hold after a collection of garbage, in MB: objects, DOM and array buffers."""
        self._cdp.send("HeapProfiler.collectGarbage")
        usage = self._cdp.send("Runtime.getHeapUsage")
        return sum(usage[part] for part in ("usedSize", "embedderHeapUsedSize", "backingStorageSize")) / 1e6

    def main_thread_ms(self) -> float:
        """CPU time of the page's main thread so far, from the first call on."""
        self._cdp.send("Performance.enable", {"timeDomain": "threadTicks"})
        metrics = self._cdp.send("Performance.getMetrics")["metrics"]
        return next(1000 * m["value"] for m in metrics if m["name"] == "TaskDuration")

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: self._add("sent", frame))
        socket.on("framereceived", lambda frame: self._add("_frames", frame))

    def _add(self, counter: str, frame: str | bytes) -> None:
        setattr(self, counter, getattr(self, counter) + len(frame))


@contextmanager
def opened(context: BrowserContext, url: str) -> Iterator[Tab]:
    """A tab that shows its first picture, with the overlay."""
    tab = Tab(context, url)
    yield tab
    tab.page.close()


def latencies(tab: Tab, hands: Hands, times: int) -> list[float]:
    """From a threshold key to the end of the frame with the new picture, ms."""
    found = []
    for _ in range(times):
        tab.page.locator(hands.focus).first.focus()
        tab.page.evaluate("() => { bench.pending = bench.latency(); }")
        _heard_after(tab, lambda: tab.page.keyboard.press(hands.key))
        found.append(tab.page.evaluate("bench.pending"))
    return found


def drag(tab: Tab, hands: Hands) -> dict[str, float]:
    """Pull the threshold's slider there and back: pictures and mouse moves a second, bytes sent before it is let go."""
    box = tab.page.locator(hands.track).first.bounding_box()
    if box is None:
        raise RuntimeError(f"{hands.track} is not on screen.")
    ends = [box["x"] + part * box["width"] for part in SWEEP]
    mouse, height = tab.page.mouse, box["y"] + box["height"] / 2
    mouse.move(ends[0], height)
    mouse.down()
    tab.page.wait_for_timeout(1000)  # what was sent before has gone
    sent, started = tab.sent, time.perf_counter()
    tab.page.evaluate("() => { bench.stop = bench.count(); }")
    for sweep in range(SWEEPS):
        mouse.move(ends[1 - sweep % 2], height, steps=MOVES)
    seconds = time.perf_counter() - started
    counted = tab.page.evaluate("bench.stop()")
    sent = tab.sent - sent
    mouse.up()
    return _rates(counted, SWEEPS * MOVES / seconds) | {"sent": sent}


def scroll(tab: Tab, hands: Hands) -> dict[str, float]:
    """Turn the wheel over the picture: pictures and notches a second, bytes sent."""
    if hands.wheel is None:
        raise ValueError("This page has no wheel.")
    tab.page.locator(hands.wheel).first.hover()
    tab.page.wait_for_timeout(1000)
    sent, started = tab.sent, time.perf_counter()
    tab.page.evaluate("() => { bench.stop = bench.count(); }")
    for notch in range(NOTCHES):
        tab.page.mouse.wheel(0, 100 if notch // 60 % 2 else -100)
    seconds = time.perf_counter() - started
    return _rates(tab.page.evaluate("bench.stop()"), NOTCHES / seconds) | {"sent": tab.sent - sent}


def _rates(counted: dict[str, float], moves: float) -> dict[str, float]:
    pictures, ms = counted["pictures"], counted["ms"]
    return {"pictures": 1000 * (pictures - 1) / ms if ms else 0.0, "moves": moves}


def server_ms(tab: Tab, hands: Hands, pid: int, times: int) -> float:
    """CPU time of the server for one committed change of threshold: a key, and Python hears of it. ms, the mean."""
    tab.page.locator(hands.focus).first.focus()
    before = _cpu_seconds(pid)
    for _ in range(times):
        _heard_after(tab, lambda: tab.page.keyboard.press(hands.key))
    return 1000 * (_cpu_seconds(pid) - before) / times


def steps_growth(tab: Tab, times: int) -> float:
    """How much more the browser holds after many changes of slice and threshold, in MB."""

    def change(count: int) -> None:
        tab.page.evaluate("values => bench.work('input.threshold', values)", [(i % 200) / 200 for i in range(count)])
        tab.page.evaluate("values => bench.work('input.slice', values)", [1 + i % 150 for i in range(count)])
        tab.page.wait_for_timeout(1500)  # what rests is told to Python

    change(times // 4)
    before = tab.memory()
    change(times // 2)
    return tab.memory() - before


def studies_growth(tab: Tab, rounds: int) -> float:
    """How much more the browser holds after rounds of studies, in MB."""

    def go_round(count: int) -> None:
        for name in ROUND * count:
            before = tab.page.evaluate("bench.shown(true)")
            tab.page.get_by_role("button", name=name, exact=True).first.click()
            tab.page.wait_for_function("before => ![before, ''].includes(bench.shown(true))", arg=before)
        tab.page.wait_for_timeout(1500)

    go_round(2)
    before = tab.memory()
    go_round(rounds)
    return tab.memory() - before


def _heard_after(tab: Tab, act: Callable[[], None]) -> None:
    """Do something, and wait until Python has written that it heard of it."""
    before = tab.page.locator("#heard").text_content()
    act()
    tab.page.wait_for_function("before => document.querySelector('#heard')?.textContent !== before", arg=before)


def _cpu_seconds(pid: int) -> float:
    """User and system time of a process, from Linux."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
