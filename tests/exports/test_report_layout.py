"""Where the parts of a report come to lie on its pages, and in its page."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader
from reportlab.platypus import Table as Grid

from app.exports.report_content import content_of
from app.exports.report_figure import Area, Figure, Label, Line
from app.exports.report_html import html_of
from app.exports.report_parts import Block, Fact, Picture, Report, Table
from app.exports.report_pdf import pdf_of
from app.exports.report_pdf_figures import curve_part, picture_grid
from app.exports.report_pdf_parts import block, table
from app.exports.report_scores import SOURCE, guarantee_block, scores_of
from tests.decision.readings import SHAPE, levels, reading_of, study_of


@pytest.fixture(scope="module")
def report() -> Report:
    return content_of(reading_of(study_of()))


def with_pictures(report: Report, count: int) -> Report:
    picture = Picture(Image.new("RGB", (40, 40)), "Slice")
    return replace(report, pictures=(picture,) * count)


def grid_of(flowables) -> Grid:
    (grid,) = [part for part in flowables[0]._content if isinstance(part, Grid)]
    return grid


@pytest.mark.parametrize(("count", "across", "side"), [(1, 2, 247), (4, 2, 247), (6, 2, 200.67), (6, 3, 162.67)])
def test_pictures_are_as_large_as_a_page_allows(report, count, across, side):
    grid = grid_of(picture_grid(with_pictures(report, count), 500, 695, across, drawn=False))
    place = grid._cellvalues[0][0][0]
    assert place.wrap(500, 695) == (pytest.approx(side, abs=0.01), pytest.approx(side, abs=0.01))
    assert sum(grid._colWidths) == pytest.approx(500)


@pytest.mark.parametrize(("count", "pages"), [(1, 1), (2, 1), (6, 2)])
def test_the_few_pictures_of_an_empty_report_go_onto_its_first_page(count, pages):
    empty = content_of(reading_of(study_of(), np.zeros(SHAPE, np.uint8)))
    made = pdf_of(with_pictures(empty, count))
    assert len(PdfReader(io.BytesIO(made)).pages) == pages


def test_a_table_fills_the_width_and_no_number_is_broken():
    grid = grid_of(table(Table("Sizes", ("no.", "ml"), (("1", "1,234,567.8"), ("2", "3"))), 300))
    narrow, wide = grid._colWidths
    assert (narrow + wide, wide > narrow) == (pytest.approx(300), True)


def test_a_curve_is_as_wide_as_its_column(report):
    _, drawing, *_ = curve_part(report, 400)
    assert (drawing.width, drawing.height) == (400, pytest.approx(report.curve.height * 400 / report.curve.width))


def test_a_block_without_facts_has_no_grid():
    assert not [part for part in block(Block("Title", "Verdict", (), ("line",)), 100) if isinstance(part, Grid)]
    assert [part for part in block(Block("Title", "", (Fact("a", "b"),)), 100) if isinstance(part, Grid)]


def test_the_curve_of_the_page_has_every_shape(report):
    shapes = (
        Line(((0, 1), (2, 3)), "#010203", 0.5, (2, 1)),
        Area(1, 2, 3, 4, "#040506"),
        Label(5, 6, "<t*>", "#070809"),
    )
    page = html_of(replace(report, curve=Figure(10, 20, shapes, 'says "so"'))).decode()
    assert '<svg viewBox="0 0 10 20" role="img" aria-label="says &quot;so&quot;">' in page
    assert 'points="0.00,1.00 2.00,3.00" fill="none" stroke="#010203" stroke-width="0.5" stroke-dasharray="2 1"' in page
    assert '<rect x="1.00" y="2.00" width="3.00" height="4.00" fill="#040506"/>' in page
    assert ">&lt;t*&gt;</text>" in page


def test_scores_come_from_the_reference_alone_and_the_theorem_is_named():
    assert scores_of(reading_of(study_of())) is None
    exact = scores_of(reading_of(study_of(reference=(levels() > 60).astype("uint8"))))
    assert (exact.recall, exact.precision) == (1.0, 28 / 29)
    assert guarantee_block(reading_of(study_of())).lines[-1] == SOURCE
