"""A sequence that somebody corrected on the page."""

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from ui_files import head, nifti

from app.imaging import ScanFile, open_study
from app.pages import belongings
from app.study import Sequence


def test_corrected_files_are_read_once_more_and_not_at_every_rerun(
    drop: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    readings: list[object] = []

    def counted(files: list[ScanFile], roles: dict | None):
        readings.append(roles and list(roles.values()))
        return open_study(files, roles)

    monkeypatch.setattr(belongings, "open_study", counted)
    app = drop(("scan.nii.gz", nifti(head((24, 20, 6)).astype(np.uint8))))
    (box,) = (box for box in app.selectbox if str(box.key).startswith("role-"))
    box.set_value("T2").run()
    app.run()
    assert not app.exception and not app.error
    assert readings == [None, [Sequence.T2]]
