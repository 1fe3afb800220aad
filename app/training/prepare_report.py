"""The report on a prepared set: a page to look at, and a table to work with."""

import csv
from collections.abc import Iterable
from html import escape
from pathlib import Path
from string import Template

from app import NOTICE
from app.errors import InputError
from app.training.datasets import DATASETS
from app.training.prepare_overlay import COLOURS, overlay
from app.training.prepare_summary import grid, remarks, summary
from app.training.prepared import open_cases
from app.training.prepared_index import Entry, Index

PAGE, TABLE = "report.html", "report.csv"
_TEMPLATE = Path(__file__).with_name("prepare_report.html")
_PICTURE, _SMALL_PICTURE = 192, 112
"""Pixels of a picture; the small one where there are many."""
_MANY = 300
_NAMES = 40
"""Names that are given with a remark; the others are counted."""
_COLUMNS = (
    *("case", "patient", "status", "sequences", "voxels_z", "voxels_y", "voxels_x", "mm_z", "mm_y", "mm_x", "axes"),
    *("slices", "tumour_slices", "tumour_voxels", "tumour_ml", "sha256", "remarks"),
)
_CLASSES = {"core": 1, "oedema": 2, "enhancing": 3, "tumour": 4}


def write_report(out: Path, index: Index) -> None:
    """Write `report.html`, which needs no other file, and `report.csv` beside a finished index.

    Raises InputError when they cannot be written.
    """
    try:
        (out / PAGE).write_text(_page(out, index), encoding="utf-8")
        with (out / TABLE).open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, _COLUMNS)
            table.writeheader()
            table.writerows(_table(index))
    except OSError as error:
        raise InputError(f"{error.filename} cannot be written: {error.strerror}.") from error


def _table(index: Index) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for entry in index.cases:
        row: dict[str, object] = {"case": entry.name, "patient": entry.patient, "status": "prepared"}
        row |= {"sequences": " ".join(entry.sequences)}
        row |= dict(zip(("voxels_z", "voxels_y", "voxels_x"), entry.shape, strict=True))
        row |= dict(zip(("mm_z", "mm_y", "mm_x"), entry.spacing or ("", "", ""), strict=True))
        row |= {"axes": entry.orientation, "slices": len(entry.slices), "tumour_slices": entry.tumour_slices}
        row |= {"tumour_voxels": entry.tumour_voxels, "tumour_ml": entry.tumour_ml, "sha256": entry.sha256}
        rows.append(row | {"remarks": _notes(entry)})
    for name, why in index.skipped.items():
        rows.append({"case": name, "status": "skipped", "remarks": why})
    return rows


def _page(out: Path, index: Index) -> str:
    dataset = DATASETS[index.dataset]
    size = _PICTURE if len(index.cases) <= _MANY else _SMALL_PICTURE
    shown = ("core", "oedema", "enhancing") if dataset.classes_known else ("tumour",)
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        {name: f"rgb{COLOURS[target]}" for name, target in _CLASSES.items()},
        title=escape(dataset.title),
        folder=escape(index.folder),
        summary="".join(_row("th", name, text) for name, text in summary(index)),
        skipped=_section("Skipped", "skipped", (_row("td", *item) for item in index.skipped.items())),
        remarks=_section("Remarks", "remarks", (_remark(*item) for item in remarks(index))),
        legend="".join(f'<span style="--colour: var(--{name})">{name}</span>' for name in shown),
        tile=size * 5 // 6,
        gallery="".join(_figures(out, index, size)),
        rows="\n".join(map(_case, index.cases)),
        version=index.version,
        notice=escape(NOTICE),
    )


def _section(title: str, kind: str, rows: Iterable[str]) -> str:
    inside = "".join(rows)
    return f'<h2>{title}</h2><table class="{kind}">{inside}</table>' if inside else ""


def _row(first: str, name: str, text: str) -> str:
    return f"<tr><{first}>{escape(name)}</{first}><td>{escape(text)}</td></tr>"


def _remark(text: str, names: list[str]) -> str:
    more = f" and {len(names) - _NAMES:,} others" if len(names) > _NAMES else ""
    listed = escape(", ".join(names[:_NAMES]) + more)
    return f'<tr><td class="number">{len(names):,}</td><td>{escape(text)}<div class="names">{listed}</div></td></tr>'


def _figures(out: Path, index: Index, size: int) -> Iterable[str]:
    for case in open_cases(out, index) if index.cases else ():
        entry = case.entry
        amount = f"{entry.tumour_voxels:,} pixels" if entry.tumour_ml is None else f"{entry.tumour_ml:.1f} ml"
        notes = f'<div class="warn">{escape(_notes(entry))}</div>' if _notes(entry) else ""
        yield (
            f'<figure><img src="{overlay(case.planes(), entry.most_tumour, size)}" alt="" loading="lazy">'
            f"<figcaption><b>{escape(entry.name)}</b>slice {entry.slices[entry.most_tumour]:,} · {amount}{notes}"
            "</figcaption></figure>"
        )


def _case(entry: Entry) -> str:
    texts = (entry.name, entry.patient, ", ".join(entry.sequences), grid(entry), entry.orientation or "–")
    ml = "–" if entry.tumour_ml is None else f"{entry.tumour_ml:,.1f}"
    numbers = (f"{len(entry.slices):,}", f"{entry.tumour_slices:,}", f"{entry.tumour_voxels:,}", ml)
    cells = [f"<td>{escape(text)}</td>" for text in texts]
    cells += [f'<td class="number">{number}</td>' for number in numbers]
    return f'<tr>{"".join(cells)}<td class="free">{escape(_notes(entry))}</td></tr>'


def _notes(entry: Entry) -> str:
    return "; ".join((*entry.problems, *entry.across))
