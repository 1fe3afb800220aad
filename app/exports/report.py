"""A study as a report of one or two pages, for printing and for the browser."""

from app.decision.reading import Reading
from app.exports.report_content import content_of
from app.exports.report_html import html_of


def report_pdf(reading: Reading) -> bytes:
    """The report as PDF, A4; the same bytes for the same study, checkpoint, threshold and bound."""
    from app.exports.report_pdf import pdf_of  # with ReportLab, for which only who prints should wait

    return pdf_of(content_of(reading))


def report_html(reading: Reading) -> bytes:
    """The report as one HTML file that needs no other and runs no script; the same bytes as `report_pdf` says."""
    return html_of(content_of(reading))
