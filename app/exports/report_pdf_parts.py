"""Facts, tables and sentences of a report as reportlab's flowables."""

from collections.abc import Sequence
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable, KeepTogether, Paragraph, Spacer
from reportlab.platypus import Table as Grid

from app.exports.report_figure import HAIRLINE, INK, MUTED
from app.exports.report_fonts import BOLD, REGULAR, drawable, markup
from app.exports.report_parts import Block, Fact, Table

_INK, _GREY = HexColor(INK), HexColor(MUTED)
_PALE, _RULE = HexColor("#f3f5f8"), HexColor(HAIRLINE)
_TEXT = ParagraphStyle("text", fontName=REGULAR, fontSize=7.2, leading=9.6, textColor=_INK, splitLongWords=1)
_SMALL = ParagraphStyle("small", _TEXT, fontSize=6.5, leading=8.7, textColor=_GREY)
_STRONG = ParagraphStyle("strong", _TEXT, fontName=BOLD, spaceAfter=3)
_RIGHT = ParagraphStyle("right", _TEXT, alignment=TA_RIGHT)
_HEADER = ParagraphStyle("header", _SMALL, fontSize=6.2, leading=7.6)
_HEADER_RIGHT = ParagraphStyle("header right", _HEADER, alignment=TA_RIGHT)
_HEADING = ParagraphStyle("heading", _TEXT, fontName=BOLD, fontSize=8.6, leading=11, spaceBefore=9, spaceAfter=3)
_TITLE = ParagraphStyle("title", _TEXT, fontName=BOLD, fontSize=15, leading=18.5)
_SUBTITLE = ParagraphStyle("subtitle", _TEXT, fontSize=8, leading=11, textColor=_GREY, spaceAfter=7)
_BIG = ParagraphStyle("big", _TEXT, fontName=BOLD, fontSize=13, leading=17)
GAP = 22.7
"""Points between columns: 8 mm."""


def title(name: str, subtitle: str) -> list[Flowable]:
    """The study's name over a line that says what this is."""
    return [Paragraph(markup(name), _TITLE), Paragraph(markup(subtitle), _SUBTITLE)]


def heading(text: str) -> Flowable:
    """The title of a part."""
    return Paragraph(markup(text), _HEADING)


def sentence(text: str) -> Flowable:
    """A sentence in small."""
    return Paragraph(markup(text), _SMALL)


def facts_strip(facts: Sequence[Fact], width: float) -> Flowable:
    """The numbers that are looked for first, side by side."""
    cells = [[sentence(fact.name), Paragraph(markup(fact.value), _BIG), sentence(fact.more)] for fact in facts]
    grid = Grid([cells], [width / len(cells)] * len(cells))
    rules = [("LINEBEFORE", (1, 0), (-1, 0), 0.5, _RULE)] if len(cells) > 1 else []
    grid.setStyle([*padding(6, 5), _TOP, ("BACKGROUND", (0, 0), (-1, -1), _PALE), *rules])
    return grid


def block(part: Block, width: float) -> list[Flowable]:
    """Title, verdict, facts and sentences."""
    made: list[Flowable] = [heading(part.title)]
    if part.verdict:
        made.append(Paragraph(markup(part.verdict), _STRONG))
    if part.facts:
        longest = max(stringWidth(drawable(fact.name), REGULAR, _SMALL.fontSize) for fact in part.facts)
        names = min(longest + 10, 0.5 * width)
        grid = Grid([[sentence(fact.name), _value(fact)] for fact in part.facts], [names, width - names])
        grid.setStyle([*padding(0, 1.1), _TOP, ("LINEBELOW", (0, 0), (-1, -2), 0.3, _RULE)])
        made += [grid, Spacer(0, 3)]
    return [*made, *map(sentence, part.lines)]


def _value(fact: Fact) -> Flowable:
    more = f' <font size="{_SMALL.fontSize}" color="{MUTED}">{markup(fact.more)}</font>' if fact.more else ""
    return Paragraph(markup(fact.value) + more, _TEXT)


def table(part: Table, width: float, first: float | None = None) -> list[Flowable]:
    """Title, rows and sentences; `first` is the share of the width that the first column takes, None for as much as
    its texts need."""
    body = [*part.rows, *([part.total] if part.total else [])]
    rows = [[Paragraph(markup(cell), _TEXT if i == 0 else _RIGHT) for i, cell in enumerate(row)] for row in body]
    header = [Paragraph(markup(cell), _HEADER_RIGHT if i else _HEADER) for i, cell in enumerate(part.header)]
    grid = Grid([header, *rows], _column_widths(part, width, first), repeatRows=1)
    rules: list[tuple[Any, ...]] = [
        ("LINEBELOW", (0, 0), (-1, 0), 0.6, _GREY),
        ("LINEBELOW", (0, 1), (-1, -1), 0.3, _RULE),
        ("VALIGN", (0, 0), (-1, -1), "BOTTOM"),
    ]
    if part.total:
        rules += [("LINEABOVE", (0, -1), (-1, -1), 0.6, _GREY), ("BACKGROUND", (0, -1), (-1, -1), _PALE)]
    grid.setStyle([*padding(2.5, 1.8), *rules])
    return [KeepTogether([heading(part.title), *([grid, Spacer(0, 3)] if body else []), *map(sentence, part.below)])]


def _column_widths(part: Table, width: float, first: float | None) -> list[float]:
    """Each column as wide as its longest text needs, then all stretched to the width."""
    if first is not None:
        rest = width * (1 - first) / (len(part.header) - 1)
        return [width * first, *[rest] * (len(part.header) - 1)]
    columns = zip(*part.rows, *([part.total] if part.total else []), strict=True)
    needs = []
    for name, cells in zip(part.header, columns, strict=True):
        words = (stringWidth(word, REGULAR, _HEADER.fontSize) for word in name.split())
        needs.append(max(*words, *(stringWidth(cell, REGULAR, _TEXT.fontSize) for cell in cells)) + 7)
    spare = (width - sum(needs)) / len(needs)
    return [need + spare for need in needs]


def side_by_side(left: list[Flowable], right: list[Flowable], width: float) -> Flowable:
    """Two columns."""
    half = (width - GAP) / 2
    grid = Grid([[left, "", right]], [half, GAP, half])
    grid.setStyle([*padding(0, 0), _TOP])
    return grid


def padding(across: float, along: float) -> list[tuple[Any, ...]]:
    """The commands of a grid that keep its texts away from its edges."""
    sides = (("LEFTPADDING", across), ("RIGHTPADDING", across), ("TOPPADDING", along), ("BOTTOMPADDING", along))
    return [(name, (0, 0), (-1, -1), value) for name, value in sides]


_TOP = ("VALIGN", (0, 0), (-1, -1), "TOP")
