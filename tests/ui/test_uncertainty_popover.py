"""The inside of the popover "Uncertainty", with looks whose volumes are known."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from made_up_network import BrightnessSegmenter
from streamlit.testing.v1 import AppTest

from app.errors import CheckpointAlteredError
from app.model.checkpoint import CARD as NAME
from app.model.checkpoint import FOLDER, load_card
from app.model.looks import LooksProgress
from app.model.uncertainty_record import RECORD, LooksGroup, UncertaintyRecord
from app.pages import cache, uncertainty
from app.study import Probability, Sequence, Source, Study
from tests.model.looks_records import group_of, record_of

IMAGE = np.zeros((4, 3, 5), np.float32)
IMAGE[1, 1, 1:4] = 150
STUDY = Study("small", {Sequence.FLAIR: IMAGE}, Source("volume", IMAGE.shape, np.eye(4)), (1.0, 10.0, 100.0))
CARD = load_card()
RECORD_OF = record_of(group_of(low=-10.0, high=2.0), checkpoint=CARD.sha256)


@dataclass
class LookingSegmenter(BrightnessSegmenter):
    """Each further look sees one voxel more than the one before."""

    began: int = 0

    def stream_looks(self, study: Study) -> Iterator[LooksProgress]:
        self.began += 1
        finished: tuple[np.ndarray, ...] = ()
        for number in range(4):
            levels = IMAGE.astype(np.uint8)
            levels[2, 0, :number] = 150
            finished = (*finished, levels)
            yield LooksProgress(levels, number + 1, 4, looks=finished)


def page(study, result, record, threshold, unlike):
    import streamlit as st

    from app.pages import uncertainty

    place = uncertainty.draw(study, result, record, threshold, unlike)
    st.session_state["looked"] = uncertainty.look(place, study, result, record, threshold)


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> LookingSegmenter:
    segmenter = LookingSegmenter(CARD)
    monkeypatch.setattr(cache, "segmenter", lambda _folder: segmenter)
    monkeypatch.setattr("app.pages.looks.PATIENCE", 0.01)
    return segmenter


def open_page(
    record: UncertaintyRecord | None = RECORD_OF,
    study: Study = STUDY,
    threshold: float = 0.3,
    unlike: str | None = None,
) -> AppTest:
    result = Probability(IMAGE.astype(np.uint8), study.sha256, CARD.sha256)
    return AppTest.from_function(page, args=(study, result, record, threshold, unlike)).run()


def said(at: AppTest) -> str:
    assert not at.exception
    return "\n".join(element.value for element in (*at.markdown, *at.caption))


def test_nothing_is_computed_before_it_is_asked_for(network: LookingSegmenter) -> None:
    at = open_page()
    assert at.button(key="uncertainty-look").label == "Look again, 4 times"
    assert "Measured on 8 BraTS validation patients, FLAIR alone." in said(at)
    assert network.began == 0 and at.session_state["looked"] is False


def test_the_looks_are_made_and_kept(network: LookingSegmenter) -> None:
    at = open_page()
    at.button(key="uncertainty-look").click().run()
    text = said(at)
    assert "**True volume: 0." in text and "with a chance of 78 %" in text
    assert "Marked at 0.300: 3.0 ml; mirrored 3.0 ml; turned by 10° 4.0 ml; 10 % smaller 5.0 ml; with more" in text
    assert at.session_state["looked"] is True
    at.run()
    assert (network.began, at.session_state["looked"]) == (1, False)
    assert said(at) == text
    assert at.session_state[cache.BELONGINGS].runs == {}  # which would keep what the network saw


def test_what_it_takes_is_said_once_it_is_known(network: LookingSegmenter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "seconds_a_slice", lambda: 0.5)
    assert "Takes about 8 s when nobody else computes." in said(open_page())
    monkeypatch.setattr(cache, "seconds_a_slice", lambda: 9.0)
    assert "Takes about 3 min when" in said(open_page())


@pytest.mark.parametrize(
    ("record", "unlike", "reason"),
    [
        (None, None, "was not measured"),
        (record_of(group_of(sequences=(Sequence.T2,))), None, "only on BraTS with T2 alone"),
        (RECORD_OF, "It is odd.", "It is odd."),
    ],
)
def test_what_was_not_measured_is_not_offered(
    network: LookingSegmenter, record: UncertaintyRecord | None, unlike: str | None, reason: str
) -> None:
    at = open_page(record, unlike=unlike)
    assert reason in said(at)
    assert not at.button


def looked_at(network: LookingSegmenter, group: LooksGroup | None = None) -> tuple[Probability, UncertaintyRecord]:
    record = RECORD_OF if group is None else record_of(group, checkpoint=CARD.sha256)
    open_page(record).button(key="uncertainty-look").click().run()
    return Probability(IMAGE.astype(np.uint8), STUDY.sha256, CARD.sha256), record


def test_the_map_waits_for_its_switch(network: LookingSegmenter, monkeypatch: pytest.MonkeyPatch) -> None:
    result, _ = looked_at(network)
    monkeypatch.setattr("streamlit.session_state", {})
    assert uncertainty.overlay(STUDY, result) is None
    monkeypatch.setattr("streamlit.session_state", {uncertainty.MAP: True})
    assert uncertainty.overlay(STUDY, None) is None
    shown = uncertainty.overlay(STUDY, result)
    assert shown is not None
    named, blob = shown
    header = json.loads(blob[4 : 4 + int.from_bytes(blob[:4], "little")])
    assert (header["map"], header["id"]) == (named.id, STUDY.sha256)
    assert header["box"] == [[2, 0, 0], [3, 1, 3]]  # where later looks see more
    assert (named.low, named.high) == (0.0, 0.5)


def test_the_interval_for_the_viewer(network: LookingSegmenter) -> None:
    result, record = looked_at(network)
    interval = uncertainty.interval_on_screen(STUDY, result, record, 0.3)
    assert interval is not None
    assert (interval.level_text, interval.threshold) == ("78 % interval", 0.3)
    assert 0 <= interval.low < 3 < interval.high < 6  # ml
    assert uncertainty.interval_on_screen(STUDY, result, record, 0.8) is None  # nothing is marked
    assert uncertainty.interval_on_screen(STUDY, result, record_of(group_of(level=None)), 0.3) is None
    assert uncertainty.interval_on_screen(STUDY, None, record, 0.3) is None


def test_the_record_is_read_again_when_it_changes(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / NAME).write_bytes((FOLDER / NAME).read_bytes())
    assert cache.uncertainty(tmp_path) is None
    (tmp_path / RECORD).write_text("{}")
    with pytest.raises(CheckpointAlteredError):
        cache.uncertainty(tmp_path)
