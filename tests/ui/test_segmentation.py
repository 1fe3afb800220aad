"""Running the network from a page."""

import json

import numpy as np
import pytest
from made_up_network import BrightnessSegmenter
from streamlit.testing.v1 import AppTest

from app.model.checkpoint import load_card
from app.pages import cache
from app.pages.segmentation import slice_on_screen
from app.study import Sequence, Source, Study

IMAGE = np.zeros((4, 3, 5), np.float32)
IMAGE[1, 1, 1:3] = 150
IMAGE[2, 2, 4] = 199
STUDY = Study("small", {Sequence.FLAIR: IMAGE}, Source("picture", IMAGE.shape))


def page(study):
    from app.pages.segmentation import segment

    segment(study, first_slice=2)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr(cache, "segmenter", lambda _folder: BrightnessSegmenter(load_card()))
    monkeypatch.setattr("app.pages.segmentation.SECONDS_BETWEEN_OVERLAYS", 0.0)
    return AppTest.from_function(page, args=(STUDY,)).run()


def test_the_result_is_kept_with_its_classes(at: AppTest) -> None:
    assert not at.exception
    result = cache.result(STUDY, load_card().sha256)
    assert result is not None and result.classes is not None
    assert np.array_equal(result.levels, IMAGE)
    assert result.labels(0.8).sum() == 4  # the one voxel with level 199, enhancing


def test_the_overlay_that_is_still_growing_is_sent_as_such(at: AppTest) -> None:
    (loader,) = at.get("bidi_component")  # the last one takes the place of those before
    blob = loader.proto.bytes
    header = json.loads(blob[4 : 4 + int.from_bytes(blob[:4], "little")])
    assert (header["id"], header["checkpoint"]) == (STUDY.sha256, load_card().sha256)
    assert header["complete"] is False and header["classes"] is True


def test_a_study_is_segmented_from_the_slice_on_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    state = {
        "viewer-left": {"view": {"study": STUDY.sha256, "slice": 3}},
        "viewer": {"view": {"study": "x", "slice": 1}},
    }
    monkeypatch.setattr("streamlit.session_state", state)
    assert slice_on_screen(STUDY, 0.5, "viewer-left") == 3
    assert slice_on_screen(STUDY, 0.5) == 2  # of another study: the middle
    assert slice_on_screen(STUDY, 0.5, "viewer-right") == 2


def test_somebody_who_waits_is_told_that_the_computing_service_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    segmenter = BrightnessSegmenter(load_card(), state="computing service away")
    monkeypatch.setattr(cache, "segmenter", lambda _folder: segmenter)
    told = []
    monkeypatch.setattr(
        "streamlit.delta_generator.DeltaGenerator.progress", lambda *said: told.append(said[2]) or said[0]
    )
    AppTest.from_function(page, args=(STUDY,)).run()
    assert told[-1] == ":material/cloud_off: Segmenting: 4 of 4 slices, computing service away"
