"""What people drop on the page: good files are segmented, bad ones get a message and the app goes on."""

import gzip
from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from ui_files import CHEAPEST, head, nifti, picture, viewer_data

VOLUME = head((24, 20, 6))
MASK = (VOLUME > 190).astype(np.uint8)
FAR_AWAY = np.array([[-1.0, 0, 0, 500], [0, -1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
WITH_NAN = np.where(np.arange(24)[:, None, None] == 12, np.nan, VOLUME).astype(np.float32)


@pytest.mark.parametrize(
    ("files", "sequences"),
    [
        ([("p_flair.nii.gz", nifti(VOLUME)), ("p_t1ce.nii.gz", nifti(VOLUME)), ("p_seg.nii.gz", nifti(MASK))], 2),
        ([("slice.png", picture(head((60, 50))))], 1),
        ([("slice.jpg", picture(head((60, 50)), "JPEG"))], 1),
        ([("TCGA_1.tif", picture(np.stack([head((60, 50), seed) for seed in (1, 2, 3)], axis=-1), "TIFF"))], 3),
    ],
    ids=["nifti study", "png", "jpg", "three-plane tiff"],
)
def test_good_files_are_segmented(drop: Callable[..., AppTest], files: list[tuple[str, bytes]], sequences: int) -> None:
    app = drop(*files)
    assert not app.exception and not app.error
    assert len(app.get("bidi_component")) == 4
    roles = [box.value for box in app.selectbox if box.key.startswith("role-")]
    assert len([role for role in roles if role != "reference"]) == sequences


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([("p_flair.nii.gz", b"")], "empty"),
        ([("p_flair.nii.gz", nifti(VOLUME)[:200])], "p_flair.nii.gz"),
        ([("p_flair.nii.gz", nifti(WITH_NAN))], "NaN"),
        ([("p_flair.nii.gz", nifti(np.full((9, 8, 7), 5, np.uint8)))], "p_flair.nii.gz"),
        ([("p_flair.nii.gz", nifti(VOLUME[:, :, 0]))], "2-D"),
        ([("p_flair.nii.gz", nifti(VOLUME)), ("p_t1.nii.gz", nifti(VOLUME, FAR_AWAY))], "p_t1.nii.gz"),
        ([("p_flair.nii.gz", nifti(VOLUME)), ("p_seg.nii.gz", nifti(MASK[:, 1:]))], "p_seg.nii.gz"),
        ([("p_seg.nii.gz", nifti(MASK))], "mask"),
        ([("notes.png", b"these are not pixels")], "notes.png"),
        ([("scan.dcm", b"\0" * 128 + b"DICM" + b"\0" * 64)], "scan.dcm"),
    ],
    ids=[
        "empty",
        "truncated",
        "nan",
        "constant",
        "2-d",
        "places differ",
        "mask does not fit",
        "only a mask",
        "text",
        "dicom",
    ],
)
def test_bad_files_get_a_message_and_the_app_goes_on(
    drop: Callable[..., AppTest], files: list[tuple[str, bytes]], words: str
) -> None:
    app = drop(*files)
    assert not app.exception
    assert len(app.error) == 1 and words in app.error[0].value
    assert len(app.get("bidi_component")) == 1  # the engine: nothing of another study stays on screen
    app.selectbox(key="study").set_value(CHEAPEST.id).run()
    assert not app.error and len(app.get("bidi_component")) == 4


def test_a_sequence_is_corrected_on_the_page(drop: Callable[..., AppTest]) -> None:
    app = drop(("scan.nii.gz", nifti(VOLUME)))
    box = app.selectbox(key="role-scan.nii.gz-0")
    assert box.value == "FLAIR"
    box.set_value("T2").run()
    assert not app.error and not app.exception
    assert "T2 alone" in viewer_data(app)["validation"]["label"]


def test_an_unexpected_fault_gives_a_reference_number_only(
    drop: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("app.pages.belongings.open_study", broken)
    app = drop(("scan.nii.gz", gzip.compress(b"x")))
    assert not app.exception
    assert "secret detail" not in app.error[0].value
    number = app.error[0].value.split("reference ")[1].split(".")[0]
    assert number in caplog.text and "RuntimeError" in caplog.text and "secret detail" not in caplog.text
