"""Hostile files dropped on the page: one message, no traceback, and the app goes on."""

from collections.abc import Iterator

import pytest
import streamlit as st
from all_cases import CASES
from case import ROOT, Case
from streamlit.testing.v1 import AppTest

from app.pages.samples import load_samples

PICKED = (
    *("gzip 128 MiB of zeros", "gzip two million empty members", "nifti-1 axis 1 of 32767", "nifti one voxel nan"),
    *("png 65535 x 65535", "png zTXt of 128 MiB", "jpg ten thousand scans", "tif 10 million strips that are there"),
    *("dicom Rows 32767", "dicom sequences 100,000 deep", "zip of 60,000 overlapping members"),
    *("zip of a link to itself", "nrrd with its voxels in /etc/passwd", "name 23 of noise: '![x](http://example.'"),
)
SAMPLE = next(sample for sample in load_samples() if sample.files[0].endswith(".png"))


@pytest.fixture(scope="module")
def app() -> Iterator[AppTest]:
    """One person's page, on which one file after the other is dropped."""
    page = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=120)
    page.session_state["study"] = SAMPLE.id
    yield page.run()
    st.cache_data.clear()


def picked(name: str) -> Case:
    """The case of this name."""
    return next(case for case in CASES if case.name == name)


@pytest.mark.parametrize("name", PICKED)
def test_the_page_shows_one_message_and_goes_on(app: AppTest, name: str) -> None:
    files = [(file.name, file.data, "application/octet-stream") for file in picked(name).files()]
    app.file_uploader(key="files").set_value(files).run()

    assert not app.exception
    assert len(app.error) == 1
    said = app.error[0].value
    assert "Traceback" not in said and "reference" not in said and ".py" not in said and len(said) < 1000
    assert "![" not in said.replace("!\\[", ""), "a name drew a picture"
    app.selectbox(key="study").set_value(SAMPLE.id).run()
    assert not app.error and not app.exception
