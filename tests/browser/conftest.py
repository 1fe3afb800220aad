"""A Chromium, Streamlit servers, and pages that remember what was sent to the server."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from room import Room

ROOT = Path(__file__).parents[2]
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.fail(f"The browser tests need Chromium at {CHROMIUM}. Install it: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for_health(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    pytest.fail(f"Streamlit did not answer at {url}")


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Path], str]]:
    """Start Streamlit on a script, once a session; gives the URL."""
    running: dict[Path, tuple[str, subprocess.Popen[bytes]]] = {}

    def start(script: Path) -> str:
        if script not in running:
            port = _free_port()
            command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.headless", "true"]
            command += ["--server.port", str(port), "--server.fileWatcherType", "none"]
            command += ["--client.toolbarMode", "developer"]  # with all of Streamlit's hotkeys
            environment = os.environ | {"PYTHONPATH": str(ROOT)}
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
            url = f"http://127.0.0.1:{port}"
            running[script] = url, process
            _wait_for_health(url, process)
        return running[script][0]

    yield start
    for _, process in running.values():
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(scope="session")
def contexts() -> dict[str, BrowserContext]:
    """One browser profile for each kind of screen, so that Streamlit's own scripts are fetched once."""
    return {}


@pytest.fixture(scope="module")
def open_room(chromium: Browser, contexts: dict[str, BrowserContext]) -> Iterator[Callable[..., Room]]:
    """Open a URL in a page of its own. A script error on one of a module's pages fails its last test.

    `profile`: what Playwright's `new_context` takes, say `has_touch=True`, `viewport`, `color_scheme`, `permissions`.
    """
    rooms: list[Room] = []

    def opened(url: str, density: float = 1, **profile: Any) -> Room:
        options = {"viewport": {"width": 1280, "height": 800}, "device_scale_factor": density, **profile}
        key = json.dumps(options, sort_keys=True)
        if key not in contexts:
            contexts[key] = chromium.new_context(**options)
        rooms.append(Room(contexts[key].new_page(), url))
        return rooms[-1]

    yield opened
    errors = [error for room in rooms for error in room.errors]
    for room in rooms:
        room.page.close()
    assert errors == []
