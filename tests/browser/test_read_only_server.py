"""The app in a folder that is read-only, and what its log says after good and bad files were dropped on it."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from room import Room

from tests.faults.project import ROOT, SLICE, contents, copy_project, lock, unlock
from tests.faults.server import Server

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="root has its rights taken away with prctl")
MARKER = "MARKER"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    project = copy_project(tmp_path_factory.mktemp("read-only") / "project")
    lock(project)
    before, started = contents(project), Server(project)
    try:
        started.start()
        yield started
        assert contents(project) == before
    finally:
        started.kill()
        unlock(project)


@pytest.fixture(scope="module")
def room(server: Server, open_room: Callable[..., Room]) -> Room:
    return open_room(f"{server.url}/?study=slice_png")


def wait_for_the_result(room: Room) -> None:
    room.wait("r.dataset.overlay === r.dataset.study && JSON.parse(r.dataset.readout).complete")


def test_a_study_is_segmented(room: Room) -> None:
    wait_for_the_result(room)


def test_the_log_knows_what_was_done_and_not_with_whose_files(room: Room, server: Server, tmp_path: Path) -> None:
    good, bad = tmp_path / f"{MARKER}_flair.png", tmp_path / f"{MARKER}_t1.nii.gz"
    good.write_bytes((ROOT / SLICE).read_bytes())
    bad.write_bytes(b"\x1f\x8b" + b"\0" * 20)
    room.page.get_by_role("button", name="Open a scan").click()
    files = room.page.locator("input[type=file]").first
    files.set_input_files(str(good))
    room.page.get_by_title(good.name).first.wait_for(state="attached")
    wait_for_the_result(room)
    files.set_input_files(str(bad))
    room.page.get_by_role("alert").filter(has_text=bad.name).first.wait_for()
    printed = server.log.read_text(encoding="utf-8")
    assert MARKER not in printed and "Traceback" not in printed
    lines = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
    events = [line["event"] for line in lines]
    assert events[0] == "start" and "refused" in events and "unexpected" not in events
    assert all(line["time"].endswith("+00:00") for line in lines)
