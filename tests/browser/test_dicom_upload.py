"""An examination in DICOM, dropped on the real page: as an archive and as a folder, and its series chosen."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from dicom_files import series
from room import Room

from app.imaging import ScanFile, inspect, read_files, read_study
from app.pages.samples import load_samples
from app.study import Sequence

ROOT = Path(__file__).parents[2]
STEP = 6
"""Every sixth slice of the sample, which the network has seen within a second or two."""


@pytest.fixture(scope="module")
def examination() -> list[ScanFile]:
    """Two sequences of the first sample as series of their own, in folders as a scanner's disc has them, and a note."""
    study = read_study(read_files(load_samples()[0].paths))
    files = []
    for number, (sequence, description) in enumerate(((Sequence.FLAIR, "AX FLAIR"), (Sequence.T2, "AX ADC")), 1):
        voxels = study.images[sequence][::STEP]
        stored = (voxels * (4000 / voxels.max())).astype(np.uint16)
        slices = series(stored, (0, 0, STEP), SeriesDescription=description, SeriesNumber=number)
        files += [ScanFile(f"disc/{number}/{file.name}.dcm", file.data) for file in slices]
    return [*files, ScanFile("disc/read me.txt", b"how to use the viewer on this disc")]


@pytest.fixture
def room(serve: Callable[[Path], str], open_room: Callable[..., Room]) -> Room:
    room = open_room(serve(ROOT / "streamlit_app.py"))
    room.wait("r.dataset.overlay && JSON.parse(r.dataset.readout).complete")
    room.page.get_by_role("button", name="Open a scan").click()
    return room


def archive(files: list[ScanFile]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as zipped:
        for file in files:
            zipped.writestr(file.name, file.data)
    return packed.getvalue()


def test_archive_with_a_choice_of_series(room: Room, examination: list[ScanFile]) -> None:
    content = archive(examination)
    expected = read_study([ScanFile("disc.zip", content)])
    assert expected.sequences == (Sequence.FLAIR,)

    room.page.locator("input[type=file]").first.set_input_files(
        {"name": "disc.zip", "mimeType": "application/zip", "buffer": content}
    )
    room.wait("r.dataset.overlay === a && JSON.parse(r.dataset.readout).complete", expected.sha256)

    room.page.keyboard.press("Escape")
    notes = room.page.locator(".notes")
    assert "read me.txt" in notes.inner_text()
    room.page.get_by_role("button", name="1 of 2 used").click()
    assert room.page.locator(".part").all_inner_texts() == [
        "Series 1 · AX FLAIR\n26 slices of 6.0 mm, axial, 1.00 x 1.00 mm",
        "Series 2 · AX ADC\n26 slices of 6.0 mm, axial, 1.00 x 1.00 mm",
    ]
    widths = room.page.locator("img.thumbnail").evaluate_all("all => all.map(each => each.naturalWidth)")
    assert len(widths) == 2 and min(widths) > 0

    room.page.get_by_label("What is Series 2 · AX ADC?").click()
    room.page.get_by_role("option", name="T2", exact=True).click()
    files = [ScanFile("disc.zip", content)]
    (adc,) = (part for part in inspect(files) if "ADC" in part.label)
    both = read_study(files, {(adc.file, adc.index): Sequence.T2})
    room.wait("r.dataset.overlay === a && JSON.parse(r.dataset.readout).complete", both.sha256)


def test_folder(room: Room, examination: list[ScanFile], tmp_path: Path) -> None:
    for file in examination:
        path = tmp_path / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
    expected = read_study(read_files([tmp_path / "disc"]))

    room.page.locator("input[type=file]").nth(1).set_input_files(tmp_path / "disc")
    room.wait("r.dataset.overlay === a && JSON.parse(r.dataset.readout).complete", expected.sha256)
