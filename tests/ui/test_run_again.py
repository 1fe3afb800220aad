"""The popover "Run again": identical, or where and how much a saved result differs from what the network gives now."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_up_network import segmenter_of
from saved_studies import THRESHOLD, acts_on, levels_of, save, study_of
from streamlit.testing.v1 import AppTest
from ui_files import viewer_data

from app.decision.again import Difference
from app.pages import cache, run_again
from app.pages.going import GO
from app.pages.records_room import records
from app.pages.run_again_words import difference_text, slice_table
from app.records.segmentations import segmentation_row
from app.records.studies import study_row
from app.study import Probability

STUDY = study_of(21)


@pytest.fixture
def again(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Save a study, open it, and open the popover: one click."""
    monkeypatch.setattr(cache, "segmenter", segmenter_of)
    monkeypatch.setattr(cache, "uncertainty", lambda folder=Path(): None)
    monkeypatch.setattr(cache, "patients", lambda folder=Path(): None)

    def open_it(levels: np.ndarray, **named: Any) -> AppTest:
        kept, _ = save(STUDY, f"P-{secrets.token_hex(4)}", levels=levels, **named)
        app.query_params["saved"] = app.session_state["id"] = kept.segmentation_id
        app.run()
        app.session_state["again"] = True
        app.run()
        assert not app.exception and not app.error
        return app

    return open_it


def said(app: AppTest) -> str:
    return " ".join(part.value for part in (*app.markdown, *app.caption))


def changed() -> np.ndarray:
    """Two voxels of slice 4 and one of slice 1 are other ones than the network gives; the latter at the threshold."""
    levels = levels_of(STUDY)
    assert levels.min() >= 60
    levels[3, 2, 2:4] = 10
    levels[0, 5, 5] = levels[0, 5, 5] + (1 if levels[0, 5, 5] < 199 else -1)
    return levels


def test_the_same_result_is_identical(again: Callable[..., AppTest]) -> None:
    app = again(levels_of(STUDY))
    assert "**Identical.**" in said(app) and "all 540 voxels" in said(app)
    assert not app.dataframe and not app.toggle
    assert acts_on(f"segmentation {app.session_state['id']}") == ["segment", "view", "save"]


def test_a_difference_is_shown_in_numbers_slices_and_as_a_map(again: Callable[..., AppTest]) -> None:
    levels = changed()
    app = again(levels)
    largest = np.abs(levels.astype(int) - levels_of(STUDY)).max() / 200
    assert f"3 voxels of 540 have another probability, by {largest:.3f} at most." in said(app)
    assert "2 voxels are in one of both masks alone" in said(app) and "0 voxels have another likeliest" in said(app)
    (table,) = (frame.value for frame in app.dataframe)
    assert table.to_dict("list") == {
        "slice": [4, 1],
        "probability": [2, 1],
        "in one mask alone": [2, 0],
        "class": [0, 0],
    }
    assert viewer_data(app)["map"] is None
    app.toggle(key=run_again.MAP).set_value(True).run()
    told = viewer_data(app)["map"]
    assert told["range"] == [0.0, pytest.approx(largest)] and told["id"].startswith(f"again-{app.session_state['id']}")
    assert GO not in app.session_state


def test_another_network_is_named_and_its_result_can_be_saved_too(again: Callable[..., AppTest]) -> None:
    app = again(changed(), card_values={"sha256": "cd" * 32})
    assert "saved with another checkpoint (cdcdcdcd, here" in said(app) and "Not identical" in said(app)
    app.button(key="again-save").click().run()
    assert not app.exception and not app.error
    with records().reading() as session:
        old = segmentation_row(session, app.session_state["id"])
        new, before = study_row(session, old.study_id).segmentations
    assert before.id == old.id and new.checkpoint_sha256 == cache.card().sha256
    assert (new.threshold, new.slice, new.sequence, new.smallest) == (
        old.threshold,
        old.slice,
        old.sequence,
        old.smallest,
    )
    app.button(key="again-open").click().run()
    assert viewer_data(app)["link"] == f"saved-{new.id}" and not app.session_state["again"]


def test_the_table_has_the_slices_that_differ_those_with_most_first() -> None:
    levels = levels_of(STUDY)
    one, other = (
        Probability(each, STUDY.sha256, "ab", np.full(STUDY.shape, 4, np.uint8)) for each in (changed(), levels)
    )
    assert slice_table(one, other, THRESHOLD)[0] == [3, 0]
    slices, table = slice_table(one, replace(other, classes=None), THRESHOLD)
    assert slices == [3, 0] and "class" not in table


def test_what_is_not_known_is_not_said() -> None:
    found = Difference(
        voxels=10, levels=1, mask=1, classes=None, largest=0.005, dice=float("nan"), ml_before=None, ml_after=None,
        slice=1, same_checkpoint=True,
    )  # fmt: skip
    words = difference_text(found, 0.3)
    assert "1 voxel of 10 has another probability" in words
    assert "1 voxel is in one of both masks alone (Dice –)." in words and " ml" not in words and "class" not in words
