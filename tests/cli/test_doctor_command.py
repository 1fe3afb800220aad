import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from app.__main__ import main
from app.checks import run
from app.checks.finding import Finding

ROOT = Path(__file__).parents[2]
GOOD = Finding(True, "all is well")
BAD = Finding(False, "something is missing", "Install it.")


@pytest.fixture
def found(monkeypatch):
    """Lets the checks find what a test says."""

    def answer(finding, _):
        return finding

    def find(**findings):
        monkeypatch.setattr(run, "CHECKS", {name: partial(answer, finding) for name, finding in findings.items()})

    return find


def test_a_line_for_each_and_what_to_do(found, capsys):
    found(python=GOOD, samples=BAD)
    assert main(["doctor"]) == 1
    out, err = capsys.readouterr()
    assert out == (
        "ok      python        all is well\n"
        "FAILED  samples       something is missing\n"
        "                      Install it.\n"
    )  # fmt: skip
    assert err == ""


def test_all_well_is_status_0(found, capsys):
    found(python=GOOD)
    assert main(["doctor"]) == 0
    assert capsys.readouterr().out.count("\n") == 1


@pytest.mark.parametrize(("finding", "status"), [(GOOD, 0), (BAD, 1)])
def test_json_is_one_line(found, capsys, finding, status):
    found(python=GOOD, samples=finding)
    assert main(["doctor", "--json"]) == status
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert json.loads(out) == {
        "ok": status == 0,
        "checks": [{"name": "python", **vars(GOOD)}, {"name": "samples", **vars(finding)}],
    }


def test_this_installation_is_well_and_stays_as_it_was(tmp_path):
    data = tmp_path / "data"
    done = subprocess.run(
        [sys.executable, "-m", "app", "doctor", "--json"],
        cwd=ROOT,
        env=os.environ | {"GLIOLENS_DATA": str(data)},
        capture_output=True,
        text=True,
        timeout=240,
    )
    told = json.loads(done.stdout)
    assert [check for check in told["checks"] if not check["ok"]] == []
    assert (done.returncode, done.stderr, told["ok"]) == (0, "", True)
    assert [check["name"] for check in told["checks"]] == list(run.CHECKS)
    assert not data.exists()
