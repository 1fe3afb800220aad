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
from app.study import Probability, Study

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


def wait_for_address(room: Room, name: str, value: str) -> None:
    """Until the page's address has this entry."""
    condition = "([name, value]) => new URLSearchParams(location.search).get(name) === value"
    room.page.wait_for_function(condition, arg=[name, value])


def wait_until_complete(room: Room, study: Study) -> None:
    room.wait(
        "r.dataset.overlay === a && r.dataset.study === a && JSON.parse(r.dataset.readout).complete", study.sha256
    )


@pytest.fixture(scope="module")
def segmented() -> tuple[Study, Probability, float]:
    """The first sample with what the network makes of it, and the network's threshold."""
    study, segmenter = study_of(SAMPLES[0]), Segmenter()
    return study, segmenter.segment(study), segmenter.card.threshold


def test_the_first_sample_opens_on_the_slice_with_most_tumour_and_is_scored_exactly(
    room: Room, segmented: tuple[Study, Probability, float]
) -> None:
    study, result, threshold = segmented
    assert study.reference is not None
    wait_until_complete(room, study)
    fullest = int(result.mask(threshold).sum(axis=(1, 2)).argmax())
    room.wait_for_state(f"{fullest}|{threshold:.3f}")
    scores = ThresholdCurve.from_levels(result.levels, study.reference > 0).at(threshold)
    scan = room.readout()["scan"]
    assert (scan["recall"], scan["precision"], scan["dice"]) == (scores.recall, scores.precision, scores.dice)
    assert room.readout()["source"] == "reference"
    assert sum(size["voxels"] for size in room.readout()["classes"]) == scan["voxels"]


def test_a_threshold_key_repaints_at_once_and_the_mask_is_exported_at_that_threshold(
    room: Room, segmented: tuple[Study, Probability, float]
) -> None:
    study, result, threshold = segmented
    wait_until_complete(room, study)
    paints = int(room.attribute("paints"))
    room.press("]")
    room.wait("Number(r.dataset.paints) > a", paints)
    chosen = room.readout()["threshold"]
    assert chosen == pytest.approx(threshold + 0.005)
    wait_for_address(room, "threshold", f"{chosen:.3f}")  # the hand is at rest, and Python is about to hear of it

    name, data = export_mask(result, study, chosen)
    room.page.get_by_role("button", name="Export").click()
    for _ in range(20):
        with room.page.expect_download() as download:
            room.page.get_by_role("button", name="Mask").click()
        found = Path(download.value.path()).read_bytes()
        if found == data:
            break
    assert (download.value.suggested_filename, found == data) == (name, True)
    room.page.keyboard.press("Escape")


def test_the_tumour_opens_in_3_d_at_the_threshold_on_screen(room: Room) -> None:
    wait_until_complete(room, study_of(SAMPLES[0]))
    threshold = room.readout()["threshold"]
    room.page.get_by_role("button", name="3-D").click()
    dialog = room.page.get_by_role("dialog", name="The tumour in 3-D")
    dialog.get_by_text(f"threshold {threshold:.3f}").wait_for()
    plot = dialog.locator(".js-plotly-plot")
    plot.wait_for()
    meshes = plot.evaluate("plot => plot.data.filter(trace => trace.type === 'mesh3d').map(trace => trace.name)")
    assert [name.partition(",")[0] for name in meshes] == ["necrotic core", "oedema", "enhancing", "head"]
    room.page.keyboard.press("Escape")
    dialog.wait_for(state="detached")


def test_the_address_names_study_and_view_and_a_reload_keeps_them(room: Room) -> None:
    study = study_of(SAMPLES[0])
    wait_until_complete(room, study)
    room.page.locator("input.threshold").fill("0.62")
    room.press("Home")
    room.press("ArrowUp")
    room.wait_for_state("1|0.620")
    wait_for_address(room, "slice", "2")
    wait_for_address(room, "study", SAMPLES[0].id)
    room.page.reload()
    wait_until_complete(room, study)
    room.wait_for_state("1|0.620")


def test_another_page_and_back_keeps_study_and_view(room: Room) -> None:
    choose(room, PICTURE.label)
    wait_until_complete(room, study_of(PICTURE))
    room.page.locator("input.threshold").fill("0.71")
    wait_for_address(room, "threshold", "0.710")
    room.page.get_by_role("link", name="About").click()
    room.page.get_by_role("heading", name="About").first.wait_for()
    room.page.get_by_role("link", name="Segment").click()
    wait_until_complete(room, study_of(PICTURE))
    room.wait_for_state("0|0.710")
    wait_for_address(room, "study", PICTURE.id)


def test_a_study_chosen_in_the_moment_in_which_the_view_is_told_is_not_lost(room: Room) -> None:
    choose(room, SAMPLES[0].label)
    wait_until_complete(room, study_of(SAMPLES[0]))
    room.page.locator(".st-key-study input").click()
    option = room.page.get_by_role("option", name=PICTURE.label, exact=True)
    option.wait_for()
    option.evaluate(
        """option => {
            const hosts = [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")];
            const stage = hosts.map(host => host.shadowRoot?.querySelector(".stage")).find(Boolean);
            stage.dispatchEvent(new KeyboardEvent("keydown", { key: "]", bubbles: true }));
            setTimeout(() => option.click(), 250);  // right after the viewer has found the hand at rest
        }"""
    )
    wait_until_complete(room, study_of(PICTURE))


def test_changing_the_study_never_shows_the_old_overlay(room: Room) -> None:
    for sample in (PICTURE, SAMPLES[0], PICTURE):
        choose(room, sample.label)
        wait_until_complete(room, study_of(sample))
        assert room.attribute("overlay") == room.attribute("study") == study_of(sample).sha256


def test_a_dropped_picture_is_segmented_and_named_as_measured_on_validation_patients(room: Room) -> None:
    room.page.get_by_role("button", name="Open a scan").click()
    room.page.locator("input[type=file]").first.set_input_files([str(path) for path in PICTURE.paths])
    study = study_of(PICTURE)
    room.page.keyboard.press("Escape")
    wait_until_complete(room, study)
    readout = room.readout()
    assert readout["source"] == "validation" and readout["scan"]["volume_ml"] is None
    assert "validation patients" in readout["validation"]["label"]


def test_a_bad_drop_gets_a_message_and_the_next_study_opens(room: Room, tmp_path: Path) -> None:
    bad = tmp_path / "broken_flair.nii.gz"
    bad.write_bytes(b"\x1f\x8b" + b"\0" * 20)
    room.wait("r.dataset.overlay === r.dataset.study && JSON.parse(r.dataset.readout).complete")
    room.page.keyboard.press("Escape")
    files = room.page.locator("input[type=file]")
    files.first.wait_for(state="detached")  # or a click would close what the test before left open
    room.page.get_by_role("button", name="Open a scan").click()
    files.first.set_input_files(str(bad))
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
