"""How fast the page is, in headless Chromium against a server of its own; prints one line of JSON.

usage: python benchmarks/page.py FILE… [--json DIR]     the files of one study, uploaded through the page

  first_overlay_s   from the upload to the first overlay drawn on the new study (the network is loaded already)
  last_slice_s      from the upload to the last slice segmented and drawn
  key_to_repaint_ms from the threshold key to the repainted picture, inside the browser: median of 15
  peak_memory_mb    of the server, over start, first sample and this study
"""

import argparse
import json
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.result import Result, add_json, machine_facts, save  # noqa: E402

ROOT_ELEMENT = """[...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")]
    .map(host => host.shadowRoot?.querySelector(".gliolens")).find(Boolean)"""
COMPLETE = f"""before => {{
    const r = {ROOT_ELEMENT};
    return r && r.dataset.study && r.dataset.study !== before && r.dataset.overlay === r.dataset.study
        && JSON.parse(r.dataset.readout).complete && r.dataset.study;
}}"""
OVERLAY = f"""before => {{
    const r = {ROOT_ELEMENT};
    return r && r.dataset.study !== before && r.dataset.overlay && r.dataset.overlay === r.dataset.study;
}}"""
KEY_TO_REPAINT = f"""() => new Promise(resolve => {{
    const r = {ROOT_ELEMENT};
    r.getRootNode().addEventListener("keydown", () => {{
        const pressed = performance.now();
        new MutationObserver((_, observer) => {{ observer.disconnect(); resolve(performance.now() - pressed); }})
            .observe(r, {{ attributeFilter: ["data-paints"] }});
    }}, {{ once: true, capture: true }});
}})"""
KEYS = 15
POLLING = 100


def measure(page: Page, url: str, files: list[str]) -> dict[str, float]:
    """Open the page, let it finish its first sample, then upload the files."""
    page.goto(url)
    before = page.wait_for_function(COMPLETE, arg="", timeout=300_000, polling=POLLING).json_value()
    page.get_by_role("button", name="Open a scan").click()
    upload = page.locator("input[type=file]")
    upload.wait_for(state="attached")
    started = time.perf_counter()
    upload.set_input_files(files)
    page.wait_for_function(OVERLAY, arg=before, timeout=300_000, polling=POLLING)
    first = time.perf_counter() - started
    page.wait_for_function(COMPLETE, arg=before, timeout=300_000, polling=POLLING)
    last = time.perf_counter() - started
    page.keyboard.press("Escape")
    page.wait_for_timeout(1000)
    repaints = []
    for _ in range(KEYS):
        page.locator(".gliolens .stage").focus()
        repainted = page.evaluate_handle(f"() => {{ window.repainted = ({KEY_TO_REPAINT})(); }}")
        page.keyboard.press("]")
        repaints.append(page.evaluate("() => window.repainted"))
        repainted.dispose()
        page.wait_for_timeout(600)
    return {
        "first_overlay_s": round(first, 2),
        "last_slice_s": round(last, 2),
        "key_to_repaint_ms": round(statistics.median(repaints), 1),
    }


def served(files: list[str]) -> dict[str, float]:
    """Start a server and measure."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            for _ in range(100):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.2)
            result = measure(page, f"http://127.0.0.1:{port}", files)
            browser.close()
        status = Path(f"/proc/{server.pid}/status").read_text()
        peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
        return result | {"peak_memory_mb": round(peak / 1024)}
    finally:
        server.terminate()
        server.wait()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    add_json(parser)
    args = parser.parse_args()
    measured = served([str(path.resolve()) for path in args.files])
    print(json.dumps(measured))
    if args.json:
        save(Result("page", {}, measured, machine_facts()), args.json)


if __name__ == "__main__":
    main()
