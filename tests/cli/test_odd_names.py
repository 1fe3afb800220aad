"""Files with names that a shell, a path or a terminal could trip over: what is written stays in the folder for it."""

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.__main__ import main

NAMES = [
    "..\\..\\etc_flair.png",
    "a\nb_flair.png",
    "\x1b[2Jcleared_flair.png",
    "mask\u202egnp.exe_flair.png",
    "$(touch x)`touch y`;touch z_flair.png",
    "-rf_flair.png",
    "--out=x_flair.png",
    "..._flair.png",
    "~root_flair.png",
    "%2e%2e%2fx_flair.png",
    "NUL.x_flair.png",
    "n" * 240 + "_flair.png",
    "é" * 100 + "_flair.png",
    "<script>alert(1)<_flair.png",
]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no such names there")


@pytest.mark.usefixtures("network")
@pytest.mark.parametrize("name", NAMES)
def test_results_stay_in_their_folder(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scan = tmp_path / "in" / name
    scan.parent.mkdir()
    Image.fromarray(np.array([[0, 10, 20], [49, 50, 200]], np.uint8)).save(scan)
    assert main(["segment", str(scan), "--out", str(tmp_path / "out")]) == 0
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path != scan]
    assert {path.parent for path in written} == {tmp_path / "out"} and len(written) == 2
    assert all(path.name.isprintable() and not path.name.startswith((".", "-")) for path in written)
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize("name", NAMES)
def test_a_message_is_one_line_that_a_terminal_shows_as_it_is(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_bytes(b"these are not pixels")
    assert main(["segment", str(tmp_path / name), "--out", str(tmp_path / "out")]) == 2
    err = capsys.readouterr().err
    assert err.endswith("\n") and err.removesuffix("\n").isprintable()
