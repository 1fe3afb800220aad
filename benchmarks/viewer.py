"""How fast the viewer is, beside `st.slider` and `st.image` on the same study; prints a table and one line of JSON.

usage: python benchmarks/viewer.py [FOLDER] [--json DIR]     a case with a reference mask (default: simulated)

Each page runs on a server of its own, in headless Chromium without a GPU, 1920 x 1080 pixels; Linux only. The study and
its levels are in the server's memory, and the browser has Streamlit's scripts in its cache. "Picture" means the end of
the frame that shows it. Medians of one run:

  own work          of a step of the threshold (or the slice): handlers of the event and animation callbacks, ms
  main thread       CPU time of the page's main thread for such a step, layout and painting included, ms (the mean)
  latency           from the key `]` (baseline: arrow) to the picture, ms
  sent              bytes over the websocket while the slider of threshold or slice is dragged, or the slice wheeled
  pictures          different pictures a second meanwhile; never more than the mouse moves a second that were made
  first picture     from the first message of the page to the server to the picture, s; `overlay` with the tumour on it
  received          bytes over the websocket, and of pictures, up to then, MB: all sequences, and one alone
  server            CPU time of the server for a change that Python hears of, ms
  growth            of what scripts hold after garbage collection, MB: over 500 steps of slice and threshold (after 250
                    that are not counted), and over 20 changes among four studies (after 8)
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, sync_playwright
from viewer_measures import Hands, Tab, drag, latencies, opened, scroll, server_ms, steps_growth, studies_growth

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.result import Result, add_json, machine_facts, save  # noqa: E402

SIMULATED = ROOT / "sample_scans" / "glioma"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
FLAGS += ["--disable-background-networking", "--disable-component-update"]
VIEWER = Hands(".gliolens .stage", "]", "input.threshold", ".gliolens .stage")
BASELINE = Hands(".st-key-threshold input", "ArrowRight", ".st-key-threshold [role=group] > div", None)
OPENINGS, KEYS, COMMITS, DRAGS, STEPS, STUDY_ROUNDS = 5, 20, 20, 3, 1000, 5

ROWS = (  # name in the results, words, what issue asks
    ("work_p50", "own work of a threshold step, p50, ms", ""),
    ("work_p95", "own work of a threshold step, p95, ms", "<= 16"),
    ("slice_work_p50", "own work of a slice step, p50, ms", ""),
    ("slice_work_p95", "own work of a slice step, p95, ms", "<= 16"),
    ("work_thread", "main thread for a threshold step, mean, ms", ""),
    ("slice_work_thread", "main thread for a slice step, mean, ms", ""),
    ("latency_p50", "key to picture, p50, ms", ""),
    ("latency_p95", "key to picture, p95, ms", ""),
    ("drag_sent", "bytes sent while dragging the threshold", "0"),
    ("drag_pictures", "pictures a second while dragging", ">= 45"),
    ("drag_moves", "  (mouse moves a second)", ""),
    ("slide_sent", "bytes sent while dragging the slice", "0"),
    ("slide_pictures", "pictures a second while dragging the slice", ">= 45"),
    ("wheel_sent", "bytes sent while wheeling the slices", "0"),
    ("wheel_pictures", "pictures a second while wheeling", "each notch"),
    ("wheel_moves", "  (notches a second)", ""),
    ("first_picture", "first picture, s", "<= 0.6"),
    ("first_overlay", "first picture with overlay, s", ""),
    ("received_all", "received, all sequences, MB", "<= 8"),
    ("received_one", "received, one sequence, MB", "<= 3"),
    ("server", "server CPU for a committed change, ms", "<= 60"),
    ("growth_steps", "memory growth over 500 steps, MB", "0"),
    ("growth_studies", "memory growth over 20 studies, MB", "0"),
)


@contextmanager
def serve(script: str, folder: Path) -> Iterator[tuple[str, int]]:
    """A Streamlit server of its own; gives its URL and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", f"benchmarks/{script}", "--server.port", str(port)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([*command, "--", str(folder)], cwd=ROOT, env=environment, stdout=sys.stderr)
    try:
        _wait_for(f"http://127.0.0.1:{port}/_stcore/health", process)
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        process.wait()


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            continue
    raise SystemExit("The server ended before it answered.")


def measure(browser: Browser, script: str, hands: Hands, folder: Path) -> dict[str, float]:
    """Everything that can be measured on one of the two pages."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    context.set_default_timeout(60_000)
    with serve(script, folder) as (url, pid):
        with opened(context, url):
            pass  # study, levels and blobs are in the server's memory now, scripts in the browser's
        result = openings(context, url)
        with opened(context, url) as tab:
            keys = latencies(tab, hands, KEYS)
            result |= {"latency_p50": statistics.median(keys), "latency_p95": percentile_95(keys)}
            result["server"] = server_ms(tab, hands, pid, COMMITS)
            result |= drags(tab, hands, "drag")
            if hands.wheel:
                result |= own_work(tab)
                result |= drags(tab, replace(hands, track="input.slice"), "slide")
                result |= {f"wheel_{name}": value for name, value in scroll(tab, hands).items()}
                result["growth_steps"] = steps_growth(tab, STEPS)
            result["growth_studies"] = studies_growth(tab, STUDY_ROUNDS)
    context.close()
    return result


def drags(tab: Tab, hands: Hands, name: str) -> dict[str, float]:
    """Medians of some drags; one where nothing moves before the hand lets go."""
    found = [drag(tab, hands) for _ in range(DRAGS if hands.wheel else 1)]
    return {f"{name}_{what}": statistics.median(one[what] for one in found) for what in found[0]}


def openings(context: BrowserContext, url: str) -> dict[str, float]:
    """First pictures and received bytes, of all sequences and of one."""
    tabs: dict[str, list[tuple[dict[str, float], int]]] = {"all": [], "FLAIR": []}
    for name, found in tabs.items():
        for _ in range(OPENINGS):
            with opened(context, f"{url}/?study={name}") as tab:
                found.append((tab.opening, tab.received))
    return {
        "first_picture": statistics.median(times["picture"] / 1000 for times, _ in tabs["all"]),
        "first_overlay": statistics.median(times["overlay"] / 1000 for times, _ in tabs["all"]),
        "received_all": statistics.median(received / 1e6 for _, received in tabs["all"]),
        "received_one": statistics.median(received / 1e6 for _, received in tabs["FLAIR"]),
    }


def own_work(tab: Tab) -> dict[str, float]:
    """Steps over every threshold and over every slice."""
    last = int(tab.page.locator("input.slice").get_attribute("max") or 1)
    values = {"work": [k / 200 for k in range(201)], "slice_work": list(range(1, last + 1))}
    result = {}
    for (name, wanted), selector in zip(values.items(), ("input.threshold", "input.slice"), strict=True):
        busy = tab.main_thread_ms()
        work = [step["work"] for step in tab.page.evaluate(f"values => bench.work('{selector}', values)", wanted)]
        busy = tab.main_thread_ms() - busy
        result |= {f"{name}_p50": statistics.median(work), f"{name}_p95": percentile_95(work)}
        result[f"{name}_thread"] = busy / len(work)
    return result


def percentile_95(values: list[float]) -> float:
    """The value that 95 % of the values do not exceed."""
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def show(results: dict[str, dict[str, float]]) -> None:
    """The table and the line of JSON."""
    print(f"{'':45}{'viewer':>10}{'st.image':>10}  asked")
    for name, words, asked in ROWS:
        cells = [f"{result[name]:10.2f}" if name in result else f"{'–':>10}" for result in results.values()]
        print(f"{words:45}{''.join(cells)}  {asked}")
    rounded = {page: {name: round(value, 3) for name, value in result.items()} for page, result in results.items()}
    print(json.dumps(rounded | {"load": os.getloadavg()[0]}))


def result(results: dict[str, dict[str, float]]) -> Result:
    """All values; those of two programs on one page each are to be read, not compared."""
    values = {f"{page}, {name}": value for page, found in results.items() for name, value in found.items()}
    return Result("viewer", {}, values, machine_facts())


def main() -> None:
    """Measure both pages, one after the other, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=SIMULATED, metavar="FOLDER")
    add_json(parser)
    args = parser.parse_args()
    folder = args.folder.resolve()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        results = {
            "viewer": measure(browser, "viewer_page.py", VIEWER, folder),
            "baseline": measure(browser, "viewer_baseline.py", BASELINE, folder),
        }
        browser.close()
    show(results)
    if args.json:
        save(result(results), args.json)


if __name__ == "__main__":
    main()
