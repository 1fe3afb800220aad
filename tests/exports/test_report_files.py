"""The report as PDF and as HTML, opened by programs that did not write it."""

import base64
import io
import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser

import numpy as np
import pypdfium2
import pytest
from PIL import Image
from pypdf import PdfReader

from app import NOTICE
from app.decision.lesion_table import rows_of
from app.decision.reading import Reading
from app.exports.report import report_html, report_pdf
from app.exports.report_fonts import INSTEAD_SAYS
from tests.decision.readings import SHAPE, levels, reading_of, study_of

HOSTILE = (
    '<b>bold</b><img src="http://evil.example/x.png"><script>alert(1)</script>',
    "&lt;i&gt; &#x41; <para><font size=99>big",
    "\u202egnp.exe\u202c \u2066right\u2069",
    "סריקה رأس 脑 \U0001f9e0 Łódź α",
    "a\x00b\x1b[31m\r\nc",
    "x" * 4000,
    "   ",
)
VOID = {"meta", "img", "polyline", "rect"}


class Opened(HTMLParser):
    """Text, elements and addresses of a page; raises where an element is not closed in its place."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags, self.addresses, self.words, self._open, self.page = [], [], [], [], page.decode()
        self.feed(self.page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.addresses += [value for name, value in attributes if name in ("src", "href", "action")]
        assert not [name for name, _ in attributes if name.startswith("on") or name == "style"]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if self._open and self._open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def pages_of(pdf: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf), strict=True).pages]


def labelled(name: str = "p1") -> Reading:
    return reading_of(study_of(name, reference=(levels() == 150).astype(np.uint8)))


def picture() -> Reading:
    """A single picture without a spacing."""
    image = np.tile(np.arange(24, dtype=np.float32) * 10, (1, 16, 1))
    found = np.zeros(image.shape, np.uint8)
    found[0, 4:9, 10:15] = 120
    return reading_of(study_of(spacing=None, affine=None, image=image), found, with_classes=False)


def crowd() -> Reading:
    volume = np.zeros(SHAPE, np.uint8)
    volume[::2, ::2, ::3] = 200
    return reading_of(study_of(), volume, smallest=1)


READINGS = {
    "with a reference": labelled,
    "without a reference": lambda: reading_of(study_of()),
    "another threshold": lambda: reading_of(study_of(), threshold=0.5),
    "no lesion": lambda: reading_of(study_of(), np.zeros(SHAPE, np.uint8)),
    "everything marked": lambda: reading_of(study_of(), threshold=0.0),
    "no spacing": lambda: reading_of(study_of(spacing=None, affine=None)),
    "a single picture": picture,
    "many lesions": crowd,
    "many notes": lambda: reading_of(study_of(notes=tuple(f"note {n} " + "word " * 60 for n in range(9)))),
}


@cache
def made(which: str) -> tuple[Reading, bytes, bytes]:
    """A reading, its report as PDF and as HTML."""
    reading = READINGS[which]()
    return reading, report_pdf(reading), report_html(reading)


@pytest.mark.parametrize("which", READINGS)
class TestEveryReading:
    def test_pdf(self, which):
        reading, pdf, _ = made(which)
        texts = pages_of(pdf)
        assert len(texts) <= 2 and all(NOTICE in text for text in texts)
        assert all(f"page {n} of {len(texts)}" in text for n, text in enumerate(texts, 1))
        assert reading.study.sha256 in "".join(texts) and reading.card.sha256 in "".join(texts)
        with pypdfium2.PdfDocument(pdf) as document:
            for page in document:
                assert page.get_size() == pytest.approx((595.28, 841.89), abs=0.01)
                drawn = np.asarray(page.render(scale=0.5).to_pil().convert("L"))
                assert drawn.min() < 60 and (drawn > 250).mean() > 0.2
            assert NOTICE in document[0].get_textpage().get_text_range()

    def test_html(self, which):
        reading, _, page = made(which)
        opened = Opened(page)
        assert "script" not in opened.tags and "link" not in opened.tags
        assert all(address.startswith("data:image/png;base64,") for address in opened.addresses)
        for address in opened.addresses:
            assert Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))).mode == "RGB"
        assert "default-src 'none'" in opened.page and "http://" not in opened.page and "https://" not in opened.page
        assert NOTICE in opened.text and reading.study.sha256 in opened.text

    def test_both_say_the_same_and_each_number_of_the_lesions(self, which):
        reading, pdf_bytes, page = made(which)
        pdf, html = " ".join(pages_of(pdf_bytes)), Opened(page).text
        for row in rows_of(reading)[:8]:
            assert " ".join(row) in html
            assert " ".join(row) in pdf
        for number in re.findall(r"\d[\d.,]*\d %|0\.\d{3}", html):
            assert number in pdf


def test_the_same_reading_gives_the_same_bytes():
    _, pdf, page = made("with a reference")
    assert (report_pdf(labelled()), report_html(labelled())) == (pdf, page)


def test_all_fonts_are_embedded():
    for page in PdfReader(io.BytesIO(made("with a reference")[1])).pages:
        fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
        used = [font for font in fonts if font["/BaseFont"] != "/Helvetica"]  # which reportlab names, and nobody uses
        assert len(used) >= 2 and all("/FontFile2" in font["/FontDescriptor"] for font in used)


def test_text_is_written_in_the_embedded_fonts_alone():
    for page in PdfReader(io.BytesIO(made("with a reference")[1])).pages:
        names: set[str] = set()

        def note(text, _cm, _tm, font, _size, names=names):
            names.add(text.strip() and font["/BaseFont"])

        page.extract_text(visitor_text=note)
        assert {name.partition("+")[2] for name in names if name} == {
            "BitstreamVeraSans-Roman",
            "BitstreamVeraSans-Bold",
        }


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_and_notes_are_text(name):
    study = replace(study_of(name), notes=(name,))
    reading = reading_of(study)
    html = Opened(report_html(reading))
    assert sorted({*html.tags} - {"section"}) == sorted({*Opened(made("with a reference")[2]).tags} - {"section"})
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00\x1b]", html.page)
    texts = pages_of(report_pdf(reading))
    assert len(texts) <= 2 and NOTICE in texts[-1]


def test_markup_is_read_as_it_was_written():
    reading = reading_of(study_of("<b>A&B</b> &amp; C"))
    assert "<b>A&B</b> &amp; C" in Opened(report_html(reading)).text
    assert "<b>A&B</b> &amp; C" in pages_of(report_pdf(reading))[0]


def test_letters_that_the_pdf_has_not_are_replaced_in_sight():
    reading = reading_of(study_of("Müller 脑"))
    assert "Müller 脑" in Opened(report_html(reading)).text
    (first, *_) = pages_of(report_pdf(reading))
    assert "Müller ◊" in first and INSTEAD_SAYS in first
    assert INSTEAD_SAYS not in " ".join(pages_of(made("with a reference")[1]))
