"""axe-core on the pages: no serious or critical finding, in dark and in light, in every mode of the viewer."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from room import Room
from viewer_studies import STUDIES

ROOT = Path(__file__).parents[2]
APP = Path(__file__).with_name("viewer_app.py")
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = {"serious", "critical"}
MODES = ("fill", "outline", "heat", "agreement")
THEMES = ("dark", "light")


def findings(page: Page) -> list[str]:
    """What axe-core calls serious or critical, as "rule: element"."""
    if not AXE.exists():
        pytest.fail(f"The accessibility tests need axe-core at {AXE}. Install it: make check, or npm ci")
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(path=AXE)
    found: list[dict[str, Any]] = page.evaluate("async () => (await axe.run(document)).violations")
    return sorted(
        f"{violation['id']}: {node['html'][:160]} {node['any'][0]['message'] if node['any'] else ''}"
        for violation in found
        if violation["impact"] in SERIOUS
        for node in violation["nodes"]
    )


@pytest.fixture(scope="module", params=THEMES)
def viewer_page(request: pytest.FixtureRequest, serve: Callable[[Path], str], open_room: Callable[..., Room]) -> Room:
    room = open_room(serve(APP), color_scheme=request.param)
    room.wait_for_overlay(STUDIES["right"]()[0].sha256)
    return room


@pytest.mark.parametrize("mode", MODES)
def test_the_viewer_has_no_serious_finding_in_any_mode(viewer_page: Room, mode: str) -> None:
    viewer_page.root.locator(f"[data-mode={mode}]").click()
    viewer_page.root.locator(f"[data-mode={mode}][aria-pressed=true]").wait_for()
    assert findings(viewer_page.page) == []


def test_nor_with_the_sheet_of_settings_open(viewer_page: Room) -> None:
    viewer_page.root.locator(".more summary").click()
    viewer_page.root.locator(".sheet").wait_for()
    assert findings(viewer_page.page) == []
    viewer_page.root.locator(".more summary").click()


def test_nor_with_the_card_of_keys_open(viewer_page: Room) -> None:
    viewer_page.press("?")
    viewer_page.root.locator("dialog.help[open]").wait_for()
    assert findings(viewer_page.page) == []
    viewer_page.page.keyboard.press("Escape")


def test_nor_in_a_single_picture(viewer_page: Room) -> None:
    viewer_page.open_study("picture")
    viewer_page.wait_for_overlay(STUDIES["picture"]()[0].sha256)
    assert findings(viewer_page.page) == []


def test_axe_sees_into_the_viewer(viewer_page: Room) -> None:
    viewer_page.root.evaluate("root => root.querySelector('.opacity').removeAttribute('aria-label')")
    viewer_page.root.evaluate("root => root.querySelector('.copy').replaceChildren()")
    viewer_page.root.evaluate("root => root.querySelector('.copy').removeAttribute('title')")
    assert any(found.startswith("button-name") for found in findings(viewer_page.page))


@pytest.fixture(params=THEMES)
def segment_page(
    request: pytest.FixtureRequest, chromium: Browser, serve: Callable[[Path], str]
) -> Iterator[Callable[[str], Room]]:
    """Open the page "Segment" with a sample, in a theme, as a visitor who chose it before."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    chosen = json.dumps(request.param.capitalize())  # as app/pages/theme.js keeps it
    context.add_init_script(f"localStorage.setItem('gliolens-theme', '{chosen}')")

    def opened(sample: str) -> Room:
        room = Room(context.new_page(), f"{serve(ROOT / 'streamlit_app.py')}?study={sample}")
        background = {"dark": "rgb(11, 14, 20)", "light": "rgb(255, 255, 255)"}[request.param]
        room.page.wait_for_function(
            "a => getComputedStyle(document.querySelector('.stApp')).backgroundColor === a", arg=background
        )
        return room

    yield opened
    context.close()


def test_the_page_segment_has_no_serious_finding_while_it_works(segment_page: Callable[[str], Room]) -> None:
    room = segment_page("glioma")
    room.wait("r.dataset.study !== ''")
    assert findings(room.page) == []


def test_nor_when_all_is_there_with_what_can_be_exported(segment_page: Callable[[str], Room]) -> None:
    room = segment_page("slice_png")
    room.wait("JSON.parse(r.dataset.readout).complete")
    assert findings(room.page) == []
    room.page.get_by_role("button", name="Export").click()
    room.page.get_by_role("button", name="Mask").wait_for()
    assert findings(room.page) == []
