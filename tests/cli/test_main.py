import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app import NOTICE
from app import __main__ as command_line
from app.errors import CheckpointMissingError, StudyError

ROOT = Path(__file__).parents[2]


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60)


def run_a_command_that_raises(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> int:
    def run(_: argparse.Namespace) -> int:
        raise error

    parser = argparse.ArgumentParser()
    parser.set_defaults(run=run)
    monkeypatch.setattr(command_line, "parser", lambda: parser)
    return command_line.main([])


def test_help_names_every_command():
    shown = python("-m", "app", "--help")
    assert shown.returncode == 0
    assert all(f"\n    {command} " in shown.stdout for command in ("segment", "simulate", "train"))
    assert NOTICE in " ".join(shown.stdout.split())


def test_the_parser_is_made_without_heavy_imports():
    heavy = ("tensorflow", "keras", "numpy", "nibabel", "nilearn", "streamlit")
    code = f"import sys; from app.__main__ import parser; parser(); print([m for m in {heavy} if m in sys.modules])"
    assert python("-c", code).stdout == "[]\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "required: COMMAND"),
        (["paint"], "'paint'"),
        (["segment", "a.nii"], "required: --out"),
        (["segment", "--out", "o"], "required: FILE"),
        (
            ["segment", "a.nii", "--out", "o", "--threshold", "1.5"],
            "1.5 is not a threshold: give 0 to 1 in steps of 0.005",
        ),
    ],
)
def test_wrong_arguments_are_one_line_and_status_2(arguments, said, capsys):
    with pytest.raises(SystemExit) as ended:
        command_line.main(arguments)
    out, err = capsys.readouterr()
    assert ended.value.code == 2
    assert out == ""
    assert err.count("\n") == 1
    assert said in err


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (StudyError("a.nii and b.nii\ndiffer."), 2, "gliolens: a.nii and b.nii differ.\n"),
        (StudyError("\x1b[2J\u202eiin.a.nii"), 2, "gliolens: \ufffd[2J\ufffdiin.a.nii\n"),
        (CheckpointMissingError("No network."), 1, "gliolens: No network.\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_what_goes_wrong_is_one_line_and_a_status(error, status, said, monkeypatch, capsys):
    assert run_a_command_that_raises(error, monkeypatch) == status
    assert capsys.readouterr() == ("", said)


def test_an_unexpected_error_keeps_its_traceback(monkeypatch):
    with pytest.raises(ZeroDivisionError):
        run_a_command_that_raises(ZeroDivisionError(), monkeypatch)


def test_a_full_disk_is_one_line(monkeypatch, capsys):
    assert run_a_command_that_raises(OSError(28, "No space left on device"), monkeypatch) == 1
    assert capsys.readouterr() == (
        "",
        "gliolens: No space left on device. Free some space and try again; earlier files are whole.\n",
    )


def test_a_broken_command_apologises_with_a_reference():
    script = "import runpy, sys, app.checks.run; app.checks.run.run_checks = None; sys.argv = ['app', 'doctor']; "
    ended = python("-c", script + "runpy.run_module('app', run_name='__main__')")
    line, apology = ended.stderr.splitlines()
    assert (ended.returncode, ended.stdout) == (1, "")
    assert json.loads(line)["frames"][-1].startswith("app/cli/doctor.py:")
    assert json.loads(line)["reference"] in apology


PRINTS_MUCH = """
import argparse, sys
from app import __main__ as command_line
parser = argparse.ArgumentParser()
parser.set_defaults(run=lambda _: print("x" * 500_000) or 0)
command_line.parser = lambda: parser
sys.exit(command_line.main([]))
"""


def test_a_reader_that_leaves_early_is_no_crash():
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as closed:
        command = [sys.executable, "-c", PRINTS_MUCH]
        ended = subprocess.run(command, cwd=ROOT, stdout=closed, stderr=subprocess.PIPE, timeout=60)
    assert (ended.returncode, ended.stderr) == (1, b"")


def test_input_that_cannot_be_used_ends_with_status_2_and_one_line(tmp_path):
    scan = tmp_path / "p_flair.nii.gz"
    scan.write_bytes(b"this is not a scan")
    ended = python("-m", "app", "segment", str(scan), "--out", str(tmp_path / "out"), "--json")
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1
    assert "p_flair.nii.gz" in ended.stderr
