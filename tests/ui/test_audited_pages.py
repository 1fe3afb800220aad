"""What the page "Segment" tells the audit log: what was segmented, once, and each file that was made."""

import secrets
from collections.abc import Callable
from pathlib import Path

import pytest
from made_up_network import segmenter_of
from saved_studies import acts_on
from streamlit.testing.v1 import AppTest
from ui_files import head, nifti, viewer_data

from app.errors import RecordsUnavailableError
from app.pages import cache, downloads
from app.records.audit import Wanted, entries


@pytest.fixture
def scan(drop: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """A scan that nobody has seen before."""
    monkeypatch.setattr(cache, "segmenter", segmenter_of)
    monkeypatch.setattr(cache, "uncertainty", lambda folder=Path(): None)
    monkeypatch.setattr(cache, "patients", lambda folder=Path(): None)
    app = drop(("MARKER_flair.nii.gz", nifti(head((14, 12, 4), secrets.randbelow(2**31)))))
    assert not app.exception and not app.error
    return app


def test_a_segmentation_is_noted_when_it_is_finished_and_not_when_it_is_used_again(scan: AppTest) -> None:
    subject = f"scan {viewer_data(scan)['study'][:12]}"
    assert acts_on(subject) == ["segment"]
    scan.run()
    assert acts_on(subject) == ["segment"]


def test_each_file_is_noted_before_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    from app.pages import saving
    from app.pages.records_room import records
    from tests.decision.readings import CARD, study_of

    made: dict[str, Callable[[], bytes]] = {}
    monkeypatch.setattr(
        saving.st, "download_button", lambda title, make, name, *given, **named: made.update({title: make})
    )
    study = study_of()
    saving.draw(study, lambda: CARD, empty=False)
    for title in ("Mask", "Report, PDF"):
        with pytest.raises(AttributeError):  # a card is nothing to make a file of
            made[title]()
    subject = f"scan {study.sha256[:12]}"
    with records().reading() as session:
        found = entries(session, Wanted(subject=subject))
    assert [(entry.act, entry.detail) for entry in found] == [
        ("export", '{"kind":"report-pdf"}'),
        ("export", '{"kind":"mask"}'),
    ]


def test_a_file_that_cannot_be_noted_is_not_made() -> None:
    made: list[str] = []

    def refuse() -> None:
        raise RecordsUnavailableError("The log cannot be written.")

    make = downloads.until_fetched(lambda: bytes(made.append("made") or b""), "name", before=refuse)
    with pytest.raises(RecordsUnavailableError):
        make()
    assert made == []
