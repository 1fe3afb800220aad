import json
from pathlib import Path

import pytest

from app.log_line import PROJECT, described, place, warning_place

SECRET = "MARKER^PATIENT"


def raised() -> Exception:
    try:
        try:
            json.loads(f"[{SECRET}")
        except ValueError as error:
            raise OSError(2, SECRET, SECRET) from error
    except OSError as error:
        return error


class ElsewhereError(Exception):
    where = "ValueError in dicom.py:3 read"


def test_type_and_frames_of_an_exception_and_of_its_cause():
    told = described(raised())
    assert told["exception"] == "FileNotFoundError"
    assert [frame.split(":")[0] for frame in told["frames"]] == ["tests/test_log_line.py"]
    assert told["frames"][0].endswith(" raised")
    assert told["cause"]["exception"] == "JSONDecodeError"
    assert told["cause"]["frames"][-1].startswith("decoder.py:")
    assert SECRET not in json.dumps(told)


def test_the_deepest_frames_are_kept():
    told = described(raised(), deepest=1)
    assert len(told["frames"]) == len(told["cause"]["frames"]) == 1
    assert told["cause"]["frames"][0].startswith("decoder.py:")


def test_a_cause_that_was_put_aside_is_not_told():
    error = ValueError()
    error.__context__, error.__suppress_context__ = KeyError(), True
    assert described(error) == {"exception": "ValueError", "frames": []}
    error.__suppress_context__ = False
    assert described(error)["cause"] == {"exception": "KeyError", "frames": []}


def test_a_ring_of_causes_ends():
    first, second = ValueError(), KeyError()
    first.__cause__, second.__cause__ = second, first
    assert json.dumps(described(first)).count("exception") == 6


def test_an_error_from_another_process_says_where_it_was():
    assert described(ElsewhereError(SECRET))["where"] == ElsewhereError.where


@pytest.mark.parametrize(
    ("file", "shown"),
    [
        (PROJECT / "app" / "study.py", "app/study.py:7"),
        (PROJECT / ".venv" / "lib" / "site-packages" / "streamlit" / "web" / "cli.py", "streamlit/web/cli.py:7"),
        (Path("/somewhere", SECRET, "json", "decoder.py"), "decoder.py:7"),
        ("<string>", "<string>:7"),
    ],
)
def test_a_place_names_no_folder_of_this_machine(file, shown):
    assert place(str(file), 7) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"{PROJECT}/app/study.py:12: UserWarning: {SECRET}\n  code()\n", "UserWarning app/study.py:12"),
        (f"/x/site-packages/pydicom/valuerep.py:440: UserWarning: {SECRET}", "UserWarning pydicom/valuerep.py:440"),
        (SECRET, "unknown"),
    ],
)
def test_category_and_place_of_a_warning(text, shown):
    assert warning_place(text) == shown
