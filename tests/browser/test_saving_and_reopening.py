"""A study is saved in two clicks, and is opened from its patient's card exactly as it was."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import nibabel as nib
import pytest
from room import Room

from app.decision.keeping import mask_sha256, reopen
from app.imaging import read_files, read_study
from app.model.segmenter import Segmenter
from app.pages.samples import load_samples
from app.records.database import Records, open_records
from app.records.rows import SegmentationRow
from app.records.segmentations import segmentation_row
from app.records.studies import studies_of_scan, study_row
from app.records.who import Actor, Role
from app.study import Probability, Study

ROOT = Path(__file__).parents[2]
SAMPLE = next(sample for sample in load_samples() if sample.id == "flair_only")
QUICK = "slice_png"
"""A sample to come to the page with."""
SLICES = slice(70, 80)
"""Of the sample, so that nobody waits long."""
PSEUDONYM = "Browser 7"
READY = "r.dataset.overlay === a && r.dataset.study === a && JSON.parse(r.dataset.readout).complete"


@pytest.fixture(scope="module")
def records() -> Records:
    """The very ones of the server, whose data folder is that of the tests."""
    return open_records()


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some slices of a sample, as a file."""
    path = tmp_path_factory.mktemp("scan") / "head_flair.nii.gz"
    nib.loadsave.save(nib.loadsave.load(SAMPLE.paths[0]).slicer[:, :, SLICES], path)
    return path


@pytest.fixture(scope="module")
def segmented(scan: Path) -> tuple[Study, Probability]:
    study = read_study(read_files([scan]))
    return study, Segmenter().segment(study, classes=True)


@pytest.fixture(scope="module")
def room(
    serve: Callable[[Path], str], open_room: Callable[..., Room], scan: Path, segmented: tuple[Study, Probability]
) -> Room:
    room = open_room(f"{serve(ROOT / 'streamlit_app.py')}/?study={QUICK}")
    room.page.get_by_role("button", name="Open a scan").click()
    room.page.locator("input[type=file]").first.set_input_files(str(scan))
    room.wait(READY, segmented[0].sha256)
    room.page.keyboard.press("Escape")  # not before: closing the popover ends an upload
    return room


@contextmanager
def popover(room: Room, key: str) -> Iterator[None]:
    room.page.locator(f".st-key-{key} button").click()
    room.page.locator(f".st-key-asked-{key}").wait_for()
    yield
    room.page.keyboard.press("Escape")
    room.page.locator(f".st-key-asked-{key}").wait_for(state="detached")


def saved(records: Records, study: Study) -> list[SegmentationRow]:
    """The latest first."""
    with records.reading() as session:
        ids = [study_id for _, name, study_id in studies_of_scan(session, study.sha256) if name == PSEUDONYM]
        return [row for study_id in ids for row in study_row(session, study_id).segmentations]


def move(room: Room, threshold: str) -> str:
    """To the third slice and a threshold; gives what the viewer calls it, once Python is about to hear of it."""
    room.page.locator("input.threshold").fill(threshold)
    room.press("Home")
    room.press("ArrowUp")
    room.press("ArrowUp")
    room.wait_for_state(f"2|{float(threshold):.3f}")
    room.page.wait_for_function(
        "a => new URLSearchParams(location.search).get('threshold') === a", arg=f"{float(threshold):.3f}"
    )
    return f"2|{float(threshold):.3f}"


def test_two_clicks_save_what_is_on_screen(room: Room, records: Records, segmented: tuple[Study, Probability]) -> None:
    study, result = segmented
    move(room, "0.62")
    with popover(room, "save"):  # the first time somebody has to be typed
        room.page.locator("[class*=st-key-save-patient] input").fill(PSEUDONYM)
        room.page.keyboard.press("Enter")
        room.page.locator(".st-key-save-now button:enabled").click()
        room.page.get_by_text(f"Saved: {PSEUDONYM}").wait_for()
    (first,) = saved(records, study)
    assert (first.slice, first.threshold, first.sequence) == (2, 0.62, "FLAIR")
    assert first.mask_sha256 == mask_sha256(result, 0.62)

    move(room, "0.47")
    room.page.locator(".st-key-save button").click()
    room.page.locator(".st-key-save-now button:enabled").dblclick()
    room.page.get_by_text(f"Saved: {PSEUDONYM}").wait_for()
    second, before = saved(records, study)
    assert (before.id, second.threshold) == (first.id, 0.47)


def test_the_card_leads_back_to_it_exactly_as_it_was(
    room: Room, records: Records, segmented: tuple[Study, Probability]
) -> None:
    study, result = segmented
    row, _ = saved(records, study)
    room.page.get_by_role("link", name="To the patient's card").click()
    room.page.get_by_role("heading", name=PSEUDONYM).wait_for()
    room.page.locator(f".st-key-open-{row.id} button").click()
    room.wait(READY, study.sha256)
    room.wait_for_state("2|0.470")
    assert room.page.locator(".st-key-study input").input_value().startswith(PSEUDONYM)
    found = reopen(records, Actor("test", Role.READER), row.id)
    assert mask_sha256(found.result, row.threshold) == row.mask_sha256 == mask_sha256(result, 0.47)
    assert room.readout()["scan"]["voxels"] == row.voxels == int(result.mask(0.47).sum())


def test_moved_and_opened_anew_it_is_as_it_was_saved(
    room: Room, records: Records, segmented: tuple[Study, Probability]
) -> None:
    row, _ = saved(records, segmented[0])
    move(room, "0.81")
    room.page.get_by_role("link", name="Patients").click()
    room.page.get_by_text(PSEUDONYM).first.click()
    room.page.locator(f".st-key-open-{row.id} button").click()
    room.wait_for_state("2|0.470")


def test_run_again_it_is_identical(room: Room) -> None:
    with popover(room, "again"):
        room.page.get_by_text("Identical.").wait_for(timeout=120_000)


def test_a_review_is_told_by_its_button(room: Room, records: Records, segmented: tuple[Study, Probability]) -> None:
    row, _ = saved(records, segmented[0])
    room.page.get_by_role("button", name="Review", exact=True).click()
    room.page.get_by_role("radio", name="Accepted").click()
    room.page.get_by_role("button", name="Save the review").click()
    room.page.get_by_role("button", name="Accepted", exact=True).wait_for()
    with records.reading() as session:
        assert segmentation_row(session, row.id).review == "accepted"


def test_the_address_opens_it_in_another_window(
    room: Room, open_room: Callable[..., Room], records: Records, segmented: tuple[Study, Probability]
) -> None:
    row, _ = saved(records, segmented[0])
    other = open_room(f"{room.page.url.partition('?')[0]}?saved={row.id}")
    other.wait(READY, segmented[0].sha256)
    other.wait_for_state("2|0.470")
