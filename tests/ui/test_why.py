"""The inside of the popover "Why"."""

from collections.abc import Iterator

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.decision.measurements import measure
from app.decision.reading import Reading
from app.model.inference import Progress
from app.model.runs import Runs
from app.model.turns import Turns
from app.pages import cache, explain, lesions, why
from app.study import Probability, Sequence, Source, Study
from tests.decision.readings import CARD, GUARANTEE, head, levels, reading_of, study_of

PAIR = (Sequence.FLAIR, Sequence.T2)


class MadeUpSegmenter:
    """Without FLAIR it finds the first lesion alone, without T2 nothing; its map is the lesion."""

    def __init__(self) -> None:
        self.card, self.asked = CARD, []

    def stream(self, study: Study) -> Iterator[Progress]:
        self.asked.append(study.sequences)
        found = np.where(levels() == 150, levels(), 0) if Sequence.T2 in study.images else np.zeros_like(levels())
        yield Progress(np.zeros_like(levels()), 1, 4)
        yield Progress(found, 4, 4)

    def stream_map(self, study: Study, lesion: np.ndarray) -> Iterator[Progress]:
        self.asked.append(int(np.count_nonzero(lesion)))
        yield Progress(np.where(lesion, np.uint8(200), np.uint8(0)), 2, 2)


@pytest.fixture(autouse=True)
def network(monkeypatch: pytest.MonkeyPatch) -> MadeUpSegmenter:
    segmenter, runs = MadeUpSegmenter(), Runs(Turns(1, 8))
    monkeypatch.setattr(cache, "segmenter", lambda _folder: segmenter)
    monkeypatch.setattr(cache, "_runs", lambda: runs)
    return segmenter


def reading(sequences: tuple[Sequence, ...] = PAIR, reference: np.ndarray | None = None, **of: object) -> Reading:
    study = Study("Head one", dict.fromkeys(sequences, head()), study_of().source, (5.0, 5.0, 2.5), reference)
    return reading_of(study, **of)  # type: ignore[arg-type]


def page(read):
    import streamlit as st

    from app.pages import why

    st.session_state["shown"] = why.overlay(read.study, read.result)
    if st.session_state.get("open", True) and why.explain(why.draw(read), read):
        st.rerun()


def opened(read: Reading) -> AppTest:
    return sound(AppTest.from_function(page, args=(read,), default_timeout=30).run())


def sound(at: AppTest) -> AppTest:
    assert not at.exception and not at.error
    return at


def test_it_says_first_that_it_explains_the_network_and_not_the_disease(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "seconds_a_slice", lambda: None)  # on this server nothing was computed yet
    at = opened(reading())
    assert "explain the network, not the disease" in at.caption[0].value
    assert at.selectbox[0].options == ["Lesion 1: 1.50 ml, right", "Lesion 2: 0.25 ml, left"]
    assert at.session_state["shown"] is None
    assert [button.key for button in at.button] == ["why-look", "why-without"]
    assert "Takes some seconds" in at.caption[1].value


def test_the_map_of_the_chosen_lesion_is_made_and_shown(network: MadeUpSegmenter) -> None:
    at = opened(reading())
    sound(at.selectbox[0].select(2).run())
    sound(at.button(key="why-look").click().run())
    assert network.asked == [4]
    overlay, blob = at.session_state["shown"]
    assert overlay.title == "What counted for lesion 2 at 0.300" and overlay.id.encode() in blob
    assert at.toggle(key=why.SHOWN).value and "100 % of the map lies within 10 mm" in at.caption[1].value
    sound(at.toggle(key=why.SHOWN).set_value(False).run())
    assert at.session_state["shown"] is None


def test_the_map_stays_when_the_popover_is_closed() -> None:
    at = opened(reading())
    sound(at.button(key="why-look").click().run())
    at.session_state["open"] = False
    for _ in range(3):
        assert sound(at.run()).session_state["shown"] is not None
        assert not at.toggle
    at.session_state["open"] = True
    assert sound(at.run()).toggle(key=why.SHOWN).value


def test_the_map_of_another_lesion_takes_its_place() -> None:
    at = opened(reading())
    sound(at.button(key="why-look").click().run())
    sound(at.selectbox[0].select(2).run())
    assert at.toggle(key=why.SHOWN).label == "Show what counted for lesion 1 at 0.300"
    sound(at.button(key="why-look").click().run())
    assert at.session_state["shown"][0].title == "What counted for lesion 2 at 0.300"
    assert at.toggle(key=why.SHOWN).label == "Show what counted for lesion 2 at 0.300"
    assert [button.key for button in at.button] == ["why-without"]


def test_a_map_is_of_one_study_and_checkpoint() -> None:
    read = reading()
    at = opened(read)
    sound(at.button(key="why-look").click().run())
    seen = at.session_state[explain.SEEN]
    assert (seen.study_sha256, seen.checkpoint_sha256) == (read.study.sha256, read.card.sha256)
    other = reading((Sequence.T1, Sequence.T2))
    after = AppTest.from_function(page, args=(other,), default_timeout=30)
    after.session_state[explain.SEEN], after.session_state[why.SHOWN] = seen, True
    assert sound(after.run()).session_state["shown"] is None


def test_each_sequence_is_left_out_once(network: MadeUpSegmenter) -> None:
    read = reading(reference=(levels() == 150).astype(np.uint8))
    at = opened(read)
    sound(at.button(key="why-without").click().run())
    assert network.asked == [(Sequence.T2,), (Sequence.FLAIR,)]
    change, against = (frame.value for frame in at.dataframe)
    assert change["Without"].tolist() == ["none", "FLAIR", "T2"]
    assert change["Size, ml"].tolist() == ["1.81", "1.50", "0.000"]
    assert change["Change"].tolist() == ["–", "\N{MINUS SIGN}17.2 %", "\N{MINUS SIGN}100.0 %"]
    assert change["Of lesion 1"].tolist() == ["100.0 %", "100.0 %", "0.0 %"]
    assert against["Precision"].tolist() == ["82.8 %", "100.0 %", "–"]
    assert "Not calibrated for what is left: without FLAIR." in at.caption[-1].value
    sound(at.selectbox[0].select(2).run())
    assert at.dataframe[0].value["Of lesion 2"].tolist() == ["100.0 %", "0.0 %", "0.0 %"]
    assert len(network.asked) == 2
    assert not at.session_state[cache.BELONGINGS].runs


def test_without_a_reference_there_is_one_table() -> None:
    at = opened(reading())
    sound(at.button(key="why-without").click().run())
    assert len(at.dataframe) == 1


def test_a_single_sequence_cannot_be_left_out() -> None:
    at = opened(reading((Sequence.T2,)))
    assert "The study has one sequence, T2: there is none to leave out." in at.markdown[-1].value
    assert [button.key for button in at.button] == ["why-look"]


def test_without_a_lesion_there_is_nothing_to_explain() -> None:
    at = opened(reading(volume=np.zeros_like(levels())))
    assert "explain the network" in at.caption[0].value
    assert [line.value for line in at.markdown] == ["No lesion at threshold 0.300: there is nothing to explain."]
    assert not at.button and not at.selectbox


def test_a_single_picture_has_a_map_without_millimetres() -> None:
    image = np.zeros((1, 8, 20), np.float32)
    image[0, 1:7, 2:18] = 100
    study = Study("Picture", {Sequence.FLAIR: image}, Source("picture", (8, 20)))
    result = Probability(np.where(image > 0, np.uint8(90), np.uint8(0)), study.sha256, CARD.sha256)
    read = Reading(study, result, CARD, 0.3, measure(study, result, 0.3, 1), GUARANTEE, 0, Sequence.FLAIR)
    at = opened(read)
    assert at.selectbox[0].options == ["Lesion 1: 96 pixels"]
    sound(at.button(key="why-look").click().run())
    assert at.session_state["shown"] is not None
    assert "coarse" in at.caption[1].value and "mm" not in at.caption[1].value


def test_an_empty_map_is_called_empty(network: MadeUpSegmenter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        network, "stream_map", lambda study, lesion: iter([Progress(np.zeros(lesion.shape, np.uint8), 2, 2)])
    )
    at = opened(reading())
    sound(at.button(key="why-look").click().run())
    assert any("The map is empty" in line.value for line in at.markdown)
    assert not at.toggle


def test_it_follows_the_lesion_that_is_chosen_in_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen: list[int] = []
    monkeypatch.setattr(lesions, "chosen", lambda read: read.measurements.lesions[chosen[-1] - 1] if chosen else None)
    at = opened(reading())
    assert at.selectbox[0].value == 1
    chosen.append(2)
    assert sound(at.run()).selectbox[0].value == 2
    assert sound(at.selectbox[0].select(1).run()).selectbox[0].value == 1
    assert sound(at.run()).selectbox[0].value == 1
