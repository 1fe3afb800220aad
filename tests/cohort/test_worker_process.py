import signal
import subprocess
import sys
import time

import psutil
import pytest
from cohort_works import fine, slow, task_of

from app.cohort.worker_process import EndedError, WorkerProcess

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no such signals there")
SCRIPT = """
import sys
from pathlib import Path
from cohort_works import slow, task_of
from app.cohort.worker_process import WorkerProcess

if __name__ == "__main__":
    worker = WorkerProcess(slow)
    worker.give(task_of(Path(sys.argv[1])))
    worker.take()
"""


@pytest.fixture
def worker():
    made = WorkerProcess(slow)
    yield made
    made.end()


def study(folder, name, content=b"12345"):
    path = folder / f"{name}.nii"
    path.write_bytes(content)
    return task_of(path)


def test_one_task_after_another_in_one_process(worker, tmp_path):
    pids = []
    for name in ("a", "b"):
        worker.give(study(tmp_path, name))
        assert worker.take() == fine(study(tmp_path, name))
        pids.append((tmp_path / f"{name}.pid").read_text())
    assert pids[0] == pids[1]


def test_after_it_was_killed_it_begins_again(worker, tmp_path):
    worker.give(study(tmp_path, "a"))
    worker.take()
    pid = int((tmp_path / "a.pid").read_text())
    worker.give(study(tmp_path, "waits"))
    psutil.Process(pid).send_signal(signal.SIGKILL)
    with pytest.raises(EndedError) as ended:
        worker.take()
    assert (ended.value.status, worker.tries) == (-signal.SIGKILL, 1)
    (tmp_path / "go").touch()
    worker.begin()
    assert (worker.take().name, worker.tries) == ("waits", 2)
    assert int((tmp_path / "waits.pid").read_text()) != pid


def test_it_ends_when_the_one_who_gives_tasks_is_killed(tmp_path):
    study(tmp_path, "waits")
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    giver = subprocess.Popen([sys.executable, script, tmp_path / "waits.nii"], env={"PYTHONPATH": ":".join(sys.path)})
    pid = tmp_path / "waits.pid"
    while not (pid.exists() and pid.read_text()):
        assert giver.poll() is None
        time.sleep(0.01)
    process = psutil.Process(int(pid.read_text()))
    giver.kill()
    giver.wait()
    (tmp_path / "go").touch()
    process.wait(10)
