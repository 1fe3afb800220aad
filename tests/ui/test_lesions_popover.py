"""The inside of the popover with the lesions."""

import numpy as np
from streamlit.testing.v1 import AppTest

from app.decision.measurements import voxels_of
from app.pages import lesions
from app.pages.going import GO
from app.viewer import Go, Mark
from tests.decision.readings import levels, reading_of, study_of


def page(make):
    import streamlit as st

    from app.pages import lesions

    reading = make(lesions.smallest_of)
    lesions.draw(reading)
    st.session_state["marks"] = lesions.marks_of(reading)
    st.session_state["chosen"] = lesions.chosen(reading)


def opened(study, volume: np.ndarray | None = None) -> AppTest:
    """The popover's inside; the smallest lesion is what the field says."""
    at = AppTest.from_function(
        page, args=(lambda smallest_of: reading_of(study, volume, smallest=smallest_of(study)),), default_timeout=30
    ).run()
    return sound(at)


def sound(at: AppTest) -> AppTest:
    assert not at.exception and not at.error
    return at


def large_voxels():
    """0.0625 ml a voxel: the smallest lesion is of two."""
    return study_of(spacing=(5.0, 5.0, 2.5))


def test_it_lists_lesions_and_says_what_is_left_out() -> None:
    at = opened(large_voxels())
    assert at.number_input(key="lesions-smallest-ml").value == 0.1
    assert at.markdown[0].value == (
        "2 lesions at threshold 0.300, 1.75 ml in all. Left out: 1 component of less than 0.12 ml, 0.062 ml in all."
    )
    table = at.dataframe[0].value
    assert table["Lesion"].tolist() == ["1", "2"] and table["Size, ml"].tolist() == ["1.50", "0.25"]
    assert "Choose a row" in at.caption[0].value and "RANO" in at.caption[1].value
    assert at.session_state["chosen"] is None and GO not in at.session_state


def test_the_field_changes_what_is_measured_at_once() -> None:
    at = opened(large_voxels())
    sound(at.number_input(key="lesions-smallest-ml").set_value(0.3).run())
    assert at.dataframe[0].value["Lesion"].tolist() == ["1"]
    sound(at.number_input(key="lesions-smallest-ml").set_value(0.01).run())
    assert at.dataframe[0].value["Lesion"].tolist() == ["1", "2", "3"]


def test_a_size_in_voxels_can_be_entered_again(monkeypatch) -> None:
    monkeypatch.setattr("app.pages.lesions.st.session_state", {})
    for spacing in ((1.0, 1.0, 1.0), (5.0, 0.94, 0.94), (0.9, 0.45, 0.45)):
        study = study_of(spacing=spacing)
        for ml in (0.01, 0.1, 0.29, 1.07, 10.0):
            voxels = voxels_of(ml, study.voxel_ml)
            lesions.enter(study, voxels)
            assert lesions.smallest_of(study) == voxels
    picture = study_of(spacing=None, affine=None)
    lesions.enter(picture, 37)
    assert lesions.smallest_of(picture) == 37


def test_without_a_lesion_it_says_exactly_that() -> None:
    at = opened(study_of(), np.zeros_like(levels()))
    assert at.markdown[0].value == "No lesion: no voxel reaches the threshold 0.300."
    assert not at.dataframe and at.session_state["marks"] == []


def test_a_picture_has_a_field_in_pixels_and_a_caveat() -> None:
    image = np.arange(108, dtype=np.float32).reshape(1, 9, 12)
    volume = np.zeros((1, 9, 12), np.uint8)
    volume[0, 2:7, 3:8] = 100
    at = opened(study_of(spacing=None, affine=None, image=image), volume)
    assert at.number_input(key="lesions-smallest-pixels").value == 20
    assert at.markdown[0].value == "1 lesion at threshold 0.300, 25 pixels in all."
    assert "no spacing" in at.caption[1].value and "left and right" in at.caption[1].value
    assert at.session_state["marks"] == []


def test_all_diameters_are_marked_and_those_of_the_chosen_lesion_strongly() -> None:
    reading = reading_of(study_of())
    marks = lesions.marks_of(reading)
    assert [(mark.lesion, mark.slice, mark.strong) for mark in marks] == [(1, 1, False)] * 2 + [(2, 3, False)] * 2
    longest = reading.measurements.lesions[0].longest
    assert longest is not None and marks[0] == Mark(1, longest.start, longest.end, "3.1 mm", 1)


def test_choosing_a_row_sends_the_viewer_there(monkeypatch) -> None:
    state: dict[str, object] = {}
    monkeypatch.setattr("app.pages.lesions.st.session_state", state)
    reading = reading_of(study_of())
    key = lesions._table(reading)
    state[key] = {"selection": {"rows": [1], "columns": [], "cells": []}}
    assert lesions.chosen(reading) is reading.measurements.lesions[1]
    assert [mark.strong for mark in lesions.marks_of(reading)] == [False, False, True, True]
    lesions._send(reading)
    first = state[GO]
    assert isinstance(first, Go) and (first.slice, first.threshold) == (3, None)
    assert first.point is not None and np.allclose(first.point, (4.5, 14.5))
    lesions._send(reading)
    assert state[GO] != first  # to the same place, once more
    state[key] = {"selection": {"rows": [], "columns": [], "cells": []}}
    kept = state[GO]
    lesions._send(reading)
    assert lesions.chosen(reading) is None and state[GO] is kept


def test_a_choice_goes_with_the_lesions_that_it_was_made_among() -> None:
    keys = [lesions._table(reading_of(study_of(), threshold=t, smallest=n)) for t, n in ((0.3, 2), (0.5, 2), (0.3, 3))]
    assert len(set(keys)) == 3


def test_without_lengths_the_fullest_slice_is_gone_to(monkeypatch) -> None:
    state: dict[str, object] = {}
    monkeypatch.setattr("app.pages.lesions.st.session_state", state)
    reading = reading_of(study_of(spacing=None, affine=None))
    state[lesions._table(reading)] = {"selection": {"rows": [0]}}
    lesions._send(reading)
    go = state[GO]
    assert isinstance(go, Go) and (go.slice, go.point) == (1, (3.0, 4.5))
