"""Waiting for the turn of one's study, and leaving while waiting or computing."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest
import streamlit as st
from made_up_network import BrightnessSegmenter
from streamlit.testing.v1 import AppTest

from app.model.checkpoint import load_card
from app.model.runs import Runs
from app.model.turns import Job, Turns
from app.pages import cache
from app.pages.segmentation import waiting_text
from app.study import Sequence, Source, Study

IMAGE = np.arange(60, dtype=np.float32).reshape(4, 3, 5)
STUDY = Study("small", {Sequence.FLAIR: IMAGE}, Source("picture", IMAGE.shape))


class Told:
    """In the place of a job."""

    def __init__(self, position: int, seconds_left: float | None) -> None:
        self.position, self.seconds_left = position, seconds_left


@pytest.mark.parametrize(
    ("position", "seconds", "text"),
    [
        (0, 3.0, "Waiting: this study is next"),
        (1, None, "Waiting: 1 study is ahead"),
        (2, 14.2, "Waiting: 2 studies are ahead, about 15 s"),
        (1, 0.0, "Waiting: 1 study is ahead, about 1 s"),
        (31, 90.0, "Waiting: 31 studies are ahead, about 2 min"),
    ],
)
def test_how_long_there_is_to_wait(position: int, seconds: float | None, text: str) -> None:
    assert waiting_text(Told(position, seconds)) == text  # type: ignore[arg-type]


def page(study):
    from app.pages.segmentation import segment

    segment(study, first_slice=2)


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> Turns:
    """Those of the page, which waits for nothing longer than it must."""
    turns = Turns(1, 1)
    runs = Runs(turns)
    monkeypatch.setattr(cache, "_runs", lambda: runs)
    monkeypatch.setattr(cache, "segmenter", lambda _folder: BrightnessSegmenter(load_card()))
    monkeypatch.setattr("app.pages.segmentation.PATIENCE", 0.01)
    return turns


@pytest.fixture
def holder(turns: Turns) -> Iterator[Job]:
    """A study that came earlier and is being computed by another thread, until the test ends."""
    job, has_turn, end = turns.job(9), threading.Event(), threading.Event()

    def hold() -> None:
        with job:
            assert job.take(60)
            has_turn.set()
            assert end.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()
    assert has_turn.wait(60)
    yield job
    end.set()
    thread.join(60)


def test_who_leaves_while_waiting_is_out_of_the_queue(
    turns: Turns, holder: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    positions = []

    def leave(job: Job) -> str:
        positions.append(job.position)
        st.stop()  # as Streamlit does in the script of a browser that has gone

    monkeypatch.setattr("app.pages.segmentation.waiting_text", leave)
    at = AppTest.from_function(page, args=(STUDY,)).run()
    assert not at.exception and positions == [1] and turns.queue == {holder}


def test_who_leaves_with_the_turn_hands_it_to_the_next(turns: Turns, monkeypatch: pytest.MonkeyPatch) -> None:
    def leave(*_: object) -> str:
        st.stop()

    monkeypatch.setattr("app.pages.segmentation._progress_text", leave)
    at = AppTest.from_function(page, args=(STUDY,)).run()
    assert not at.exception and turns.queue == set()
    with turns.job(9) as next_one:
        assert next_one.take(0)


def test_who_comes_back_goes_on_where_it_stopped(turns: Turns, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = []
    stream = BrightnessSegmenter.stream

    def counted(self: BrightnessSegmenter, *arguments: object, **named: object) -> object:
        begun.append(arguments)
        return stream(self, *arguments, **named)  # type: ignore[arg-type]

    with monkeypatch.context() as once:
        once.setattr("app.pages.segmentation._progress_text", lambda _run: st.stop())
        monkeypatch.setattr(BrightnessSegmenter, "stream", counted)
        at = AppTest.from_function(page, args=(STUDY,)).run()
    at.run()
    result = cache.result(STUDY, load_card().sha256)
    assert not at.exception and result is not None and np.array_equal(result.levels, IMAGE) and len(begun) == 1
