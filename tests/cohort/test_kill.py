"""A run that is killed loses nothing and repeats nothing that was done."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from app.cohort.ledger import RESULT

HERE = Path(__file__).parent
INTERRUPTED = """
import sys
from pathlib import Path
from cohort_works import SETTINGS, slow
from app.cohort.local_runner import run_locally
from app.cohort.run import Cohort, run

if __name__ == "__main__":
    try:
        run(Cohort(Path(sys.argv[1]), Path(sys.argv[2]), SETTINGS), lambda tasks: run_locally(tasks, 2, slow))
    except KeyboardInterrupt:
        sys.exit(130)
"""
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no such signals there")


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "root"
    path.mkdir()
    for name, content in (("a", b"1"), ("bad", b""), ("waits", b"22")):
        (path / f"{name}.nii").write_bytes(content)
    return path


def environment():
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(HERE.parents[1]), str(HERE)])}


def test_killed_at_any_moment(folder, tmp_path):
    script = [sys.executable, HERE / "kill_moments.py", folder, tmp_path]
    ran = subprocess.run(script, env=environment(), capture_output=True, text=True, timeout=120)
    moments, said = ran.stdout.split(maxsplit=1)
    assert (ran.returncode, said, ran.stderr) == (0, "moments\n", "")
    assert int(moments) > 40  # three studies and three tables


@pytest.mark.parametrize(("sent", "status"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_ctrl_c_and_kill_while_studies_are_worked_on(folder, tmp_path, sent, status):
    """As the terminal does it: the signal goes to all processes of the command; a kill to the first alone."""
    script = tmp_path / "script.py"
    script.write_text(INTERRUPTED)
    out = tmp_path / "out"
    command = subprocess.Popen([sys.executable, script, folder, out], env=environment(), start_new_session=True)
    worker, others = folder / "waits.pid", [out / "studies" / "a" / RESULT, out / "studies" / "bad" / "problem.json"]
    while not (worker.exists() and worker.read_text() and all(path.exists() for path in others)):
        assert command.poll() is None
        time.sleep(0.01)
    process = psutil.Process(int(worker.read_text()))
    os.killpg(command.pid, sent) if sent == signal.SIGINT else command.kill()
    assert command.wait(20) == status
    (folder / "go").touch()
    process.wait(20)
    assert (out / "cohort.csv").exists() == (sent == signal.SIGINT)
    assert not (out / "studies" / "waits").exists()
    again = subprocess.run([sys.executable, script, folder, out], env=environment(), capture_output=True, text=True)
    assert again.returncode == 0 and "1 of 1 studies" in again.stderr
    assert (out / "cohort.csv").read_bytes().count(b"\r\n") == 4
