"""Saved studies on the page "Segment": opened as they were, by the card and by the address."""

import secrets
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from made_up_network import segmenter_of
from saved_studies import DAY, SEQUENCE, SLICE, THRESHOLD, acts_on, save, study_of
from streamlit.testing.v1 import AppTest
from ui_files import CHEAPEST, viewer_data

from app.decision.keeping import mask_sha256
from app.pages import cache
from app.pages.kept import SAVED, differences
from app.pages.records_room import records
from app.pages.sign_in import LOCAL
from app.records.deletions import delete_segmentation
from app.study import Probability

OTHER = {"sha256": "ab" * 32}


@pytest.fixture
def quick(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The app with a made-up network, and without what rests on the real one."""
    monkeypatch.setattr(cache, "segmenter", segmenter_of)
    monkeypatch.setattr(cache, "uncertainty", lambda folder=Path(): None)
    monkeypatch.setattr(cache, "patients", lambda folder=Path(): None)
    app.session_state["study"] = CHEAPEST.id
    return app


@pytest.fixture
def opened(quick: AppTest) -> Callable[[str], AppTest]:
    def open_one(segmentation_id: str) -> AppTest:
        quick.query_params["saved"] = segmentation_id
        quick.run()
        assert not quick.exception
        return quick

    return open_one


def pseudonym() -> str:
    return f"P-{secrets.token_hex(4)}"


def said(app: AppTest) -> str:
    return " ".join(part.value for part in (*app.markdown, *app.caption, *app.error, *app.warning))


def test_it_is_opened_as_it_was(opened: Callable[[str], AppTest], monkeypatch: pytest.MonkeyPatch) -> None:
    study, name = study_of(), pseudonym()
    kept, digest = save(study, name)

    def nobody(folder: Path = Path()) -> None:
        raise AssertionError("The network is asked again.")

    monkeypatch.setattr(cache, "segmenter", nobody)
    app = opened(kept.segmentation_id)
    told = viewer_data(app)
    view = {"study": study.sha256, "slice": SLICE, "threshold": THRESHOLD, "sequence": SEQUENCE}
    assert (told["view"], told["name"]) == (view, f"{name} {DAY}")
    assert told["link"] == f"saved-{kept.segmentation_id}" and "saved" not in app.query_params
    held = app.session_state["belongings"].reopened[""]
    assert mask_sha256(cache.result(held.study, held.card.sha256), THRESHOLD) == digest
    assert app.selectbox(key="study").value == SAVED and f"{name}, {DAY}" in app.selectbox(key="study").options
    assert app.session_state["lesions-smallest-ml"] == 0.01  # of which the 3 voxels were the nearest
    assert acts_on(f"segmentation {kept.segmentation_id}") == ["view", "save"]


def test_what_the_network_makes_of_the_same_scan_does_not_stand_in_for_it(
    opened: Callable[[str], AppTest],
) -> None:
    study = study_of(6)
    levels = np.zeros(study.shape, np.uint8)
    levels[1, 2:5, 3] = 150
    kept, digest = save(study, pseudonym(), levels=levels)
    made = Probability(levels + 1, study.sha256, cache.card().sha256, np.full(study.shape, 1, np.uint8))
    cache.keep_result(study, made)
    held = opened(kept.segmentation_id).session_state["belongings"].reopened[""]
    result = cache.result(held.study, held.card.sha256)
    assert result is not None and (result.levels == levels).all() and mask_sha256(result, THRESHOLD) == digest


def test_it_stays_among_the_choices_and_is_opened_anew_as_it_was(opened: Callable[[str], AppTest]) -> None:
    kept, _ = save(study_of(7), pseudonym())
    app = opened(kept.segmentation_id)
    app.selectbox(key="study").set_value(CHEAPEST.id).run()
    assert viewer_data(app)["link"] == CHEAPEST.id and "" not in app.session_state["belongings"].reopened
    app.selectbox(key="study").set_value(SAVED).run()
    assert viewer_data(app)["link"] == f"saved-{kept.segmentation_id}"
    first = viewer_data(app)["place"]
    app.session_state[first] = {"view": viewer_data(app)["view"] | {"slice": 4, "threshold": 0.9}}
    app.run()
    assert viewer_data(app)["view"]["slice"] == 4
    opened(kept.segmentation_id)
    assert (viewer_data(app)["view"]["slice"], viewer_data(app)["place"] != first) == (SLICE, True)


def test_one_that_is_gone_is_told_and_another_study_opens(opened: Callable[[str], AppTest]) -> None:
    kept, _ = save(study_of(8), pseudonym())
    with records().writing(LOCAL) as session:
        delete_segmentation(session, kept.segmentation_id)
    app = opened(kept.segmentation_id)
    assert "not there any more" in app.error[0].value
    app.selectbox(key="study").set_value(CHEAPEST.id).run()
    assert not app.error and viewer_data(app)["link"] == CHEAPEST.id


def test_a_result_of_another_network_has_its_own_card_and_nothing_of_the_one_that_is_here(
    opened: Callable[[str], AppTest],
) -> None:
    kept, _ = save(study_of(9), pseudonym(), card_values=OTHER | {"preprocessing": 1, "threshold": 0.8})
    app = opened(kept.segmentation_id)
    told = viewer_data(app)
    assert (told["checkpoint"], told["threshold"], told["guarantee"], told["interval"]) == ("ab" * 32, 0.8, None, None)
    notes = next(block.proto.body for block in app.get("html") if "notes" in block.proto.body)
    assert "another checkpoint (abababab, here" in notes and "another preprocessing (version 1, here 2)" in notes
    for key in ("guarantee", "uncertainty", "why"):
        app.session_state[key] = True
        app.run()
        assert f"Not made by the network that is here now: {differences_of(app)}" in said(app)
        app.session_state[key] = False


def differences_of(app: AppTest) -> str:
    return differences(app.session_state["belongings"].reopened[""].card, cache.card())
