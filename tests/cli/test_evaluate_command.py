import gzip
import json
import sys
from functools import partial
from types import ModuleType, SimpleNamespace

import nibabel as nib
import numpy as np
import plotly.io
import pytest

from app import NOTICE
from app.__main__ import main
from app.evaluation import summary
from app.study import Probability
from app.training.datasets import DATASETS
from app.training.layouts import LAYOUTS

SHAPE = (10, 12, 3)
FLAIR = np.zeros(SHAPE, np.float32)
FLAIR[1:9, 1:11] = 20
FLAIR[3:7, 4:9, 1] = 120  # seen: 20 voxels
SEG = np.zeros(SHAPE, np.uint8)
SEG[3:7, 4:8, 1] = 2  # 16 of them are tumour
SEG[3, 4, 1] = 4
SEG[7, 4:8, 1] = 1  # and 4 are missed


class FakeSegmenter:
    """A network that sees tumour where the first sequence is bright, and takes all of it for oedema."""

    card = SimpleNamespace(threshold=0.5, sha256="c0ffee")

    def __init__(self, folder):
        self.folder = folder

    def segment(self, study, progress=None, *, classes=False):
        levels = study.images[study.sequences[0]].astype(np.uint8)
        return Probability(levels, study.sha256, "c0ffee", np.full_like(levels, 2) if classes else None)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """No network is loaded, and few patients are drawn for the intervals."""
    monkeypatch.setattr(summary, "summarise", partial(summary.summarise, resamples=20))
    segmenter = ModuleType("app.model.segmenter")
    segmenter.Segmenter = FakeSegmenter
    monkeypatch.setitem(sys.modules, "app.model.segmenter", segmenter)


def write(path, voxels):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(nib.Nifti1Image(voxels, np.diag([-1.0, -1.0, 1.0, 1.0])).to_bytes()))


@pytest.fixture
def folder(tmp_path):
    """One sound case, one that also has T2 and an empty reference, and one that is damaged."""
    for case, seg in (("B1", SEG), ("B2", SEG * 0)):
        write(tmp_path / "data" / case / f"{case}_flair.nii.gz", FLAIR)
        write(tmp_path / "data" / case / f"{case}_seg.nii.gz", seg)
    write(tmp_path / "data" / "B2" / "B2_t2.nii.gz", FLAIR[::-1])
    write(tmp_path / "data" / "B3" / "B3_flair.nii.gz", FLAIR)
    (tmp_path / "data" / "B3" / "B3_seg.nii.gz").write_bytes(b"damaged")
    return tmp_path / "data"


def evaluate(folder, *arguments, dataset="brats"):
    return main(["evaluate", dataset, str(folder), *map(str, arguments)])


def test_a_data_set_is_scored(folder, tmp_path, capsys):
    assert evaluate(folder, "--json", tmp_path / "new" / "scores.json") == 0
    scores = json.loads((tmp_path / "new" / "scores.json").read_text())
    assert (scores["dataset"], scores["checkpoint"], scores["threshold"]) == ("brats", "c0ffee", 0.5)
    assert (scores["cases"], scores["patients"], scores["sequences"]) == (2, 2, {"FLAIR": 1, "FLAIR+T2": 1})
    assert scores["confusion"]["true_positives"] == 16
    assert scores["pooled"]["recall"]["value"] == pytest.approx(16 / 20)
    assert scores["pooled"]["precision"]["value"] == pytest.approx(16 / 40)
    assert scores["regions"]["whole"]["empty_references"] == ["B2"]
    assert scores["regions"]["enhancing"]["pooled"]["recall"]["value"] == 0
    assert scores["per_case"]["B2"]["regions"]["whole"]["dice"] is None
    assert list(scores["left_out"]["unreadable"]) == ["B3"]
    assert len(scores["curve"]["true_positives"]) == 201


def test_tables_on_standard_output_and_progress_on_the_other(folder, capsys):
    assert evaluate(folder) == 0
    out, err = capsys.readouterr()
    assert out.startswith("BraTS: 2 cases of 2 patients, threshold 0.500.")
    assert "| recall      | 0.800 |" in out
    assert "Left out: 1 case.\n\nB3: " in out and "B3_seg.nii.gz" in out
    assert out.endswith(f"{NOTICE}\n")
    assert err.splitlines()[:2] == ["[1/3] B1: Dice 0.800", "[2/3] B2: empty reference"]
    assert err.splitlines()[2].startswith("[3/3] B3: ")


def test_a_threshold_of_ones_own(folder, tmp_path):
    assert evaluate(folder, "--threshold", "0.1", "--json", tmp_path / "s.json") == 0
    scores = json.loads((tmp_path / "s.json").read_text())
    assert (scores["threshold"], scores["pooled"]["recall"]["value"]) == (0.1, 1)


def test_a_subset_of_sequences(folder, tmp_path):
    assert evaluate(folder, "--sequences", "t2,Flair", "--json", tmp_path / "s.json") == 0
    scores = json.loads((tmp_path / "s.json").read_text())
    assert (scores["cases"], scores["sequences"]) == (1, {"FLAIR+T2": 1})
    assert scores["left_out"]["lacks_sequences"] == {"B1": "lacks T2"}


def test_chosen_cases(folder, tmp_path):
    (tmp_path / "cases.txt").write_text("brats/B1\nB7\nlgg/B2\n")
    assert evaluate(folder, "--cases", tmp_path / "cases.txt", "--json", tmp_path / "s.json") == 0
    scores = json.loads((tmp_path / "s.json").read_text())
    assert list(scores["per_case"]) == ["B1"]
    assert scores["left_out"]["not_in_folder"] == {"B7": f"is not in {folder}"}


def test_none_of_the_chosen_cases_is_there(folder, tmp_path, capsys):
    (tmp_path / "cases.txt").write_text("B7\nB8\n")
    assert evaluate(folder, "--cases", tmp_path / "cases.txt") == 1
    assert "None of the 2 cases" in capsys.readouterr().err


def test_probabilities_on_the_slices_of_the_files(folder, tmp_path):
    assert evaluate(folder, "--save-probabilities", tmp_path / "p") == 0
    assert sorted(path.name for path in (tmp_path / "p").iterdir()) == ["B1.npz", "B2.npz"]
    with np.load(tmp_path / "p" / "B1.npz") as saved:
        assert saved.files == ["levels"]
        assert saved["levels"].dtype == np.uint8
        np.testing.assert_array_equal(saved["levels"], FLAIR)


def test_a_report(folder, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(plotly.io, "write_images", lambda *_, **__: None)
    assert evaluate(folder, "--report", tmp_path / "report") == 0
    written = sorted(path.name for path in (tmp_path / "report").iterdir())
    assert written == ["report.html", "worst_1_B1.gif", "worst_1_B1.png"]
    assert "kaleido" not in capsys.readouterr().err


def test_a_report_without_a_browser(folder, tmp_path, monkeypatch, capsys):
    def no_browser(*_, **__):
        raise RuntimeError

    monkeypatch.setattr(plotly.io, "write_images", no_browser)
    assert evaluate(folder, "--report", tmp_path / "report") == 0
    assert "The plots are in report.html alone." in capsys.readouterr().err


def test_a_checkpoint_of_ones_own(folder, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(FakeSegmenter, "__init__", lambda self, folder: opened.append(folder))
    assert evaluate(folder, "--checkpoint", tmp_path / "other") == 0
    assert opened == [tmp_path / "other"]


def test_nothing_could_be_scored(folder, capsys):
    assert evaluate(folder, "--sequences", "t1") == 1
    assert "None of the 3 cases" in capsys.readouterr().err


def test_an_empty_folder(tmp_path, capsys):
    assert evaluate(tmp_path) == 1
    assert "holds no case of BraTS" in capsys.readouterr().err


def test_a_folder_that_cannot_be_made(folder, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert evaluate(folder, "--report", tmp_path / "file" / "report") == 2
    assert "Choose another folder." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["evaluate", "brats", "x", "--sequences", "flair,pd"], "'pd' is none of flair,t1,t1ce,t2"),
        (["evaluate", "brats", "x", "--threshold", "0.3001"], "0.3001 is not a threshold"),
        (["evaluate", "isles", "x"], "invalid choice: 'isles'"),
    ],
)
def test_arguments_that_cannot_be_used(arguments, said, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_help_names_every_layout(capsys):
    with pytest.raises(SystemExit):
        main(["evaluate", "--help"])
    shown = capsys.readouterr().out
    assert LAYOUTS.keys() == DATASETS.keys()
    assert all(f"  {name}" in shown and text in shown for name, text in LAYOUTS.items())
