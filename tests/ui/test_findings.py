"""The row of popovers over the viewer, on the page "Segment"."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from made_up_network import segmenter_of
from streamlit.testing.v1 import AppTest
from ui_files import head, nifti, viewer_data

from app.model.checkpoint import load_card
from app.pages import cache, findings, guarantee, measured
from app.pages.backing import Backing
from app.pages.going import GO

KEYS = ("lesions", "guarantee", "uncertainty", "why")


@pytest.fixture
def bright(drop: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """A head with two bright balls, which the made-up network marks."""
    monkeypatch.setattr(cache, "segmenter", segmenter_of)
    monkeypatch.setattr(cache, "uncertainty", lambda folder=Path(): None)
    monkeypatch.setattr(cache, "patients", lambda folder=Path(): None)
    image = np.minimum(head((48, 40, 12)), 50)
    image[10:22, 12:20, 4:8] = 180
    image[28:36, 20:26, 4:8] = 150
    app = drop(("scan_flair.nii.gz", nifti(image.astype(np.uint8))))
    assert not app.exception and not app.error
    return app


def opened(app: AppTest, key: str) -> AppTest:
    app.session_state[key] = True
    app.run()
    assert not app.exception and not app.error
    return app


def test_nothing_is_measured_until_somebody_asks(bright: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[float] = []
    measure = measured.measure
    monkeypatch.setattr(measured, "measure", lambda *given: calls.append(given[2]) or measure(*given))
    bright.run()
    assert viewer_data(bright)["marks"] is None and calls == []
    opened(bright, "lesions")
    assert len(calls) == 1


def test_lesions_are_listed_and_their_diameters_drawn(bright: AppTest) -> None:
    opened(bright, "lesions")
    (table,) = (frame.value for frame in bright.dataframe)
    assert len(table) == 2
    lines = viewer_data(bright)["marks"]["lines"]
    assert len(lines) == 4 and {line["lesion"] for line in lines} == {1, 2}
    bright.session_state["lesions"] = False
    bright.run()
    assert len(viewer_data(bright)["marks"]["lines"]) == 4  # they stay when the popover closes


def test_every_popover_opens(bright: AppTest) -> None:
    for key in KEYS:
        opened(bright, key)
    said = " ".join(element.value for element in bright.markdown)
    assert "no record of calibration patients" in said
    assert "Where did it look?" in said


def test_what_the_page_sends_reaches_the_viewer(bright: AppTest) -> None:
    from app.viewer import Go

    bright.session_state[GO] = Go("a", slice=2)
    bright.run()
    assert viewer_data(bright)["go"] == {"id": "a", "slice": 2, "threshold": None, "point": None}


def test_of_two_maps_the_one_that_was_put_on_last_is_shown(bright: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.viewer import OverlayMap, pack_map

    def named(name: str) -> Callable[..., tuple[OverlayMap, bytes]]:
        return lambda study, result: (
            OverlayMap(name, name, "low", "high"),
            pack_map(np.zeros(study.shape, np.uint8), study, name),
        )

    first, second, *_ = findings.MAPS
    monkeypatch.setattr(findings, "MAPS", {first: named("first"), second: named("second")})
    bright.session_state[first] = True
    bright.run()
    assert viewer_data(bright)["map"]["id"] == "first"
    bright.session_state[second] = True
    bright.run()
    assert viewer_data(bright)["map"]["id"] == "second" and not bright.session_state[first]
    bright.session_state[second] = False
    bright.run()
    assert viewer_data(bright)["map"] is None


def test_a_guarantee_that_is_offered_marks_the_slider(bright: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    from test_guarantee_popover import group_of

    from app.imaging import ScanFile, read_study
    from app.model.appearance import appearance_of
    from app.model.calibration_patients import CalibrationPatients

    uploaded = bright.file_uploader(key="files").value[0]
    study = read_study([ScanFile(uploaded.name, uploaded.getvalue())])
    group = group_of(appearance_of(study))
    record = CalibrationPatients(load_card().sha256, (group,))
    monkeypatch.setattr(cache, "patients", lambda folder=Path(): record)
    bright.run()
    promised = viewer_data(bright)["guarantee"]
    assert promised["k"] == 20
    assert promised["label"].startswith("t* = 0.100: at most 5 % of tumour voxels missed on average")
    bright.session_state[guarantee.ALPHA] = 2  # 30 patients are too few
    bright.run()
    assert viewer_data(bright)["guarantee"] is None


def test_every_file_is_offered_or_says_why_not(bright: AppTest) -> None:
    from app.exports.formats import FORMATS

    offered = {button.proto.label for button in bright.get("download_button")}
    refused = {button.label: button.help for button in bright.button if button.key.endswith("-not")}
    assert offered == {"Report, PDF", "Report, HTML", *(f.title for f in FORMATS.values())} - {"DICOM SEG"}
    assert refused == {"DICOM SEG": "The scan did not come as DICOM files."}


def test_what_no_voxel_reaches_has_no_surface(bright: AppTest) -> None:
    """The brighter ball has level 180, a probability of 0.9."""
    view = {"slice": 0, "sequence": "FLAIR", "study": viewer_data(bright)["study"]}
    refused = {}
    for threshold in (0.9, 0.905):
        bright.session_state["viewer"] = {"view": view | {"threshold": threshold}}
        bright.run()
        refused[threshold] = [button.label for button in bright.button if button.key.endswith("-not")]
    assert refused == {0.9: ["DICOM SEG"], 0.905: ["DICOM SEG", "Surface, STL"]}


def test_page_and_command_line_give_the_same_bytes() -> None:
    """Before a hand has moved anything, the page reads a study as the commands do by themselves."""
    from app.decision.reading import read
    from app.exports.formats import FORMATS
    from app.exports.report import report_html
    from app.study import Probability
    from tests.decision.readings import CARD, classes, levels, study_of

    study = study_of()
    result = Probability(levels(), study.sha256, CARD.sha256, classes())
    on_page = findings.Screen(study, CARD, result, None, Backing()).reader()()
    by_itself = read(study, result, CARD, None)
    made = [kind.make for kind in FORMATS.values() if kind.reason(study) is None]
    assert len(made) == len(FORMATS) - 1  # no DICOM
    for make in (*made, report_html):
        assert make(on_page) == make(by_itself)
