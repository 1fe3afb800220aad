"""A record beside the checkpoint that is damaged takes away what rests on it, and says so there; the rest goes on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from made_up_network import segmenter_of
from streamlit.testing.v1 import AppTest
from ui_files import CHEAPEST, viewer_data

from app.model.calibration_patients import PATIENTS
from app.model.checkpoint import FOLDER
from app.model.uncertainty_record import RECORD
from app.pages import cache


@pytest.fixture(autouse=True)
def records_are_not_kept() -> Iterator[None]:
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


@pytest.mark.parametrize(("name", "popover"), [(PATIENTS, "guarantee"), (RECORD, "uncertainty")])
def test_the_page_goes_on_and_the_popover_says_why(
    app: AppTest, monkeypatch: pytest.MonkeyPatch, name: str, popover: str
) -> None:
    read_bytes, read_text = Path.read_bytes, Path.read_text

    def bytes_of(self: Path) -> bytes:
        return b"damaged" if self == FOLDER / name else read_bytes(self)

    def text_of(self: Path, *given: object, **named: object) -> str:
        return "damaged" if self == FOLDER / name else read_text(self, *given, **named)

    monkeypatch.setattr(cache, "segmenter", segmenter_of)
    app.session_state["study"] = CHEAPEST.id
    with monkeypatch.context() as spoilt:
        spoilt.setattr(Path, "read_bytes", bytes_of)
        spoilt.setattr(Path, "read_text", text_of)
        app.run()
        assert not app.exception and not app.error and not app.button(key="solid").disabled
        assert viewer_data(app)["guarantee"] is None
        app.session_state[popover] = True
        app.run()
        (error,) = app.error
        assert name in error.value and "damaged" in error.value and "reference" not in error.value
    st.cache_resource.clear()
    app.run()
    assert not app.exception and not app.error
