"""The fuzzer's command tries a finding again; without the fuzzer itself, which tests do not need."""

import subprocess
import sys
from pathlib import Path

import pytest
from sound_files import sound

COMMAND = Path(__file__).with_name("fuzz.py")


@pytest.mark.parametrize(("keep", "word"), [(None, "Study(name="), (200, "UnreadableFileError(")])
def test_a_finding_is_tried_again(tmp_path: Path, keep: int | None, word: str) -> None:
    finding = tmp_path / "crash-1"
    finding.write_bytes(sound("nifti").data[:keep])
    ended = subprocess.run(
        [sys.executable, str(COMMAND), "nifti", "--replay", str(finding)], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith(word)
