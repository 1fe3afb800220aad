"""A report as one HTML file: no script, nothing from elsewhere, and one or two pages when it is printed."""

import base64
import hashlib
import io
from collections.abc import Sequence
from html import escape
from pathlib import Path

from app.exports.report_figure import LABEL_SIZE, Area, Figure, Label, Line
from app.exports.report_parts import Block, Fact, Picture, Report, Table


def html_of(report: Report) -> bytes:
    """The report. Every text is escaped, and the page may do nothing but show itself."""
    style = Path(__file__).with_name("report.css").read_text(encoding="utf-8")
    style += f'@page {{ @bottom-right {{ content: "{report.notice}"; color: #b3261e; font: 700 7pt system-ui }} }}\n'
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    page = (
        '<!doctype html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Gliolens: {escape(report.name)}</title>\n<style>{style}</style>\n</head>\n<body>\n{_body(report)}"
        "</body>\n</html>\n"
    )
    return page.encode(errors="replace")


def _body(report: Report) -> str:
    lesions = report.lesions
    parts = [
        f'<header><span>Gliolens</span><span class="notice">{escape(report.notice)}</span></header>',
        f'<h1><bdi>{escape(report.name)}</bdi></h1><p class="subtitle">{escape(report.subtitle)}</p>',
        f'<dl class="strip">{"".join(map(_big, report.headline))}</dl>',
        f'<div class="two">{_block(report.study)}{_block(report.network)}</div>',
        _table(report.scores),
        _block(lesions) if isinstance(lesions, Block) else _table(lesions),
        f'<div class="two"><section><h2>{escape(report.curve_title)}</h2>{_svg(report.curve)}'
        f"{_lines(report.curve_lines)}</section>{_block(report.guarantee)}</div>",
        _block(report.notes) if report.notes else "",
        _block(report.sources),
        _pictures(report),
        f"<footer><bdi>{escape(report.name)}</bdi> · {escape(report.footer)}</footer>",
    ]
    return "".join(f"{part}\n" for part in parts)


def _big(fact: Fact) -> str:
    value = f"<dd><b>{escape(fact.value)}</b><small>{escape(fact.more)}</small></dd>"
    return f"<div><dt>{escape(fact.name)}</dt>{value}</div>"


def _block(part: Block) -> str:
    verdict = f'<p class="verdict">{escape(part.verdict)}</p>' if part.verdict else ""
    facts = f'<dl class="facts">{"".join(map(_fact, part.facts))}</dl>' if part.facts else ""
    return f"<section><h2>{escape(part.title)}</h2>{verdict}{facts}{_lines(part.lines)}</section>"


def _fact(fact: Fact) -> str:
    more = f" <small>{escape(fact.more)}</small>" if fact.more else ""
    return f"<dt>{escape(fact.name)}</dt><dd>{escape(fact.value)}{more}</dd>"


def _lines(lines: Sequence[str]) -> str:
    return "".join(f'<p class="small"><bdi>{escape(line)}</bdi></p>' for line in lines)


def _table(part: Table) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in part.header)
    body = "".join(map(_row, part.rows))
    foot = f"<tfoot>{_row(part.total)}</tfoot>" if part.total else ""
    grid = f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody>{foot}</table></div>'
    return f"<section><h2>{escape(part.title)}</h2>{grid if part.rows else ''}{_lines(part.below)}</section>"


def _row(cells: Sequence[str]) -> str:
    first, *others = cells
    return f'<tr><th scope="row">{escape(first)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in others)}</tr>'


def _pictures(report: Report) -> str:
    figures = "".join(map(_picture, report.pictures))
    legend = "".join(
        f'<li><svg viewBox="0 0 12 10" aria-hidden="true"><rect width="12" height="10" fill="{colour}"/></svg>'
        f"{escape(name)}</li>"
        for name, colour in report.legend
    )
    again = f'<p class="notice again">{escape(report.notice)}</p>'  # on the second page of a print
    return (
        f'<section class="key">{again}<h2>Key slices</h2><div class="pictures">{figures}</div>'
        f'<ul class="legend">{legend}</ul>{_lines((report.pictures_line,))}</section>'
    )


def _picture(picture: Picture) -> str:
    packed = io.BytesIO()
    picture.image.save(packed, "PNG")
    data = base64.b64encode(packed.getvalue()).decode()
    title = escape(picture.title)
    return f'<figure><img alt="{title}" src="data:image/png;base64,{data}"><figcaption>{title}</figcaption></figure>'


def _svg(figure: Figure) -> str:
    shapes = "".join(map(_shape, figure.shapes))
    box = f"0 0 {figure.width:g} {figure.height:g}"
    return f'<svg viewBox="{box}" role="img" aria-label="{escape(figure.says)}">{shapes}</svg>'


def _shape(shape: Line | Area | Label) -> str:
    match shape:
        case Line():
            points = " ".join(f"{x:.2f},{y:.2f}" for x, y in shape.points)
            dashes = f' stroke-dasharray="{shape.dashes[0]:g} {shape.dashes[1]:g}"' if shape.dashes else ""
            pen = f'fill="none" stroke="{shape.colour}" stroke-width="{shape.width:g}"{dashes}'
            return f'<polyline points="{points}" {pen}/>'
        case Area():
            place = f'x="{shape.left:.2f}" y="{shape.top:.2f}" width="{shape.width:.2f}" height="{shape.height:.2f}"'
            return f'<rect {place} fill="{shape.colour}"/>'
        case Label():
            weight = ' font-weight="700"' if shape.bold else ""
            place = f'x="{shape.x:.2f}" y="{shape.y:.2f}" text-anchor="{shape.anchor}"'
            return f'<text {place} font-size="{LABEL_SIZE}" fill="{shape.colour}"{weight}>{escape(shape.text)}</text>'
