"""What the worst files cost: at most twice the declared limit of memory and ten seconds, each in its own process."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from all_cases import CASES
from case import MIB, SMALL

READER = Path(__file__).with_name("bounds_reader.py")
SECONDS = 10


@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured where /proc is")
def test_no_case_takes_more_than_twice_the_limit_or_ten_seconds() -> None:
    ended = subprocess.run(
        [sys.executable, str(READER)],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    costs = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [cost["name"] for cost in costs] == [case.name for case in CASES]
    most = 2 * SMALL.unpacked_bytes / MIB
    assert [cost for cost in costs if cost["fault"]] == []
    assert [cost for cost in costs if cost["mib"] > most or cost["seconds"] > SECONDS] == []
    assert max(cost["mib"] for cost in costs) > 1, "memory was not measured"
