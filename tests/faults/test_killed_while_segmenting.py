"""A process that is killed while the network runs: nothing half done is left, and the next one starts as ever."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.project import ROOT, SLICE, contents, copy_project, lock, unlock
from tests.faults.server import Server

pytestmark = pytest.mark.skipif(os.name != "posix", reason="no SIGKILL there")

DIES = """
import os, signal, sys
from dataclasses import replace
from app.__main__ import main
from app.model.segmenter import Segmenter
made = Segmenter.__init__
def made_to_die(self, *args):
    made(self, *args)
    def last(planes):
        self.engine.forward(planes)
        print("the network has run", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    self._network = replace(self._network, forward=last)
Segmenter.__init__ = made_to_die
main(sys.argv[1:])
"""


def test_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "slice_png_mask.png").write_bytes(b"earlier")
    done = subprocess.run(
        [sys.executable, "-c", DIES, "segment", str(SLICE), "--out", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, "the network has run\n")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("slice_png_mask.png", b"earlier")]


@pytest.mark.skipif(sys.platform != "linux", reason="root has its rights taken away with prctl")
def test_a_server_that_is_killed_starts_again_in_a_folder_that_is_read_only(tmp_path: Path) -> None:
    project = copy_project(tmp_path / "project")
    lock(project)
    before, server = contents(project), Server(project)
    try:
        for _ in range(2):
            server.start()
            server.kill()
            assert server.health() == ""
        assert contents(project) == before
    finally:
        server.kill()
        unlock(project)
