import math

import numpy as np
import plotly.io
import pytest

from app.errors import InputError
from app.evaluation.case_scores import score_case
from app.evaluation.summary import ScoredCase, summarise
from app.exports.evaluation_plots import evaluation_figures
from app.exports.evaluation_report import NO_PNG, Extremes, write_report
from app.exports.overlay import Outlined

LEVELS_OF_A = np.array([[[200, 150, 100, 50, 0, 0]]], np.uint8)
TUMOUR_OF_A = np.array([[[1, 1, 0, 1, 0, 0]]], np.uint8)


def scored(name: str, levels: np.ndarray, tumour: np.ndarray) -> ScoredCase:
    return ScoredCase(name, name, "T1ce", score_case(levels, tumour, tumour >= 0, 0.5, None))


@pytest.fixture
def summary():
    cases = [
        scored("a", LEVELS_OF_A, TUMOUR_OF_A),
        scored("perfect", TUMOUR_OF_A * 200, TUMOUR_OF_A),
        scored("well", LEVELS_OF_A * 0, TUMOUR_OF_A * 0),
    ]
    left_out = {"unreadable": {"<broken>": "x.mat is damaged."}}
    return {"title": "figshare", "left_out": left_out, **summarise(cases, 0.5, resamples=10)}


def volume(slices: int) -> Outlined:
    grey = np.full((slices, 30, 40), 120, np.uint8)
    mask = np.zeros(grey.shape, bool)
    mask[0, 10:20, 10:20] = True
    return Outlined(grey, mask, mask)


@pytest.fixture
def extremes() -> Extremes:
    extremes = Extremes(count=1)
    extremes.add("a/b", 0.4, lambda: volume(2))
    extremes.add("perfect", 1.0, lambda: volume(1))
    return extremes


@pytest.fixture
def drawn(monkeypatch):
    """Stands in for the browser that draws; keeps the files it was to write."""
    files = []
    monkeypatch.setattr(plotly.io, "write_images", lambda figures, file, **_: files.extend(file))
    return files


def test_precision_and_recall_with_the_chosen_threshold(summary):
    curve, chosen, best = evaluation_figures(summary)["precision_recall"].data
    assert len(curve.x) == 200
    assert (curve.x[99], curve.y[99]) == (pytest.approx(5 / 6), pytest.approx(5 / 6))
    assert (chosen.x[0], chosen.y[0], chosen.customdata[0]) == (pytest.approx(5 / 6), pytest.approx(5 / 6), 0.5)
    assert best.customdata[0] == summary["best"]["threshold"]


def test_every_dice_from_the_worst_to_the_best(summary):
    bars, mean, median = evaluation_figures(summary)["dice"].data
    assert (bars.x, bars.y) == (("a", "perfect"), (pytest.approx(4 / 6), 1))
    assert (mean.name, median.name) == ("mean 0.833", "median 0.833")


def test_bins_without_voxels_are_no_points(summary):
    _, network, counts = evaluation_figures(summary)["reliability"].data
    assert (len(network.x), sum(counts.y)) == (5, 18)
    assert not any(map(math.isnan, network.y))


def test_plots_of_healthy_heads_alone(summary):
    healthy = summarise([scored("well", LEVELS_OF_A * 0, TUMOUR_OF_A * 0)], 0.5, resamples=10)
    assert len(evaluation_figures(healthy)["precision_recall"].data) == 2
    assert evaluation_figures(healthy)["dice"].data[0].x == ()


def test_the_extremes_are_kept():
    extremes, made = Extremes(count=2), []
    for dice in (0.5, 0.9, 0.1, 0.7, 0.6, 0.95, 0.3, 0.65):
        extremes.add(f"case {dice}", dice, lambda dice=dice: made.append(dice))
    assert [dice for dice, *_ in extremes.worst] == [0.1, 0.3]
    assert [dice for dice, *_ in extremes.best] == [0.95, 0.9]
    assert made == [0.5, 0.9, 0.1, 0.7, 0.95, 0.3]


def test_no_case_is_both_among_the_worst_and_the_best():
    extremes = Extremes(count=3)
    for dice in (0.5, 0.9, 0.1):
        extremes.add(f"case {dice}", dice, lambda: volume(1))
    assert [dice for dice, *_ in extremes.worst] == [0.1, 0.5]
    assert [dice for dice, *_ in extremes.best] == [0.9]


def test_what_is_written(tmp_path, summary, extremes, drawn):
    assert write_report(tmp_path, summary, extremes) is True
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "best_1_perfect.png",
        "report.html",
        "worst_1_a_b.gif",
        "worst_1_a_b.png",
    ]
    assert [path.name for path in drawn] == ["precision_recall.png", "dice.png", "reliability.png"]


def test_the_page_holds_everything_and_needs_no_network(tmp_path, summary, extremes, drawn):
    write_report(tmp_path, summary, extremes)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count("Plotly.newPlot(") >= 3
    assert page.count('" src="data:image/png;base64,iVBOR') == 2
    assert "<script src=" not in page
    assert "<p>&lt;broken&gt;: x.mat is damaged.</p>" in page
    assert "<td>Dice (F1)</td>" in page


def test_without_a_browser_the_page_is_there(tmp_path, summary, extremes, monkeypatch):
    def no_browser(*_, **__):
        raise RuntimeError("Kaleido requires Google Chrome to be installed.")

    monkeypatch.setattr(plotly.io, "write_images", no_browser)
    assert write_report(tmp_path, summary, extremes) is False
    assert (tmp_path / "report.html").exists()
    assert "report.html" in NO_PNG and "Chromium" in NO_PNG


def test_a_folder_that_cannot_be_written(tmp_path, summary, extremes):
    with pytest.raises(InputError, match="Choose another folder"):
        write_report(tmp_path / "missing", summary, extremes)
