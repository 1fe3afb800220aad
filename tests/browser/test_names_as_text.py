"""A file's name is shown as it is: nothing in it draws, links, or is fetched from another server."""

from collections.abc import Callable
from pathlib import Path

import pytest
from odd_names import HERE, NAMES
from playwright.sync_api import Browser, Page

SCRIPT = Path(__file__).with_name("names_app.py")
DRAWN = "img, a, math, h1, ol, ul, li, blockquote, hr, strong, em, code, del, script, [data-testid=stIconMaterial]"


@pytest.fixture(scope="module")
def asked() -> list[str]:
    """The addresses that the page asked for."""
    return []


@pytest.fixture(scope="module")
def page(chromium: Browser, serve: Callable[[Path], str], asked: list[str]) -> Page:
    opened = chromium.new_page()
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(serve(SCRIPT))
    opened.locator(".st-key-end").get_by_text("end").wait_for()
    opened.wait_for_load_state("networkidle")
    return opened


@pytest.mark.parametrize("number", range(len(NAMES)), ids=NAMES)
@pytest.mark.parametrize("place", ["error", "label"])
def test_a_name_is_text(page: Page, place: str, number: int) -> None:
    shown = page.locator(f".st-key-{place}-{number} [data-testid=stMarkdownContainer]").first
    assert shown.inner_text().replace("\u2060", "") == NAMES[number]
    assert shown.locator(DRAWN).count() == 0


def test_nothing_is_fetched_for_a_name(page: Page, asked: list[str]) -> None:
    assert len(asked) > 5 and [url for url in asked if HERE in url or "evil" in url] == []
