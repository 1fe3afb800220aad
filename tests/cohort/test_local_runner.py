import sys
import time
from types import SimpleNamespace

import psutil
import pytest
from cohort_works import fine, heard_no_interrupt, lethal, slow, task_of

from app.cohort import local_runner
from app.cohort.local_runner import TRIES, cores, default_workers, died, run_locally

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no such signals there")


def tasks(folder, *names):
    """Made one after another, with the names of those made so far in `taken`."""
    for name in names:
        path = folder / f"{name}.nii"
        path.write_bytes(name.encode())
        with (folder / "taken").open("a") as taken:
            taken.write(f"{name}\n")
        yield task_of(path)


def test_each_study_has_one_outcome(tmp_path):
    names = ["a", "bb", "ccc", "d", "ee"]
    outcomes = list(run_locally(tasks(tmp_path, *names), 2, fine))
    assert sorted(outcome.name for outcome in outcomes) == sorted(names)
    assert {outcome.name: outcome.row["tumour_voxels"] for outcome in outcomes} == {n: len(n) for n in names}


def test_a_task_is_taken_when_a_process_is_free_for_it(tmp_path):
    running = run_locally(tasks(tmp_path, "a", "b", "c", "d", "e", "f"), 2, fine)
    next(running)
    assert len((tmp_path / "taken").read_text().split()) == 3
    running.close()


def test_a_process_that_dies_takes_no_other_study_along(tmp_path):
    outcomes = {each.name: each for each in run_locally(tasks(tmp_path, "a", "lethal", "b", "once", "c"), 2, lethal)}
    assert sorted(outcomes) == ["a", "b", "c", "lethal", "once"]
    assert [name for name, outcome in outcomes.items() if outcome.problem] == ["lethal"]
    assert "was killed (signal 9) 3 times" in outcomes["lethal"].problem and outcomes["lethal"].files == {}
    calls = (tmp_path / "calls").read_text().split()
    assert {name: calls.count(name) for name in outcomes} == {"a": 1, "b": 1, "c": 1, "lethal": TRIES, "once": 2}


def test_the_processes_end_with_the_iterator(tmp_path):
    running = run_locally(tasks(tmp_path, "a", "waits", "b"), 2, slow)
    assert {next(running).name, next(running).name} == {"a", "b"}
    pid, late = tmp_path / "waits.pid", time.monotonic() + 60
    while not (pid.exists() and pid.read_text()):  # one process may have done both before the other one had begun
        assert time.monotonic() < late
        time.sleep(0.01)
    waiting = psutil.Process(int(pid.read_text()))
    running.close()
    assert not waiting.is_running()


def test_ctrl_c_is_not_for_the_processes(tmp_path):
    (outcome,) = run_locally(tasks(tmp_path, "a"), 1, heard_no_interrupt)
    assert (outcome.name, outcome.problem) == ("a", None)


def test_what_is_said_of_a_process_that_died():
    assert died(-9).startswith("The process that worked on it was killed (signal 9) 3 times.")
    assert died(1).startswith("The process that worked on it ended 3 times.")
    assert died(None).startswith("The process that worked on it ended 3 times.")


def test_there_are_cores():
    assert 1 <= cores() <= psutil.cpu_count()


@pytest.mark.parametrize(("gib", "workers"), [(64, 8), (7.4, 4), (1, 1)])
def test_a_worker_for_each_core_that_there_is_memory_for(monkeypatch, gib, workers):
    monkeypatch.setattr(local_runner, "cores", lambda: 8)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=int(gib * 2**30)))
    assert default_workers() == workers
