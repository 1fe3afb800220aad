import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app import log
from app.errors import UnreadableFileError

ROOT = Path(__file__).parent.parent
SECRET = "MARKER"


def lines_of(script: str) -> tuple[list[dict[str, object]], str]:
    """What a process of its own writes on standard error, each line read as JSON, and how that looked."""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout == ""
    return [json.loads(line) for line in done.stderr.splitlines()], done.stderr


@pytest.fixture
def written(capsys):
    log.set_up()
    capsys.readouterr()
    return lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_events_have_time_level_and_their_numbers(written):
    log.study_read(kind="volume", sequences=4, slices=155, seconds=1.23456)
    log.segmented(slices=155, seconds=20)
    read, segmented = written()
    assert abs(datetime.now(UTC) - datetime.fromisoformat(read.pop("time"))).total_seconds() < 60
    assert read == {
        "level": "info", "event": "study read", "kind": "volume", "sequences": 4, "slices": 155, "seconds": 1.235
    }  # fmt: skip
    assert (segmented["event"], segmented["slices"], segmented["seconds"]) == ("segmented", 155, 20)


def test_what_was_refused_is_known_by_kind_and_place_alone(written):
    def read() -> None:
        raise UnreadableFileError(f"{SECRET}.nii is damaged.") from KeyError(SECRET)

    try:
        read()
    except UnreadableFileError as error:
        log.refused(error)
    (line,) = written()
    assert (line["level"], line["event"], line["exception"]) == ("info", "refused", "UnreadableFileError")
    assert line["frames"][0].startswith("tests/test_log.py:") and line["cause"]["exception"] == "KeyError"
    assert SECRET not in json.dumps(line)


def test_the_unexpected_is_found_by_its_reference(written):
    reference = log.unexpected(RuntimeError(SECRET))
    (line,) = written()
    assert (line["level"], line["event"], line["reference"]) == ("error", "unexpected", reference)
    assert len(reference) == 8 and SECRET not in json.dumps(line)


def test_each_reference_is_another(written):
    assert log.unexpected(ValueError()) != log.unexpected(ValueError())
    assert len(written()) == 2


def test_setting_up_again_doubles_nothing(written):
    log.set_up()
    log.segmented(slices=1, seconds=1)
    assert len(written()) == 1


LIBRARIES = f"""
import logging, sys, threading, warnings
from streamlit.logger import get_logger
early = get_logger("streamlit.early")
from app import log
log.set_up_server()
log.set_up_server()
def fail():
    raise ValueError("{SECRET}")
for logger in early, get_logger("streamlit.late"), logging.getLogger("pydicom"):
    logger.warning("File {SECRET} %s", "{SECRET}")
    try:
        fail()
    except ValueError:
        logger.exception("{SECRET}")
warnings.warn("{SECRET}", stacklevel=1)
thread = threading.Thread(target=fail, name="{SECRET}")
thread.start()
thread.join()
class Ends:
    def __del__(self):
        fail()
Ends()
"""


def test_libraries_warnings_and_threads_say_nothing_of_what_they_were_given():
    lines, text = lines_of(LIBRARIES)
    assert SECRET not in text
    start, *rest = lines
    assert (start["event"], start["python"]) == ("start", ".".join(map(str, sys.version_info[:3])))
    events = [(line["event"], line.get("logger"), line.get("exception")) for line in rest]
    assert events == [
        *[
            ("library", logger, exception)
            for logger in ("streamlit.early", "streamlit.late", "pydicom")
            for exception in (None, "ValueError")
        ],
        ("warning", None, None),
        ("unexpected", None, "ValueError"),
        ("unexpected", None, "ValueError"),
    ]
    assert rest[1]["frames"] == ["<string>:13 <module>", "<string>:9 fail"]
    assert rest[6]["at"] == "UserWarning <string>:16"


BROKEN = f"""
import sys
from app import log
sys.excepthook = log.apologise
raise {{}}("{SECRET}")
"""


def test_a_command_that_breaks_apologises_with_the_reference():
    done = subprocess.run([sys.executable, "-c", BROKEN.format("OSError")], cwd=ROOT, capture_output=True, text=True)
    line, apology = done.stderr.splitlines()
    assert done.returncode == 1 and SECRET not in done.stderr
    assert json.loads(line)["reference"] in apology and "-X dev" in apology


def test_an_interruption_is_no_fault():
    script = BROKEN.format("KeyboardInterrupt")
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert "Traceback" in done.stderr and "reference" not in done.stderr


def test_another_handler_is_told_the_same(caplog):
    log.set_up()
    reference = log.unexpected(ValueError(SECRET))
    assert reference in caplog.text and "ValueError" in caplog.text and SECRET not in caplog.text


MEMORY = f"""
import io, logging
from app import log
memory = io.StringIO()
early = logging.getLogger("early")
early.addHandler(logging.StreamHandler(memory))
early.propagate = False
log.set_up_server()
early.warning("{SECRET}")
assert memory.getvalue() == "{SECRET}\\n"
"""


def test_what_goes_to_memory_is_let_alone():
    (start,), _ = lines_of(MEMORY)
    assert start["event"] == "start"
