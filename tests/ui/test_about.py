"""The page "About"."""

from streamlit.testing.v1 import AppTest

from app.model.checkpoint import load_card


def test_it_says_what_it_is_for_and_leads_to_how_good_the_network_is(app: AppTest) -> None:
    app.switch_page("app/pages/about.py").run()
    assert not app.exception and not app.error
    text = " ".join(part.value for part in app.markdown)
    assert "must not be used for clinical decisions" in text and load_card().sha256 in text
    assert [link.proto.page for link in app.get("page_link")] == ["performance"]
