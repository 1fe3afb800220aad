"""What is made of processes that hang, stop or talk nonsense: none of them is waited for, or believed."""

import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from app.model import pool_process
from app.model.pool_process import PoolProcess, ProcessEndedError, Recipe
from app.model.pool_worker import FORWARD

RECIPE = Recipe(pool_process.ROOT, "0" * 64, "float32", 1)
PLANES = np.ones((1, 2, 3, 12), np.float32)
TYPES = (np.float32, np.uint8)

READY = "import sys; out = sys.stdout.buffer; out.write(b'r' + bytes(8)); out.flush();"
"""What a process says first."""


@pytest.fixture
def started(monkeypatch):
    """A process with a script of our own in the place of the worker's."""
    processes = []

    def start(script):
        real = subprocess.Popen
        monkeypatch.setattr(subprocess, "Popen", lambda _, **how: real([sys.executable, "-c", script], **how))
        processes.append(PoolProcess(RECIPE))
        return processes[-1]

    yield start
    for process in processes:
        process.end()


def asked(process):
    return process.ask(FORWARD, (PLANES,), TYPES, PLANES.shape[:3])


def test_a_checkpoint_that_is_not_there_is_told_by_kind_and_place_alone(tmp_path):
    process = PoolProcess(Recipe(tmp_path / "secret name", "0" * 64, "float32", 1))
    with pytest.raises(ProcessEndedError) as ended:
        process.wait_until_ready()
    process.end()
    assert "CheckpointMissingError" in ended.value.where and "checkpoint.py" in ended.value.where
    assert "secret name" not in ended.value.where


@pytest.mark.parametrize(
    "script",
    [
        "",
        "import sys; sys.stdout.buffer.write(b'nonsense' * 100)",
        "import sys; sys.stdout.buffer.write(b'a' + bytes(8))",
        READY + "sys.stdin.buffer.read(9)",
        READY + "out.write(b'a' + bytes(8)); out.flush(); sys.stdin.read()",
        READY + "out.write(b'a\\x05' + bytes(7) + b'wrong'); out.flush(); sys.stdin.read()",
        READY + "out.write(b'x\\x02' + bytes(7) + b'{}'); out.flush(); sys.stdin.read()",
        READY + "out.write(b'x\\x02' + bytes(7) + b'..'); out.flush(); sys.stdin.read()",
        READY + "out.write(b'a' + b'\\xff' * 8); out.flush(); sys.stdin.read()",
    ],
)
def test_what_is_no_answer_ends_it(started, script):
    process = started(script)
    with pytest.raises(ProcessEndedError):
        asked(process)


def test_a_process_that_hangs_is_ended(started, monkeypatch):
    monkeypatch.setattr(pool_process, "SECONDS_TO_ANSWER", 0.2)
    process = started(READY + "sys.stdin.read()")
    with pytest.raises(ProcessEndedError):
        asked(process)
    process.end()
    with pytest.raises(ProcessEndedError):  # and not asked again
        asked(process)


def test_a_stopped_process_is_ended_too(started):
    process = started(READY + "sys.stdin.read()")
    process.wait_until_ready()
    os.kill(process.pid, signal.SIGSTOP)
    process.end()
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)
