"""The popover "Guarantee", and its part of the page "Performance"."""

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from test_performance import CARD
from ui_files import ROOT

from app.decision.coverage import coverage_of
from app.model.appearance import appearance_of
from app.model.calibration_patients import SHIPPED, CalibrationPatients, PatientGroup
from app.pages import cache
from app.pages.going import GO
from app.pages.guarantee import ALPHA, alpha_of, assumptions, guarantee_on_screen, statement
from app.pages.performance_guarantee import histogram_figure, threshold_figure
from app.study import Sequence, Source, Study

FLAIR = Sequence.FLAIR
HEAD = np.zeros((4, 60, 50), np.float32)
HEAD[:, 10:50, 8:42] = np.random.default_rng(1).uniform(80, 120, (4, 40, 34))
STUDY = Study("head", {FLAIR: HEAD}, Source("volume", HEAD.shape), (2.0, 1.0, 1.0))


def group_of(looks: dict[str, float], patients: int = 30, networks: tuple[str, ...] = ()) -> PatientGroup:
    """All lose a fifth of their tumour from level 61 on, one all of it from 21 on; half of what is marked is tumour."""
    found = np.repeat([np.where(np.arange(201) < 61, 100, 80)], patients, axis=0)
    found[0, 21:] = 0
    random = np.random.default_rng(2)
    features = np.array(list(looks.values())) + random.normal(0, 0.2, (patients, len(looks)))
    return PatientGroup(
        "brats", (FLAIR,), tuple(map(str, range(patients))), networks or (SHIPPED,) * patients, found, found * 2,
        np.full(patients, 100), features, tuple(looks),
    )  # fmt: skip


GROUP = group_of(appearance_of(STUDY))
PATIENTS = CalibrationPatients(CARD.sha256, (GROUP,))


def popover() -> None:
    import streamlit as st

    from app.pages.guarantee import draw

    draw(st.session_state["given-study"], st.session_state["given-card"], st.session_state["given-patients"])


@pytest.fixture
def opened() -> Callable[..., AppTest]:
    def open_with(patients: CalibrationPatients | None) -> AppTest:
        page = AppTest.from_function(popover, default_timeout=60)
        for name, value in (("study", STUDY), ("card", CARD), ("patients", patients)):
            page.session_state[f"given-{name}"] = value
        page.run()
        assert not page.exception
        return page

    return open_with


def test_it_begins_at_5_per_cent_and_sends_the_viewer_there(opened: Callable[..., AppTest]) -> None:
    """30 patients: the rates may add up to 31 * 0.05 - 1 = 0.55, and from 21 on they add up to 1."""
    page = opened(PATIENTS)
    assert page.slider(key=ALPHA).value == 5
    assert page.markdown[0].value == (
        "At **t\\* = 0.100** at most **5 %** of tumour voxels are missed on average, for patients like those 30 BraTS "
        "patients, FLAIR alone; expected precision 0.50. They themselves miss 0.0 % there."
    )
    assert GO not in page.session_state
    page.button(key="guarantee-use").click().run()
    first = page.session_state[GO]
    assert (first.threshold, first.slice, first.point) == (0.1, None, None)
    page.button(key="guarantee-use").click().run()
    assert page.session_state[GO].id != first.id


def test_the_bound_moves_the_threshold(opened: Callable[..., AppTest]) -> None:
    page = opened(PATIENTS)
    page.slider(key=ALPHA).set_value(10).run()
    assert "t\\* = 0.300" in page.markdown[0].value and "They themselves miss 3.3 % there." in page.markdown[0].value
    page.slider(key=ALPHA).set_value(2).run()
    assert "needs 49 calibration patients, and there are 30, who can hold 3.3 % at best" in page.markdown[0].value
    assert page.button(key="guarantee-use").disabled


def test_an_unlike_scan_is_turned_down(opened: Callable[..., AppTest]) -> None:
    page = opened(CalibrationPatients(CARD.sha256, (group_of(appearance_of(STUDY) | {"head spacing": 5.0}),)))
    assert "unlike those of the calibration patients" in page.markdown[0].value
    assert "the distance between its slices is" in page.markdown[0].value
    assert page.button(key="guarantee-use").disabled


def test_without_a_record_the_reason_is_shown(opened: Callable[..., AppTest]) -> None:
    page = opened(None)
    assert "no record of calibration patients" in page.markdown[0].value
    assert not page.caption and page.button(key="guarantee-use").disabled


def test_what_it_rests_on_is_said() -> None:
    alone, several = (
        guarantee_on_screen(STUDY, CARD, CalibrationPatients(CARD.sha256, (group,)))
        for group in (GROUP, group_of(appearance_of(STUDY), networks=(SHIPPED,) * 29 + ("fold-1",)))
    )
    assert "not a bound for this one" in assumptions(alone) and "Several networks" not in assumptions(alone)
    assert "The theorem is for one network" in assumptions(several)
    assert "at most **5 %**" in statement(alone)


@pytest.fixture
def performance(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr(cache, "card", lambda: CARD)
    group = group_of(appearance_of(STUDY), networks=(SHIPPED,) * 10 + ("fold-1",) * 20)
    monkeypatch.setattr(cache, "patients", lambda: CalibrationPatients(CARD.sha256, (group,)))
    monkeypatch.setattr(cache, "uncertainty", lambda: None)
    page = AppTest.from_file(str(ROOT / "app" / "pages" / "performance.py"), default_timeout=60).run()
    page.selectbox(key="sequences").set_value("FLAIR alone").run()
    assert not page.exception and not page.error
    return page


def test_performance_shows_coverage_and_networks(performance: AppTest) -> None:
    said = " ".join(part.value for part in (*performance.markdown, *performance.caption))
    assert "30 BraTS patients, FLAIR alone: **t\\* = 0.100**" in said
    assert "1,000 random splits" in said and "chosen on 75 % of the patients (22)" in said
    table = next(frame.value for frame in performance.dataframe if "missed there" in frame.value)
    assert list(table["network"]) == ["shipped", "fold-1"] and list(table["patients"]) == [10, 20]
    performance.slider(key="coverage-alpha").set_value(3).run()
    said = " ".join(part.value for part in (*performance.markdown, *performance.caption))
    assert "needs 33 calibration patients" in said and "there is nothing to show" in said


def test_a_data_set_without_patients_says_so(performance: AppTest) -> None:
    performance.selectbox(key="sequences").set_value("FLAIR + T1ce").run()
    assert any("no calibration patients of this data set" in caption.value for caption in performance.caption)


def test_the_histogram_counts_every_split() -> None:
    measured = coverage_of(GROUP, 0.1)
    assert measured is not None
    bars, bound, mean = histogram_figure(measured).data
    assert sum(bars.y) == measured.offered == 1000
    assert (bound.x[0], mean.x[0]) == (0.1, measured.mean)


def test_the_threshold_is_drawn_from_where_there_is_one() -> None:
    (line,) = threshold_figure(GROUP, 0.05).data
    found = dict(zip(np.round(line.x, 3).tolist(), line.y, strict=True))
    assert np.isnan(found[0.03]) and found[0.035] == 0.1 and found[0.1] == 0.3


def test_the_bound_is_known_before_the_popover_is_drawn() -> None:
    assert alpha_of() == 0.05
