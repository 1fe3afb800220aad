"""The page "Patients" under the hand: what Streamlit's test harness does not show."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.records.database import open_records
from app.records.patients import add_patient
from app.records.rows import PatientFields
from app.records.segmentations import add_segmentation
from app.records.studies import add_study
from tests.records_fixtures import ADMIN, new_segmentation, new_study

ROOT = Path(__file__).parents[2]
NAMES = ("Hand 1 <b>*x*</b>", "Hand 2", "Hand 3")
"""The first begins the alphabet, the last has the largest volume."""
ROWS = "tbody tr"


@pytest.fixture(scope="module")
def filled() -> Iterator[None]:
    """Three patients, each with a study."""
    records = open_records()
    with records.writing(ADMIN) as session:
        for number, name in enumerate(NAMES, 1):
            patient = add_patient(session, PatientFields(name))
            study = add_study(session, patient, new_study(records, name, taken_on=date(2026, 1, 4 - number)))
            add_segmentation(session, study, new_segmentation(records, name, volume_ml=float(number)))
    yield
    records.close()


@pytest.fixture
def page(filled: None, chromium: Browser, serve: Callable[[Path], str]) -> Iterator[Page]:
    """The page, with the three patients alone in the list."""
    errors: list[str] = []
    with chromium.new_context(viewport={"width": 1280, "height": 800}) as context:
        opened = context.new_page()
        opened.on("pageerror", lambda error: errors.append(str(error)))
        opened.goto(f"{serve(ROOT / 'streamlit_app.py')}/patients")
        search = opened.get_by_placeholder("Search pseudonyms and notes")
        search.press_sequentially("hand")  # and nothing more: it searches as one types
        expect(opened.locator(ROWS)).to_have_count(len(NAMES))
        yield opened
    assert errors == []


def first_cells(page: Page) -> list[str]:
    return page.locator(f"{ROWS} td:first-child").all_text_contents()


def test_a_heading_sorts_and_a_row_opens_and_back_leads_back(page: Page) -> None:
    assert first_cells(page) == list(NAMES)  # the latest study first; what was typed is text
    page.get_by_role("button", name="Volume, ml").click()
    expect(page.locator("th[aria-sort=descending]")).to_have_text("Volume, ml▼")
    assert first_cells(page) == list(reversed(NAMES))
    page.get_by_role("button", name="Volume, ml").click()
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("Volume, ml▲")
    assert first_cells(page) == list(NAMES)
    page.get_by_role("cell", name="2026-01-02").click()
    expect(page.get_by_role("heading", name="Hand 2")).to_be_visible()
    assert "/patients?patient=" in page.url
    page.go_back()
    expect(page.locator(ROWS)).to_have_count(len(NAMES))
    page.get_by_role("link", name=NAMES[0]).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=NAMES[0])).to_be_visible()


def test_a_year_that_is_known_can_be_emptied_and_nothing_typed_is_lost(page: Page) -> None:
    page.get_by_role("link", name="Hand 3").click()
    page.get_by_role("button", name="Edit").click()
    dialog = page.get_by_role("dialog")
    for year, shown in (("1962", "born 1962 · 1 study"), ("", "1 study · added")):
        dialog.get_by_label("Year of birth").fill(year)
        dialog.get_by_label("Pseudonym").fill("Hand 2")
        dialog.get_by_role("button", name="Save").click()
        expect(dialog.get_by_text("has this pseudonym already")).to_be_visible()
        expect(dialog.get_by_label("Year of birth")).to_have_value(year)
        dialog.get_by_label("Pseudonym").fill("Hand 3")
        dialog.get_by_role("button", name="Save").click()
        expect(dialog).to_have_count(0)
        expect(page.locator(".patient p")).to_contain_text(shown)
        page.get_by_role("button", name="Edit").click()
