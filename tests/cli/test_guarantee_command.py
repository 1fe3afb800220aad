"""The report on a record, and what the command turns down; measuring is tested with the training."""

import json

import numpy as np
import plotly.io
import pytest

from app.__main__ import main
from app.model.calibration_patients import SHIPPED, CalibrationPatients, PatientGroup, save_patients
from app.model.checkpoint import CARD, FOLDER, load_card
from app.study import Sequence


@pytest.fixture
def folder(tmp_path):
    """A checkpoint with 40 patients, who lose a tenth of their tumour at each step of 20 levels."""
    (tmp_path / CARD).write_text(json.dumps(json.loads((FOLDER / CARD).read_text())))
    found = np.repeat([1000 - 100 * (np.arange(201) // 20)], 40, axis=0)
    random = np.random.default_rng(0)
    group = PatientGroup(
        "lgg", (Sequence.FLAIR,), tuple(f"P{n}" for n in range(40)), (SHIPPED,) * 20 + ("fold-1",) * 20,
        found, found * 2, found[:, 0], random.normal(4.8, 0.1, (40, 1)), ("head size",),
    )  # fmt: skip
    save_patients(tmp_path, CalibrationPatients(load_card(tmp_path).sha256, (group,)))
    return tmp_path


def guarantee(*arguments):
    return main(["guarantee", *map(str, arguments)])


def test_the_report(folder, capsys):
    assert guarantee("--checkpoint", folder) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "40 LGG patients, FLAIR alone" in lines
    rows = [line.split() for line in lines if line.startswith("  ")]
    assert rows[1] == ["0.05", "0.095", "0.0000", "0.500", "1000", "0.0000", "0.0000", "0.0000"]
    assert rows[2][:4] == ["0.10", "0.095", "0.0000", "0.500"]  # (40 * 0.1 + 1) / 41 is more than 0.1
    assert any(line.endswith("t* 0.095, and the 20 of shipped miss 0.0000") for line in lines)
    assert "looks unlike the others" in lines[-1]


def test_the_figure_is_drawn(folder, tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr(plotly.io, "write_image", lambda figure, path, **_: drawn.append((figure, path)))
    assert guarantee("--checkpoint", folder, "--figure", tmp_path / "coverage.png") == 0
    ((figure, path),) = drawn
    assert path == tmp_path / "coverage.png"
    assert [note.text for note in figure.layout.annotations] == [
        "40 LGG patients, FLAIR alone: α = 0.05", "40 LGG patients, FLAIR alone: α = 0.10",
    ]  # fmt: skip
    assert sum(figure.data[0].y) == 1000


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--data", "prepared"), "--cache"),
        (("--figure", "coverage.doc"), "ends in .png or .svg"),
    ],
)
def test_what_cannot_be_done_is_said(folder, tmp_path, monkeypatch, capsys, options, said):
    monkeypatch.chdir(tmp_path)
    assert guarantee("--checkpoint", folder, *options) == 2
    assert said in capsys.readouterr().err


def test_without_a_record_there_is_nothing_to_report(tmp_path, capsys):
    (tmp_path / CARD).write_text((FOLDER / CARD).read_text())
    assert guarantee("--checkpoint", tmp_path) == 2
    assert "no record of calibration patients yet" in capsys.readouterr().err


def test_sequences_are_those_that_are_known(capsys):
    with pytest.raises(SystemExit):
        guarantee("--data", "prepared", "--sequences", "flair,dwi")
    assert "flair,dwi is not a list of FLAIR, T1, T1ce, T2" in capsys.readouterr().err
