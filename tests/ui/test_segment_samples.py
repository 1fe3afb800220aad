"""Every sample that the app offers opens, is segmented by the shipped network, and is scored where it can be."""

import pytest
from streamlit.testing.v1 import AppTest
from ui_files import viewer_data

from app.evaluation.threshold_curve import ThresholdCurve
from app.imaging import read_files, read_study
from app.model.checkpoint import load_card
from app.pages import cache
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
    result = cache.result(study, card.sha256)
    assert result is not None
    assert len(app.get("bidi_component")) == 4  # engine, scan, levels, viewer
    told = viewer_data(app)
    assert (told["study"], told["has_reference"]) == (study.sha256, study.reference is not None)
    assert "validation patients" in told["validation"]["label"]
    assert told["link"] == sample.id
    if study.reference is not None:
        found = ThresholdCurve.from_levels(result.levels, study.reference > 0).at(card.threshold)
        assert found.recall > 0.8 and found.precision > 0.5


def test_what_the_hand_chose_is_kept_for_when_the_study_is_opened_again(app: AppTest) -> None:
    first, second = list(SAMPLES.values())[:2]
    app.run()
    study = read_study(read_files(first.paths))
    view = {"study": study.sha256, "slice": 3, "threshold": 0.9, "sequence": str(study.sequences[0])}
    app.session_state["viewer"] = {"view": view}
    app.run()
    app.selectbox(key="study").set_value(second.id).run()
    app.session_state["viewer"] = {"view": view | {"study": viewer_data(app)["study"]}}
    app.run()
    app.selectbox(key="study").set_value(first.id).run()
    assert viewer_data(app)["view"] == view


def test_the_address_opens_the_sample_that_it_names(app: AppTest) -> None:
    sample = list(SAMPLES.values())[-1]
    app.query_params["study"] = sample.id
    app.run()
    assert app.selectbox(key="study").value == sample.id


def test_an_address_that_names_no_sample_opens_the_first(app: AppTest) -> None:
    app.query_params["study"] = "nobody"
    app.run()
    assert not app.exception and not app.error
    assert app.selectbox(key="study").value == next(iter(SAMPLES))
