"""The letters of a PDF: Bitstream Vera, which reportlab brings, embedded."""

from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

import reportlab
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR, BOLD = "Vera", "VeraBd"
INSTEAD = "\N{LOZENGE}"
"""In place of a character that the fonts have not; they have those of western Europe."""
INSTEAD_SAYS = f"{INSTEAD} stands for a character that this file has no letter for; the report as HTML has it."
_FOLDER = Path(reportlab.__file__).parent / "fonts"


@cache
def register() -> frozenset[str]:
    """Make both fonts known to reportlab; returns the characters that they have."""
    fonts = [TTFont(name, str(_FOLDER / f"{name}.ttf")) for name in (REGULAR, BOLD)]
    for font in fonts:
        pdfmetrics.registerFont(font)
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)
    return frozenset.intersection(*(frozenset(map(chr, font.face.charToGlyph)) for font in fonts))


def drawable(text: str) -> str:
    """The text with `INSTEAD` in place of every character that the fonts have not."""
    known = register()
    return "".join(letter if letter in known else INSTEAD for letter in text)


def markup(text: str) -> str:
    """A plain text as reportlab's paragraphs want it: drawable, and with nothing in it that they would obey."""
    return escape(drawable(text))
