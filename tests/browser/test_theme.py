"""Dark or light: dark at first, and what a visitor chooses stays."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[2]
DARK, LIGHT = "rgb(11, 14, 20)", "rgb(255, 255, 255)"


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    """Of a new visitor whose system prefers light or dark."""
    scheme: Literal["light", "dark"] = request.param
    context = chromium.new_context(color_scheme=scheme)
    yield context.new_page()
    context.close()


def wait_for_background(page: Page, colour: str, drawn: str = "stPageLink") -> None:
    """Until the page has drawn something and has this background."""
    page.wait_for_function(
        """([colour, drawn]) => document.querySelector(`[data-testid=${drawn}]`)
            && getComputedStyle(document.querySelector(".stApp")).backgroundColor === colour""",
        arg=[colour, drawn],
    )


def choose(page: Page, theme: str) -> None:
    page.get_by_test_id("stMainMenu").click()
    page.get_by_test_id(f"stMainMenuItem-theme-{theme}").click()
    page.keyboard.press("Escape")


def test_dark_at_first_then_as_chosen_on_every_page(page: Page, serve: Callable[[Path], str]) -> None:
    url = serve(ROOT / "streamlit_app.py")
    page.goto(f"{url}/about")
    wait_for_background(page, DARK)
    choose(page, "Light")
    wait_for_background(page, LIGHT)
    page.reload()
    wait_for_background(page, LIGHT)
    page.goto(f"{url}/performance")  # another path, for which Streamlit itself knows no choice
    wait_for_background(page, LIGHT, "stPlotlyChart")
    choose(page, "Dark")
    wait_for_background(page, DARK, "stPlotlyChart")
    page.goto(f"{url}/about")
    wait_for_background(page, DARK)
