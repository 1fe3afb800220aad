"""A report as PDF: A4, vector but for the pictures, fonts embedded, the same bytes for the same report."""

import io
from functools import partial

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Spacer

from app.exports.report_figure import HAIRLINE, INK, MUTED
from app.exports.report_fonts import BOLD, INSTEAD, INSTEAD_SAYS, REGULAR, drawable, register
from app.exports.report_parts import Block, Report
from app.exports.report_pdf_figures import curve_part, picture_grid
from app.exports.report_pdf_parts import GAP, block, facts_strip, sentence, side_by_side, table, title

MARGIN, HEADER, FOOTER = 13 * mm, 17 * mm, 13 * mm
WIDTH, HEIGHT = A4[0] - 2 * MARGIN, A4[1] - HEADER - FOOTER
LARGE, SMALL = 2, 3
"""Pictures in a row: small where that saves a page."""
_SHORT_NAME = 48
"""Characters of the study's name at the top of every page."""


def pdf_of(report: Report) -> bytes:
    """The report on one or two pages, and on more only where somebody's notes need them."""
    register()
    pages = {across: _build(report, across)[1] for across in (LARGE, SMALL)}
    across = SMALL if pages[SMALL] < pages[LARGE] else LARGE
    return _build(report, across, pages[across])[0]


def _build(report: Report, across: int, pages: int | None = None) -> tuple[bytes, int]:
    """The document and how many pages it has; `pages` None only counts them, without drawing the pictures."""
    buffer = io.BytesIO()
    document = BaseDocTemplate(
        buffer,
        pagesize=A4,
        title=f"Gliolens: {report.name}",
        author=f"Gliolens. {report.notice}",
        subject=report.subtitle,
        creator="Gliolens",
        lang="en-GB",
        invariant=1,
    )
    frame = Frame(MARGIN, FOOTER, WIDTH, HEIGHT, 0, 0, 0, 0)
    document.addPageTemplates(PageTemplate("page", [frame], onPage=partial(_around, report, pages or 0)))
    document.build(_story(report, across, drawn=pages is not None))
    return buffer.getvalue(), document.page


def _around(report: Report, pages: int, canvas: Canvas, document: BaseDocTemplate) -> None:
    """What stands on every page: the notice, the study, hashes, the number of the page."""
    top, right = A4[1] - 10 * mm, A4[0] - MARGIN
    canvas.saveState()
    canvas.setFillColor(INK)
    canvas.setFont(BOLD, 8)
    canvas.drawString(MARGIN, top, "Gliolens")
    canvas.setFont(BOLD, 7)
    canvas.setFillColor("#b3261e")
    canvas.drawRightString(right, top, drawable(report.notice))
    canvas.setStrokeColor(HAIRLINE)
    canvas.setLineWidth(0.5)
    canvas.line(MARGIN, top - 5, right, top - 5)
    canvas.line(MARGIN, FOOTER - 6, right, FOOTER - 6)
    canvas.setFillColor(MUTED)
    canvas.setFont(REGULAR, 6.5)
    name = report.name if len(report.name) <= _SHORT_NAME else f"{report.name[: _SHORT_NAME - 1]}…"
    canvas.drawString(MARGIN, FOOTER - 15, drawable(f"{name} · {report.footer}"))
    canvas.drawRightString(right, FOOTER - 15, f"page {document.page} of {pages}")
    canvas.restoreState()


def _story(report: Report, across: int, *, drawn: bool) -> list[Flowable]:
    lesions = report.lesions
    half = (WIDTH - GAP) / 2
    return [
        *title(report.name, report.subtitle),
        facts_strip(report.headline, WIDTH),
        Spacer(0, 8),
        side_by_side(block(report.study, half), block(report.network, half), WIDTH),
        *table(report.scores, WIDTH, first=0.64),
        *(block(lesions, WIDTH) if isinstance(lesions, Block) else table(lesions, WIDTH)),
        Spacer(0, 8),
        side_by_side(curve_part(report, half), block(report.guarantee, half), WIDTH),
        *(block(report.notes, WIDTH) if report.notes else []),
        *block(report.sources, WIDTH),
        *([sentence(INSTEAD_SAYS)] if _has_unknown(report) else []),
        *picture_grid(report, WIDTH, HEIGHT, across, drawn=drawn),
    ]


def _has_unknown(report: Report) -> bool:
    """Whether a name or a note has a character that the fonts have not."""
    notes = report.notes.lines if report.notes else ()
    return INSTEAD in drawable("".join((report.name, *notes)))
