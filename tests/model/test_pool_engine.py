"""A real pool of two processes, with a tiny network; and what is left of one when its owner is killed."""

import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import psutil
import pytest
from engines import save_tiny

from app.errors import EngineUnavailableError
from app.model.checkpoint import load_card
from app.model.pool_engine import PoolEngine
from app.model.pool_worker import NICER
from app.model.tensorflow_engine import TensorFlowEngine

ROOT = Path(__file__).parents[2]
SECONDS = 60


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_tiny(tmp_path_factory.mktemp("checkpoint"))


@pytest.fixture(scope="module")
def here(folder):
    return TensorFlowEngine(folder)


@pytest.fixture(scope="module")
def pool(folder):
    engine = PoolEngine(folder, load_card(folder), 2)
    engine.prepare()
    yield engine
    engine.close()


def planes(seed, slices=8, rows=64, columns=48):
    return np.random.default_rng(seed).normal(size=(slices, rows, columns, 12)).astype(np.float32)


def runs(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE  # which nobody has asked after
    except psutil.NoSuchProcess:
        return False


def gone(pids):
    """Whether processes with these numbers end, within `SECONDS`."""
    deadline = time.monotonic() + SECONDS
    while any(map(runs, pids)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_it_has_the_network_of_the_checkpoint(pool, here):
    assert (pool.sha256, pool.channels, len(set(pool.pids))) == (here.sha256, here.channels, 2)


def test_every_process_says_bit_for_bit_what_the_network_here_says(pool, here):
    batches = [planes(seed, slices=seed + 1, rows=16 * (seed + 1)) for seed in range(4)]
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(pool.forward, batches))
    for batch, (logit, likeliest) in zip(batches, answers, strict=True):
        expected, kinds = here.forward(batch)
        assert logit.dtype == np.float32 and expected.std() > 0.1
        np.testing.assert_array_equal(logit, expected)
        np.testing.assert_array_equal(likeliest, kinds)


def test_maps_are_those_of_the_network_here(pool, here):
    batch, pixels = planes(5), np.zeros((8, 64, 48), np.float32)
    pixels[:, 20:30, 10:15] = -0.02  # with this network the map of 0.02 is empty
    heat = pool.look(batch, pixels)
    assert heat.max() > 0
    np.testing.assert_allclose(heat, here.look(batch, pixels), rtol=1e-4)  # sums over the plane, by several threads


def test_processes_step_back_and_are_told_no_secrets(pool, monkeypatch):
    (first, _) = map(psutil.Process, pool.pids)
    assert first.nice() == min(19, psutil.Process().nice() + NICER)
    assert not any(name.startswith("GLIOLENS") for name in first.environ())


def test_a_process_killed_in_the_middle_is_replaced_and_nothing_is_lost(pool, here):
    before, batch = pool.pids, planes(6)
    for pid in before:
        os.kill(pid, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(pool.forward, batch)
        while pool._free.qsize() == 2:  # until the batch is with one of them
            assert not answer.done()
            time.sleep(0.001)
        os.kill(before[0], signal.SIGKILL)
        os.kill(before[1], signal.SIGKILL)
        logit, _ = answer.result(SECONDS)
    np.testing.assert_array_equal(logit, here.forward(batch)[0])
    pool.prepare()
    assert len(set(pool.pids)) == 2 and gone(set(before) - set(pool.pids))


def test_processes_that_cannot_start_again_are_given_up(folder, tmp_path):
    copy = shutil.copytree(folder, tmp_path / "copy")
    engine = PoolEngine(copy, load_card(copy), 1)
    engine._all[0].end()
    shutil.rmtree(copy)
    with pytest.raises(EngineUnavailableError, match="end before they answer"):
        engine.forward(planes(0))
    with pytest.raises(EngineUnavailableError, match="unset GLIOLENS_ENGINE"):
        engine.prepare()
    engine.close()


def test_processes_end_with_an_engine_that_nobody_holds(folder):
    engine = PoolEngine(folder, load_card(folder), 2)
    pids = engine.pids
    assert all(map(runs, pids))
    del engine
    assert gone(pids)


def test_processes_end_when_their_owner_is_killed(folder):
    script = f"""
import sys, time
from pathlib import Path
from app.model.checkpoint import load_card
from app.model.pool_engine import PoolEngine
folder = Path({str(folder)!r})
engine = PoolEngine(folder, load_card(folder), 1)
engine.prepare()
print(*engine.pids, flush=True)
sys.stdin.read()
"""
    owner = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with owner:
        pids = [int(pid) for pid in owner.stdout.readline().split()]
        assert len(pids) == 1 and runs(pids[0])
        owner.kill()
    assert gone(pids)
