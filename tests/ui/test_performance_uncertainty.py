"""The section of the page "Performance" on what further looks are worth."""

import pytest
from streamlit.testing.v1 import AppTest

from app.decision.uncertainty_text import spread_counts
from app.model.uncertainty_record import PatientLooks
from app.pages.performance_uncertainty import error_figure, volume_figure
from tests.model.looks_records import FLAIR, T1, group_of, record_of


def page(record, dataset, sequences):
    from app.pages import performance_uncertainty

    performance_uncertainty.draw(record, dataset, sequences)


def said(record, dataset="brats", sequences=(FLAIR,)) -> str:
    at = AppTest.from_function(page, args=(record, dataset, sequences)).run()
    assert not at.exception
    return "\n".join(element.value for element in (*at.markdown, *at.caption))


def test_errors_and_interval() -> None:
    text = said(record_of())
    for part in (
        "the 180 voxels",
        "right ones: 0.819;",  # (10 * 45 + 20 * 100 + 30 * 115) / (60 * 120)
        "17 % of the errors lie where the looks agree within 0.05; 25 % of all errors lie where no look sees",
        "Level 78 %",
        "6 of 8 hold the true volume",
    ):
        assert part in text


def test_the_interval_is_tried_on_other_patients() -> None:
    others = {"L1": PatientLooks(1000, 1300, (), 0.03), "L2": PatientLooks(1000, 9000, (), 0.01)}
    text = said(record_of(group_of(), group_of("lgg", (FLAIR,), others)))
    assert "of 2 LGG validation patients, FLAIR alone, it holds 1 of 2." in text


@pytest.mark.parametrize(("record", "sequences"), [(None, (FLAIR,)), (record_of(), (T1,)), (record_of(), (FLAIR, T1))])
def test_what_was_not_measured(record, sequences) -> None:
    assert "no uncertainty is offered there" in said(record, "brats", sequences)


def test_too_few_for_an_interval() -> None:
    assert "are too few for one" in said(record_of(group_of(level=None)))


def test_bars_are_the_share_that_is_wrong() -> None:
    (bars,) = error_figure(spread_counts(group_of())).data
    assert bars.x[0] == "0.00 to 0.05" and bars.y[0] == 0.1
    assert (bars.y[3], bars.customdata[3]) == (0.5, 40)


def test_intervals_are_relative_to_the_true_volume() -> None:
    bars, marked = volume_figure(group_of()).data
    assert list(marked.x) == [1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8]
    assert list(marked.y) == [f"P{n}" for n in range(1, 9)]
    low, width = bars.base[3], bars.x[3]
    assert low < 1 < low + width
