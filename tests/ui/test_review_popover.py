"""The popover "Review" of a saved segmentation: state and comment, who may, and what somebody else did meanwhile."""

import secrets
from collections.abc import Callable
from pathlib import Path

import pytest
from saved_studies import THRESHOLD, acts_on, save, study_of
from streamlit.testing.v1 import AppTest
from ui_files import viewer_data

from app.pages import cache, review
from app.pages.going import GO
from app.pages.records_room import records
from app.pages.sign_in import LOCAL
from app.records.rows import Review, SegmentationRow
from app.records.segmentations import segmentation_row, set_review
from app.records.who import Actor, Role


@pytest.fixture
def reviewed(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> tuple[AppTest, str]:
    """A saved study on screen with the popover open, and the identifier of its segmentation."""
    monkeypatch.setattr(cache, "uncertainty", lambda folder=Path(): None)
    monkeypatch.setattr(cache, "patients", lambda folder=Path(): None)
    kept, _ = save(study_of(secrets.randbelow(2**31)), f"P-{secrets.token_hex(4)}")
    app.query_params["saved"] = kept.segmentation_id
    app.run()
    app.session_state["review"] = True
    app.run()
    assert not app.exception and not app.error
    return app, kept.segmentation_id


def row_of(segmentation_id: str) -> SegmentationRow:
    with records().reading() as session:
        return segmentation_row(session, segmentation_id)


def fill(app: AppTest, segmentation_id: str, state: Review, comment: str) -> AppTest:
    app.segmented_control(key=f"review-state-{segmentation_id}").set_value(state)
    app.text_area(key=f"review-comment-{segmentation_id}").set_value(comment)
    return press(app)


def press(app: AppTest) -> AppTest:
    next(button for button in app.button if button.label == "Save the review").click().run()
    assert not app.exception
    return app


def badge(app: AppTest) -> str:
    """What the popover's button says."""
    (popover,) = (block.proto.popover for block in app.get("popover") if "eview" in block.proto.popover.help)
    return str(popover.label)


def said(app: AppTest) -> str:
    return " ".join(part.value for part in (*app.markdown, *app.caption, *app.error, *app.warning, *app.text))


def test_a_review_is_saved_and_the_button_tells_it(reviewed: tuple[AppTest, str]) -> None:
    app, segmentation_id = reviewed
    assert badge(app) == "Review"
    fill(app, segmentation_id, Review.FLAGGED, "a vessel *here*")
    row = row_of(segmentation_id)
    assert (row.review, row.comment, row.reviewed_by) == (Review.FLAGGED, "a vessel *here*", LOCAL.name)
    assert badge(app) == ":red[Flagged]" and acts_on(f"segmentation {segmentation_id}")[0] == "review"


def test_what_somebody_else_did_meanwhile_is_told_and_nothing_typed_is_lost(reviewed: tuple[AppTest, str]) -> None:
    app, segmentation_id = reviewed
    with records().writing(Actor("Ana", Role.REVIEWER)) as session:
        set_review(session, segmentation_id, Review.ACCEPTED, "fine", version=row_of(segmentation_id).version)
    fill(app, segmentation_id, Review.FLAGGED, "mine")
    assert row_of(segmentation_id).comment == "fine"
    assert "Ana changed it meanwhile: **accepted**, “fine”." in said(app)
    assert app.text_area(key=f"review-comment-{segmentation_id}").value == "mine"
    press(app)
    assert (row_of(segmentation_id).review, row_of(segmentation_id).comment) == (Review.FLAGGED, "mine")


def test_a_reader_reads_it(reviewed: tuple[AppTest, str], monkeypatch: pytest.MonkeyPatch) -> None:
    app, segmentation_id = reviewed
    with records().writing(LOCAL) as session:
        set_review(session, segmentation_id, Review.ACCEPTED, "# all *right*", version=1)
    monkeypatch.setattr(review, "actor", lambda: Actor("Ben", Role.READER))
    app.run()
    assert "**Accepted**, by local user" in said(app) and "# all *right*" in [text.value for text in app.text]
    assert not app.text_area and "takes the role of a reviewer" in said(app)


def test_what_is_on_screen_may_be_another_threshold(reviewed: tuple[AppTest, str]) -> None:
    app, _ = reviewed
    assert not [button for button in app.button if button.key == "review-back"]
    told = viewer_data(app)
    app.session_state[told["place"]] = {"view": told["view"] | {"threshold": 0.9, "slice": 0}}
    app.run()
    app.button(key="review-back").click().run()
    assert (app.session_state[GO].threshold, app.session_state[GO].slice) == (THRESHOLD, told["view"]["slice"])


@pytest.mark.parametrize("what", ["review", "again"])
def test_only_what_is_saved_is_reviewed_and_run_again(
    app: AppTest, what: str, monkeypatch: pytest.MonkeyPatch, drop: Callable[..., AppTest]
) -> None:
    from made_up_network import segmenter_of
    from ui_files import CHEAPEST

    monkeypatch.setattr(cache, "segmenter", segmenter_of)
    app.session_state["study"] = CHEAPEST.id
    app.run()
    words = {popover.proto.popover.label for popover in app.get("popover")}
    assert "Save" in words and not words & {"Review", "Run again"}
