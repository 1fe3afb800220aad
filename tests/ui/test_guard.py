"""What a person is told when something goes wrong, and what the log is told."""

import json
from collections.abc import Callable

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid
from streamlit.testing.v1 import AppTest
from ui_files import head, nifti

from app import log
from app.pages import cache
from app.pages.as_text import as_text

MARKER = "MARKER"
WITH_NAN = np.where(np.arange(24)[:, None, None] == 12, np.nan, head((24, 20, 6))).astype(np.float32)


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str]) -> Callable[[], tuple[list[dict[str, object]], str]]:
    """The events since the last look, and everything that was printed."""
    log.set_up_server()

    def look() -> tuple[list[dict[str, object]], str]:
        out, err = capsys.readouterr()
        lines = [json.loads(line) for line in err.splitlines() if line.startswith("{")]
        return [line for line in lines if "event" in line], out + err

    look()
    return look


def dicom_of_a_patient() -> bytes:
    """A sound DICOM file, but not of an MRI."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID, meta.MediaStorageSOPClassUID = ExplicitVRLittleEndian, SecondaryCaptureImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid()
    dataset = Dataset()
    dataset.file_meta = meta
    dataset.SOPClassUID, dataset.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    dataset.PatientName, dataset.PatientID, dataset.Modality = f"{MARKER}^PATIENT", f"{MARKER}-1", "OT"
    dataset.StudyDescription = f"{MARKER} study"
    buffer = pydicom.filebase.DicomBytesIO()
    pydicom.dcmwrite(buffer, dataset, enforce_file_format=True)
    return bytes(buffer.getvalue())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (f"{MARKER}_flair.nii.gz", nifti(head((24, 20, 6)))[:300]),
        (f"{MARKER}.txt", f"{MARKER}".encode() * 100),
        (f"{MARKER}_flair.nii.gz", nifti(WITH_NAN)),
        (f"{MARKER}.dcm", dicom_of_a_patient()),
    ],
    ids=["truncated", "text", "nan", "dicom"],
)
def test_what_is_refused_is_named_on_the_page_and_not_in_the_log(
    drop: Callable[..., AppTest],
    logged: Callable[[], tuple[list[dict[str, object]], str]],
    name: str,
    content: bytes,
) -> None:
    app = drop((name, content))
    assert len(app.error) == 1 and MARKER in app.error[0].value
    events, printed = logged()
    assert "refused" in [event["event"] for event in events]
    assert MARKER not in printed


def test_the_unexpected_gives_a_reference_number_and_nothing_else(
    app: AppTest, logged: Callable[[], tuple[list[dict[str, object]], str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(f"{MARKER}.nii.gz") from KeyError(MARKER)

    monkeypatch.setattr(cache, "card", broken)
    app.session_state["study"] = "slice_png"
    app.run()
    assert not app.exception and len(app.error) == 1 and MARKER not in app.error[0].value
    events, printed = logged()
    (event,) = (event for event in events if event["event"] == "unexpected")
    assert f"reference {event['reference']}." in app.error[0].value
    assert event["exception"] == "RuntimeError" and event["cause"] == {"exception": "KeyError", "frames": []}
    assert any(str(frame).startswith("app/pages/segment.py:") for frame in event["frames"])  # type: ignore[attr-defined]
    assert MARKER not in printed


def a_page() -> None:
    import streamlit as st

    from app.errors import UnreadableFileError
    from app.pages.guard import shown_errors

    @shown_errors()
    def piece() -> None:
        raise UnreadableFileError("![x](http://evil.example/x.png) is damaged. Export it again.")

    with shown_errors():
        st.text("before")
        piece()
        st.text("after")


def test_a_name_is_shown_as_text_and_the_page_goes_on() -> None:
    app = AppTest.from_function(a_page).run()
    assert [text.value for text in app.text] == ["before", "after"]
    (error,) = app.error
    assert "\\[x\\]" in error.value and "http://" not in error.value


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("p_flair.nii.gz is empty (0 bytes). T1: copy it", "p_flair.nii.gz is empty (0 bytes). T1: copy it"),
        ("![x](y)", "!\\[x\\](y)"),
        ("<b>&lt;&", "\\<b>\\&lt;&"),
        ("$x$ *b* `c` _i_ a_b ~s~ # h", "\\$x\\$ \\*b\\* \\`c\\` \\_i\\_ a_b \\~s\\~ \\# h"),
        (":red[x] :smile:", ":\u2060red\\[x\\] :\u2060smile:"),
        ("http://x www.x a@b", "http:\u2060//x www\u2060.x a\u2060@b".replace(":\u2060//", "\u2060://")),
        ("a -> b", "a -\u2060> b"),
        ("1. x", "\u20601. x"),
        ("- x", "\\- x"),
        ("C:\\x", "C:\\\\x"),
        ("a\nb\t c", "a b c"),
        ("\u202egnp\x00\ud800", "\ufffdgnp\ufffd\ufffd"),
    ],
)
def test_text_as_markdown(text: str, markdown: str) -> None:
    assert as_text(text) == markdown
