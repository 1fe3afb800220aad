"""The page "Performance", on a made-up card: recall falls by 0.005 and precision stays 0.8 from level to level."""

import math

import pytest
from streamlit.testing.v1 import AppTest
from ui_files import ROOT

from app.decision.validation import threshold_curve
from app.errors import CheckpointMissingError
from app.evaluation.calibration import Bin, Reliability
from app.model.calibration import Calibration
from app.model.checkpoint import Card, Curve
from app.model.serving import Serving
from app.pages import cache
from app.pages.performance_figures import case_figure, operating_points_figure, reliability_figure, threshold_figure
from app.pages.performance_scores import case_row, over_cases, percent
from app.study import LEVELS, Sequence

FLAIR, T1, T1CE, _ = Sequence
FOUND = tuple(1600 - 8 * k for k in range(LEVELS + 1))
CALLED = tuple(2000 - 10 * k for k in range(LEVELS + 1))
TWO = {
    "Case_1": {"recall": 0.9, "precision": 0.5, "dice": 0.64, "core": 0.25, "enhancing": None},
    "Case_2": {"recall": 1.0, "precision": 0.75, "dice": 0.86, "core": 0.75, "enhancing": 0.5},
}
THREE = {str(n): {"recall": 0.5 + n / 10, "precision": 0.5, "dice": 0.5} for n in range(3)}


def curve(dataset: str, sequences: tuple[Sequence, ...], patients: int, scores: dict) -> Curve:
    return Curve(dataset, sequences, patients, FOUND, CALLED, 1600, 4000, scores)


CARD = Card(
    sha256="0" * 64,
    threshold=0.05,
    threshold_reason="Chosen on these same patients.",
    preprocessing=2,
    calibrations={"FLAIR+T1ce": Calibration(1.25, -0.5)},
    serving=Serving(),
    recipe={},
    training=(),
    validation=(),
    curves=(
        curve("brats", (FLAIR,), 2, TWO),
        curve("brats", (FLAIR, T1CE), 2, TWO),
        curve("figshare", (T1CE,), 1, THREE),
    ),
)
POOLED = threshold_curve(CARD.curves[0])


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr(cache, "card", lambda: CARD)
    monkeypatch.setattr(cache, "patients", lambda: None)
    monkeypatch.setattr(cache, "uncertainty", lambda: None)
    return AppTest.from_file(str(ROOT / "app" / "pages" / "performance.py"), default_timeout=60).run()


def shown(page: AppTest) -> str:
    assert not page.exception and not page.error
    return " ".join(part.value for part in (*page.markdown, *page.caption))


def metrics(page: AppTest) -> list[tuple[str, str, str]]:
    return [(metric.label, metric.value, metric.delta) for metric in page.metric]


def test_it_opens_at_the_default_threshold_with_most_sequences(page: AppTest) -> None:
    assert "never saw them in training" in shown(page) and "Chosen on these same patients." in shown(page)
    assert page.selectbox(key="sequences").options == ["FLAIR + T1ce", "FLAIR alone"]
    assert metrics(page) == [
        ("Recall", "95.0 %", "+0.0"),
        ("Precision", "80.0 %", "+10.0"),
        ("Dice", "0.869", ""),  # 2 * 1520 / (1900 + 1600)
        ("Validation patients", "2", ""),
    ]
    assert "Both targets are met" in shown(page)
    assert "divided by 1.25 and shifted by -0.50" in shown(page)
    assert len(page.get("plotly_chart")) == 4


def test_the_threshold_moves_the_pooled_scores(page: AppTest) -> None:
    page.slider(key="threshold").set_value(0.1).run()
    assert metrics(page)[:2] == [("Recall", "90.0 %", "-5.0"), ("Precision", "80.0 %", "+10.0")]
    assert "Target missed: recall" in shown(page) and "recall and precision" not in shown(page)
    page.slider(key="threshold").set_value(1.0).run()
    assert [value for _, value, _ in metrics(page)[:3]] == ["0.0 %", "–", "0.000"]
    assert "Target missed: recall and precision" in shown(page)


def test_another_data_set_brings_its_own_sequences_and_cases(page: AppTest) -> None:
    page.button_group(key="dataset").set_value("figshare").run()
    assert page.selectbox(key="sequences").options == ["T1ce alone"]
    assert metrics(page)[3] == ("Validation patients", "1", "")
    cases, subsets = (table.value for table in page.dataframe)
    assert list(cases["score"]) == ["Recall", "Precision", "Dice"]
    assert list(cases["95 % interval"]) == ["–"] * 3
    assert list(subsets["sequences"]) == ["T1ce alone"]
    assert (subsets["patients"][0], subsets["cases"][0]) == (1, 3)
    assert "no interval is given" in shown(page)


def test_every_subset_stands_in_the_table_with_those_of_most_sequences_first(page: AppTest) -> None:
    page.slider(key="threshold").set_value(0.5).run()
    table = page.dataframe[1].value
    assert list(table["sequences"]) == ["FLAIR + T1ce", "FLAIR alone"]
    assert list(table["recall"]) == [0.95, 0.95] and list(table["target missed"]) == ["–", "–"]
    assert list(table["case Dice: mean"]) == [0.75, 0.75] and list(table["case Dice: worst"]) == [0.64, 0.64]


def test_cases_without_a_score_are_named_and_left_out(page: AppTest) -> None:
    assert "Enhancing Dice is not defined for Case_1." in shown(page)
    scores = over_cases(CARD.curves[0])
    assert case_row("Core Dice", scores["Core Dice"]) == {
        "score": "Core Dice",
        "mean": 0.5,
        "95 % interval": "0.250 to 0.750",  # a quarter of the draws has the same case twice
        "median": 0.5,
        "worst": 0.25,
        "worst case": "Case_1",
        "cases": 2,
    }
    assert scores["Enhancing Dice"].cases == {"Case_2": 0.5}
    assert math.isnan(scores["Enhancing Dice"].interval[0])


def test_a_missing_card_is_said_to_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Card:
        raise CheckpointMissingError("The card is missing.")

    monkeypatch.setattr(cache, "card", missing)
    page = AppTest.from_file(str(ROOT / "app" / "pages" / "performance.py")).run()
    assert not page.exception and [error.value for error in page.error] == ["The card is missing."]


def test_a_share_is_rounded_down() -> None:
    assert [percent(share) for share in (0.9499999, 0.95, 1.0, math.nan)] == ["94.9 %", "95.0 %", "100.0 %", "–"]


def test_the_marks_stand_at_the_chosen_and_at_the_default_threshold() -> None:
    _, chosen, default = operating_points_figure(POOLED, 0.1, 0.05).data
    assert (chosen.name, chosen.x[0], chosen.y[0]) == ("chosen, 0.100", 0.9, 0.8)
    assert (default.name, default.x[0], default.y[0]) == ("default, 0.050", 0.95, 0.8)
    recall, _, _, default, chosen = threshold_figure(POOLED, 0.1, 0.05).data
    assert (recall.x[20], recall.y[20]) == (0.1, 0.9)
    assert default.x == (0.05, 0.05) and chosen.x == (0.1, 0.1)


def test_bins_without_voxels_are_not_drawn() -> None:
    bins = (Bin(0.0, 0.5, 30, 0.1, 0.2), Bin(0.5, 0.9, 0, math.nan, math.nan), Bin(0.9, 1.0, 10, 0.95, 0.7))
    _, measured = reliability_figure(Reliability(bins, 0.1)).data
    assert (measured.x, measured.y) == ((0.1, 0.95), (0.2, 0.7))
    assert list(measured.customdata[1]) == [0.9, 1.0, 10]


def test_every_case_is_a_dot_with_its_name() -> None:
    *dots, median, mean = case_figure(over_cases(CARD.curves[2])).data
    assert (dots[0].text, dots[0].y) == (("0", "1", "2"), (0.5, 0.6, 0.7))
    assert median.y == pytest.approx((0.6, 0.5, 0.5)) and mean.x == ("Recall", "Precision", "Dice")
    *_, mean = case_figure(over_cases(CARD.curves[0])).data
    assert mean.error_y.array[3] == mean.error_y.arrayminus[3] == 0.25
