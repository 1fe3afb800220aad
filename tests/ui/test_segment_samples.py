"""Every sample that the app offers opens, is segmented by the shipped network, and is scored where it can be."""

import pytest
from streamlit.testing.v1 import AppTest
from ui_files import curve_title

from app.evaluation.threshold_curve import ThresholdCurve
from app.imaging import read_files, read_study
from app.model.checkpoint import load_card
from app.pages.cache import results
from app.pages.samples import Sample, load_samples

SAMPLES = {sample.id: sample for sample in load_samples()}


def test_the_first_sample_is_open_at_once(app: AppTest) -> None:
    app.run()
    assert not app.exception and not app.error
    assert app.selectbox(key="study").value == next(iter(SAMPLES))


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)
def test_a_sample_is_segmented(app: AppTest, sample: Sample) -> None:
    app.session_state["study"] = sample.id
    app.run()
    assert not app.exception and not app.error
    study, card = read_study(read_files(sample.paths)), load_card()
    result = results().get(study.sha256, card.sha256)
    assert result is not None
    assert len(app.get("bidi_component")) == 3  # scan, levels, viewer
    if study.reference is None:
        assert "validation patients" in curve_title(app)
    else:
        found = ThresholdCurve.from_levels(result.levels, study.reference > 0).at(card.threshold)
        assert found.recall > 0.8 and found.precision > 0.5
        assert "this scan" in curve_title(app)


def test_a_threshold_of_the_viewer_moves_the_curve_and_the_exports(app: AppTest) -> None:
    app.run()
    sample = next(iter(SAMPLES.values()))
    study = read_study(read_files(sample.paths))
    before = app.get("plotly_chart")[0].proto.spec
    app.session_state["viewer"] = {
        "view": {"study": study.sha256, "slice": 3, "threshold": 0.9, "sequence": str(study.sequences[0])}
    }
    app.run()
    assert app.get("plotly_chart")[0].proto.spec != before
