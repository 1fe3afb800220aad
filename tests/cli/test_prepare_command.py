import io
import sys

import h5py
import numpy as np
import pytest

from app.__main__ import main
from app.training.layouts import LAYOUTS


@pytest.fixture
def folder(tmp_path):
    """Two slices of figshare's layout, a copy, and a broken file."""
    (tmp_path / "data").mkdir()
    for number, seed in ((1, 1), (2, 2), (3, 1)):
        image = np.random.default_rng(seed).integers(0, 99, (20, 16)).astype(np.int16)
        with h5py.File(tmp_path / "data" / f"{number}.mat", "w") as file:
            file["cjdata/image"] = image
            file["cjdata/tumorMask"] = (image > 90).astype(np.uint8)
            file["cjdata/PID"] = np.array([[ord("7")]], np.uint16)
    (tmp_path / "data" / "4.mat").write_text("broken")
    return tmp_path / "data"


def prepare(folder, *options, layout="figshare"):
    return main(["prepare", layout, str(folder), str(folder.parent / "out"), "--processes", "1", *options])


def test_what_is_printed_and_written(folder, capsys):
    assert prepare(folder) == 0
    out, err = capsys.readouterr()
    assert err == ""
    lines = out.splitlines()
    assert lines[:3] == ["figshare", "  cases             2 prepared, 2 skipped", "  patients          1"]
    assert "  3: duplicate of figshare/1: its T1ce has the same voxels" in lines
    assert any(line.startswith("  4: ") and "4.mat" in " ".join(lines) for line in lines)
    assert lines[-2:] == [str(folder.parent / "out" / name) for name in ("report.html", "report.csv")]
    assert {path.name for path in (folder.parent / "out").iterdir()} == {
        *("images.bin", "index.json", "report.csv", "report.html", "targets.bin")
    }


def test_a_bar_on_a_terminal(folder, monkeypatch):
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stderr", terminal)
    assert prepare(folder) == 0
    steps = terminal.getvalue().split("\r")[1:]
    assert steps[0] == f"[{'#' * 7}{'.' * 23}] 1 of 4 cases"
    assert steps[-1] == f"[{'#' * 30}] 4 of 4 cases\n"


def test_no_case_that_can_be_used(folder, capsys):
    for number in (1, 2, 3):
        (folder / f"{number}.mat").unlink()
    assert prepare(folder) == 1
    out, err = capsys.readouterr()
    assert "0 prepared, 1 skipped" in out
    assert err == f"gliolens: None of the 1 cases in {folder} can be used; the reasons are above.\n"


def test_the_wrong_layout(folder, capsys):
    assert prepare(folder, layout="lgg") == 1
    assert f"{folder} holds no case of LGG. Expected are {LAYOUTS['lgg']}." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"), [(["nifti"], "'nifti'"), (["lgg", "--processes", "0"], "give 1 or more")]
)
def test_arguments_that_are_none(arguments, said, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["prepare", *arguments, "in", "out"])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_help_describes_every_layout(capsys):
    with pytest.raises(SystemExit):
        main(["prepare", "--help"])
    shown = capsys.readouterr().out
    assert all(f"  {name:<10} {text}\n" in shown for name, text in LAYOUTS.items())
