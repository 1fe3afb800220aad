"""What Python tells the component, and what it hears back; a page without a browser."""

import json
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app import NOTICE
from app.decision.validation import Validation
from app.evaluation.threshold_curve import ThresholdCurve
from app.study import Sequence, Source, Study
from app.viewer import Go, Interval, Mark, OverlayMap, pack_scan, viewer
from app.viewer.extras import marks_data

IMAGE = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
STUDY = Study("small", {Sequence.FLAIR: IMAGE, Sequence.T2: IMAGE}, Source("picture", (2, 3, 4)))
SOURCE = Source("volume", (4, 3, 2), np.eye(4))
VIEW = {"study": STUDY.sha256, "slice": 1, "threshold": 0.4, "sequence": "T2"}
COUNTS = np.arange(200, -1, -1)
VALIDATION = Validation("3 patients", ThresholdCurve(COUNTS, 2 * COUNTS, 400))


def page(study, options):
    import streamlit as st

    from app.viewer import pack_scan, scan_loader, viewer

    scan_loader(pack_scan(study))
    view = viewer(study, checkpoint_sha256="abc", threshold=0.3, first_slice=1, **options)
    st.text(repr(view))


def run(view: dict[str, Any] | None = None, study: Study = STUDY, **options: Any) -> AppTest:
    at = AppTest.from_function(page, args=(study, options), default_timeout=30)
    if view:
        at.session_state["viewer"] = {"view": view}
    at.run()
    assert not at.exception
    return at


def data_of(at: AppTest) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(at.get("bidi_component")[1].proto.json)
    return values


def test_the_loader_carries_the_blob_as_bytes() -> None:
    assert run().get("bidi_component")[0].proto.bytes == pack_scan(STUDY)


def test_the_viewer_names_study_checkpoint_and_targets() -> None:
    assert data_of(run()) == {
        "study": STUDY.sha256,
        "name": "small",
        "notice": NOTICE,
        "slices": 2,
        "rows": 3,
        "columns": 4,
        "sequences": ["FLAIR", "T2"],
        "all_sequences": ["FLAIR", "T1", "T1ce", "T2"],
        "has_spacing": False,
        "has_reference": False,
        "checkpoint": "abc",
        "threshold": 0.3,
        "first_slice": 1,
        "view": None,
        "link": None,
        "place": "viewer",
        "compact": False,
        "group": None,
        "targets": {"recall": 0.95, "precision": 0.7},
        "validation": None,
        "go": None,
        "marks": None,
        "map": None,
        "guarantee": None,
        "interval": None,
    }


def test_undefined_validation_scores_are_null() -> None:
    validation = data_of(run(validation=VALIDATION))["validation"]
    assert validation["label"] == "3 patients"
    assert [len(validation[name]) for name in ("recall", "precision", "dice")] == [201] * 3
    assert (validation["recall"][100], validation["precision"][100]) == (0.25, 0.5)
    assert validation["precision"][200] is None  # no voxel reaches threshold 1
    assert validation["recall"][200] == 0.0


def test_link_group_and_compactness_are_passed_on() -> None:
    data = data_of(run(link="glioma", group="compare", compact=True))
    assert (data["link"], data["group"], data["compact"]) == ("glioma", "compare", True)


def test_spacing_and_reference_are_announced() -> None:
    data = data_of(run(study=Study("whole", STUDY.images, SOURCE, (1, 1, 1), np.zeros((2, 3, 4), np.uint8))))
    assert (data["has_spacing"], data["has_reference"]) == (True, True)


def test_a_view_of_this_study_is_returned_and_sent_back() -> None:
    view = VIEW | {"slice": 0, "threshold": 0.42}
    at = run(view)
    assert at.text[0].value == repr(view)
    assert data_of(at)["view"] == view


@pytest.mark.parametrize("view", [None, {"study": "other", "slice": 9, "threshold": 0.9, "sequence": "T1"}])
def test_a_view_of_another_study_is_none(view: dict[str, Any] | None) -> None:
    at = run(view)
    assert at.text[0].value == "None"
    assert data_of(at)["view"] is None


@pytest.mark.parametrize("told", [None, {"study": "other", "slice": 9, "threshold": 0.9, "sequence": "T1"}])
def test_where_the_state_has_gone_the_view_resumes(told: dict[str, Any] | None) -> None:
    at = run(told, resume=VIEW)
    assert at.text[0].value == repr(VIEW)
    assert data_of(at)["view"] == VIEW


def test_what_the_hand_has_told_counts_more_than_what_it_resumed() -> None:
    at = run(VIEW | {"slice": 0}, resume=VIEW)
    assert at.text[0].value == repr(VIEW | {"slice": 0})
    assert data_of(at)["view"] == VIEW | {"slice": 0}


def test_where_the_viewer_is_sent_is_passed_on() -> None:
    assert data_of(run(go=Go("a", 1, 0.25, (1, 2.5))))["go"] == {
        "id": "a",
        "slice": 1,
        "threshold": 0.25,
        "point": [1, 2.5],
    }
    assert data_of(run(go=Go("b")))["go"] == {"id": "b", "slice": None, "threshold": None, "point": None}


def test_marks_come_with_the_step_of_their_threshold() -> None:
    marks = [Mark(1, (0, 1), (2, 3), "2.8 mm", 4, strong=True), Mark(0, (0, 0.5), (0, 1), "0.5 mm", 5)]
    told = data_of(run(marks=marks, marks_threshold=0.29))["marks"]
    assert told["k"] == 58
    assert told["lines"] == [
        {"slice": 1, "start": [0, 1], "end": [2, 3], "label": "2.8 mm", "lesion": 4, "strong": True},
        {"slice": 0, "start": [0, 0.5], "end": [0, 1], "label": "0.5 mm", "lesion": 5, "strong": False},
    ]
    assert data_of(run(marks=[], marks_threshold=0.29))["marks"] is None


def test_marks_of_an_unknown_mask_are_refused() -> None:
    with pytest.raises(ValueError, match="marks_threshold"):
        viewer(
            STUDY, checkpoint_sha256="abc", threshold=0.3, first_slice=1, marks=[Mark(1, (0, 1), (2, 3), "2.8 mm", 1)]
        )


def test_a_map_is_named_with_the_words_at_its_ends_and_its_range() -> None:
    named = OverlayMap("spread", "Spread over flips", "sure", "unsure", 0.0, 0.5)
    assert data_of(run(overlay_map=named))["map"] == {
        "id": "spread",
        "title": "Spread over flips",
        "ends": ["sure", "unsure"],
        "range": [0.0, 0.5],
    }
    assert data_of(run(overlay_map=OverlayMap("a", "b", "c", "d")))["map"]["range"] == [0.0, 1.0]


def test_guarantee_and_interval_come_with_the_step_of_their_threshold() -> None:
    data = data_of(run(guarantee=0.21, guarantee_label="so much", interval=Interval(1, 2.5, "90 %", 0.29, "flips")))
    assert data["guarantee"] == {"k": 42, "label": "so much"}
    assert data["interval"] == {"k": 58, "low": 1, "high": 2.5, "level": "90 %", "label": "flips"}
    assert data_of(run(guarantee_label="so much"))["guarantee"] is None


def test_without_marks_no_threshold_is_asked_for() -> None:
    assert marks_data(None, None) is None and marks_data([], None) is None
