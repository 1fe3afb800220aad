"""A cohort as pages to look through: a line a study with its picture; no script, nothing from elsewhere."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from statistics import median
from typing import Any

from app import NOTICE, VERSION
from app.cohort.columns import COLUMNS
from app.cohort.ledger import Record
from app.cohort.table_line import HEADER, UNDEFINED, line_of, number

PER_PAGE = 200
"""Studies on a page."""
NAMED = 20
"""Problems that the first page begins with; all are in their lines."""


def pages(title: str, total: int, records: Sequence[Record], per_page: int = PER_PAGE) -> Iterator[tuple[str, bytes]]:
    """The names of the pages' files and what is in them, one page at least; the first one is index.html.

    Args:
        title: what the cohort is called.
        total: studies that were found.
        records: of those that are done or are a problem, in the order of the table.
        per_page: studies on one page.
    """
    count = max(1, -(-len(records) // per_page))
    for page in range(count):
        shown = records[page * per_page : (page + 1) * per_page]
        head = _summary(total, records) if page == 0 else ""
        yield _file(page), _page(title, _subtitle(records), head, _navigation(page, count), shown)


def _page(title: str, subtitle: str, head: str, navigation: str, shown: Sequence[Record]) -> bytes:
    style = Path(__file__).with_name("table.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; img-src 'self'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    columns = "".join(f'<th scope="col"{_number_class(name)}>{escape(name)}</th>' for name in HEADER)
    lines = "\n".join(map(line_of, shown))
    return (
        '<!doctype html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Gliolens: {escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f'<header><span>Gliolens</span><span class="notice">{escape(NOTICE)}</span></header>\n'
        f'<h1><bdi>{escape(title)}</bdi></h1><p class="subtitle">{escape(subtitle)}</p>\n{head}{navigation}'
        f'<div class="wide"><table><thead><tr>{columns}</tr></thead>\n<tbody>\n{lines}\n</tbody></table></div>\n'
        f"{navigation}{_meanings()}<footer>Gliolens {escape(VERSION)}. {escape(NOTICE)}</footer>\n</body>\n</html>\n"
    ).encode(errors="replace")


def _number_class(name: str) -> str:
    return ' class="number"' if name in HEADER[2:5] else ""


def _subtitle(records: Sequence[Record]) -> str:
    """What the results were made with; the same for all of them."""
    row = next((record.row for record in records if not record.failed), None)
    if row is None:
        return "No study has a result yet."
    return (
        f"At threshold {row['threshold']:.3f}, with the network {row['checkpoint_sha256'][:12]} computing in "
        f"{row['computed_in']}."
    )


def _summary(total: int, records: Sequence[Record]) -> str:
    done = [record.row for record in records if not record.failed]
    failed = [record.row for record in records if record.failed]
    volumes, dices = _known(done, "tumour_ml"), _known(done, "dice")
    unlike = sum(row["like_calibration"] is False for row in done)
    facts = (
        ("studies with a result", f"{len(done):,}", f"of {total:,} that were found"),
        ("problems", f"{len(failed):,}", "named below" if failed else "none"),
        ("median tumour volume", number(median(volumes) if volumes else None, 1, "ml"), _range(volumes, 1, " ml")),
        ("median Dice", number(median(dices) if dices else None, 3), _range(dices, 3, "", "with a reference")),
        ("unlike the calibration patients", f"{unlike:,}", f"of {len(_known(done, 'shift_p')):,} that could be told"),
    )
    strip = "".join(
        f"<div><dt>{escape(name)}</dt><dd><b>{escape(value)}</b><small>{escape(more)}</small></dd></div>"
        for name, value, more in facts
    )
    return f'<dl class="strip">{strip}</dl>\n{_problems(failed)}'


def _problems(failed: Sequence[dict[str, Any]]) -> str:
    if not failed:
        return ""
    lines = "".join(
        f"<li><b><bdi>{escape(str(row['study']))}</bdi></b>: {escape(str(row['problem']))}</li>"
        for row in failed[:NAMED]
    )
    more = f'<p class="small">And {len(failed) - NAMED:,} more, in the table.</p>' if len(failed) > NAMED else ""
    return f'<section class="problems"><h2>Problems</h2><ul>{lines}</ul>{more}</section>\n'


def _known(rows: Sequence[dict[str, Any]], name: str) -> list[float]:
    return [row[name] for row in rows if row[name] is not None]


def _range(values: Sequence[float], digits: int, unit: str, of: str = "with a known size") -> str:
    if not values:
        return UNDEFINED
    return f"{min(values):,.{digits}f} to {max(values):,.{digits}f}{unit}, {len(values):,} {of}"


def _navigation(page: int, count: int) -> str:
    if count == 1:
        return ""
    links = (
        f"<b>{other + 1}</b>" if other == page else f'<a href="{_file(other)}">{other + 1}</a>'
        for other in range(count)
    )
    return f'<nav aria-label="Pages">{"".join(links)}</nav>\n'


def _meanings() -> str:
    entries = "".join(f"<dt>{escape(column.name)}</dt><dd>{escape(column.says)}</dd>" for column in COLUMNS)
    return (
        '<details><summary>What the columns of cohort.csv and cohort.parquet hold</summary><dl class="meanings">'
        f"{entries}</dl></details>\n"
    )


def _file(page: int) -> str:
    return "index.html" if page == 0 else f"index-{page + 1}.html"
