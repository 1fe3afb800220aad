"""The real page in a real browser: samples, drops, keys, and the identity of what is drawn."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from room import Room

from app.evaluation.threshold_curve import ThresholdCurve
from app.exports import export_mask
from app.imaging import read_files, read_study
from app.model.segmenter import Segmenter
from app.pages.samples import Sample, load_samples
from app.study import Study

ROOT = Path(__file__).parents[2]
SAMPLES = load_samples()
PICTURE = next(sample for sample in SAMPLES if sample.files[0].endswith(".png"))


def study_of(sample: Sample) -> Study:
    return read_study(read_files(sample.paths))


@pytest.fixture(scope="module")
def room(serve: Callable[[Path], str], open_room: Callable[..., Room]) -> Room:
    return open_room(serve(ROOT / "streamlit_app.py"))


def choose(room: Room, label: str) -> None:
    """In the box at the top of the page; gives it no time to arrive."""
    room.page.locator(".st-key-study input").click()
    room.page.get_by_role("option", name=label, exact=True).click()


def wait_until_complete(room: Room, study: Study) -> None:
    room.wait(
        "r.dataset.overlay === a && r.dataset.study === a && JSON.parse(r.dataset.readout).complete", study.sha256
    )


def test_the_first_sample_opens_on_the_slice_with_most_tumour_and_is_scored_exactly(room: Room) -> None:
    study = study_of(SAMPLES[0])
    assert study.reference is not None
    wait_until_complete(room, study)
    segmenter = Segmenter()
    result, threshold = segmenter.segment(study), segmenter.card.threshold
    fullest = int(result.mask(threshold).sum(axis=(1, 2)).argmax())
    room.wait_for_state(f"{fullest}|{threshold:.3f}")
    scores = ThresholdCurve.from_levels(result.levels, study.reference > 0).at(threshold)
    scan = room.readout()["scan"]
    assert (scan["recall"], scan["precision"], scan["dice"]) == (scores.recall, scores.precision, scores.dice)
    assert room.readout()["source"] == "reference"


def test_a_threshold_key_repaints_at_once_and_the_curve_follows(room: Room) -> None:
    wait_until_complete(room, study_of(SAMPLES[0]))
    room.page.locator(".st-key-curve .js-plotly-plot").wait_for()
    paints, threshold = int(room.attribute("paints")), room.readout()["threshold"]
    room.press("]")
    room.wait("Number(r.dataset.paints) > a", paints)
    assert room.readout()["threshold"] == pytest.approx(threshold + 0.005)
    mark = """document.querySelector(".st-key-curve .js-plotly-plot")?.data?.[1]"""  # none between two drawings
    room.page.wait_for_function(f"a => Math.abs({mark}?.customdata[0] - a) < 1e-6", arg=threshold + 0.005)


def test_the_mask_that_is_downloaded_is_the_one_that_the_command_line_writes(room: Room) -> None:
    study, segmenter = study_of(SAMPLES[0]), Segmenter()
    threshold = room.readout()["threshold"]
    with room.page.expect_download() as download:
        room.page.get_by_role("button", name="Mask").click()
    name, data = export_mask(segmenter.segment(study), study, threshold)
    assert download.value.suggested_filename == name
    assert Path(download.value.path()).read_bytes() == data


def test_changing_the_study_never_shows_the_old_overlay(room: Room) -> None:
    for sample in (PICTURE, SAMPLES[0], PICTURE):
        choose(room, sample.label)
        wait_until_complete(room, study_of(sample))
        assert room.attribute("overlay") == room.attribute("study") == study_of(sample).sha256


def test_a_dropped_picture_is_segmented_and_named_as_measured_on_validation_patients(room: Room) -> None:
    room.page.get_by_role("button", name="Open a scan").click()
    room.page.locator("input[type=file]").set_input_files([str(path) for path in PICTURE.paths])
    study = study_of(PICTURE)
    room.page.keyboard.press("Escape")
    wait_until_complete(room, study)
    readout = room.readout()
    assert readout["source"] == "validation" and readout["scan"]["volume_ml"] is None
    assert "validation patients" in readout["validation"]["label"]


def test_a_bad_drop_gets_a_message_and_the_next_study_opens(room: Room, tmp_path: Path) -> None:
    bad = tmp_path / "broken_flair.nii.gz"
    bad.write_bytes(b"\x1f\x8b" + b"\0" * 20)
    room.page.get_by_role("button", name="Open a scan").click()
    room.page.locator("input[type=file]").set_input_files(str(bad))
    room.page.get_by_role("alert").filter(has_text="broken_flair.nii.gz").first.wait_for()
    room.page.keyboard.press("Escape")
    choose(room, PICTURE.label)
    wait_until_complete(room, study_of(PICTURE))


def test_no_request_leaves_the_machine(room: Room) -> None:
    hosts = json.loads(
        room.page.evaluate(
            "JSON.stringify([...new Set(performance.getEntriesByType('resource').map(e => new URL(e.name).host))])"
        )
    )
    assert hosts and all(host.startswith("127.0.0.1:") or host == "" for host in hosts)
