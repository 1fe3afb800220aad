"""Bits flipped in a sound file of each format, a thousand times: it is read to a sound study, or refused."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from sound_files import SOUND

READER = Path(__file__).with_name("flip_reader.py")
COUNT = 1000
PATIENCE = 240
"""Seconds for all seeds of a format, on a machine with much else to do."""

Results = dict[str, "Future[subprocess.CompletedProcess[str]]"]


def _read(form: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(READER), form, str(COUNT)],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
    )


@pytest.fixture(scope="module")
def results() -> Iterator[Results]:
    """What became of each format; two are tried at a time."""
    with ThreadPoolExecutor(2) as pool:
        yield {form: pool.submit(_read, form) for form in SOUND}
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("form", SOUND)
def test_a_file_with_flipped_bits_is_read_or_refused(form: str, results: Results) -> None:
    try:
        ended = results[form].result()
    except subprocess.TimeoutExpired as e:
        told = (e.stdout or b"").decode().splitlines()
        pytest.fail(f"{form}: hangs at {told[-1] if told else 'the start'}")
    lines = ended.stdout.splitlines()
    assert ended.returncode == 0, f"{form}: status {ended.returncode} at {lines[-1]}: {ended.stderr[-3000:]}"
    outcomes = ast.literal_eval(lines[-1])
    assert sum(outcomes.values()) == COUNT
    assert set(outcomes) - {"Study"}, "a format in which nothing is ever noticed was not altered"
