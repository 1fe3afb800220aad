"""The page "About"."""

from streamlit.testing.v1 import AppTest
from ui_files import ROOT

from app.model.checkpoint import load_card


def test_it_says_what_it_is_for_and_how_good_the_network_is() -> None:
    app = AppTest.from_file(str(ROOT / "app" / "pages" / "about.py")).run()
    assert not app.exception and not app.error
    text = " ".join(part.value for part in app.markdown)
    assert "must not be used for clinical decisions" in text and load_card().sha256 in text
    assert len(app.dataframe[0].value) == len(load_card().curves)
