"""Whoever is killed while records are exported or imported has a whole zip or none, all records or none."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(os.name != "posix", reason="processes are not forked here")


def test_all_or_nothing_at_every_fortieth_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("killed_while_moving.py")), str(tmp_path), "40"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    assert all(int(times) > 8 for times in done.stdout.split()) and len(done.stdout.split()) == 2
