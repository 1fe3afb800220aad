import subprocess
import sys

import pytest

from app.cohort.lock import locked
from app.cohort.walk import MARK
from app.errors import InputError

HOLDS = """
import sys
from pathlib import Path
from app.cohort.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_run_is_refused_until_the_first_is_over(tmp_path):
    with locked(tmp_path), pytest.raises(InputError, match="Another run writes into"), locked(tmp_path):
        pass
    with locked(tmp_path):
        assert (tmp_path / MARK).exists()


def test_a_kill_frees_it(tmp_path):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDS, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(InputError, match="Another run"), locked(tmp_path):
            pass
        holder.kill()
        holder.wait()
    with locked(tmp_path):
        pass


def test_a_folder_that_cannot_be_written_to(tmp_path):
    with pytest.raises(InputError, match=r"cohort\.lock cannot be written"), locked(tmp_path / "missing"):
        pass
