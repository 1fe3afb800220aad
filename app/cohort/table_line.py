"""A study's line on the page of a cohort. Whatever came from files is escaped."""

from collections.abc import Mapping
from html import escape
from typing import Any
from urllib.parse import quote

from app.cohort.columns import class_column
from app.cohort.ledger import STUDIES, Record
from app.cohort.work import THUMBNAIL
from app.decision.palette import CLASSES

HEADER = ("", "study", "tumour", "lesions", "against the reference", "like the calibration patients", "files")
UNDEFINED = "–"
Row = Mapping[str, Any]


def line_of(record: Record) -> str:
    """A row of the table, with as many cells as `HEADER`."""
    row, name = record.row, str(record.row["study"])
    if record.failed:
        said = f'<td colspan="{len(HEADER) - 2}" class="problem">{escape(str(row["problem"]))}</td>'
        return f"<tr><td></td>{_study(row)}{said}</tr>"
    picture = f'<img src="{_link(name, THUMBNAIL)}" alt="" width="112" height="112" loading="lazy">'
    return (
        f'<tr><td><a href="{_link(name, "")}">{picture}</a></td>{_study(row)}'
        f'<td class="number">{_tumour(row)}</td><td class="number">{_lesions(row)}</td>'
        f'<td class="number">{_scores(row)}</td><td class="says">{_likeness(row)}</td>'
        f'<td class="files">{_files(record)}</td></tr>'
    )


def number(value: float | None, digits: int, unit: str = "") -> str:
    """A number with its unit; a dash where there is none."""
    return UNDEFINED if value is None else f"{value:,.{digits}f}{unit and ' '}{unit}"


def _study(row: Row) -> str:
    facts = [row["kind"], (row["sequences"] or "").replace("+", " + ")]
    if row["slices"] is not None:
        grid = " × ".join(str(row[side]) for side in ("slices", "rows", "columns"))
        sizes = [f"{row[side]:.4g}" for side in ("slice_mm", "row_mm", "column_mm") if row[side] is not None]
        facts.append(grid)
        facts += [f"{' × '.join(sizes)} mm"] if sizes else []
    lines = "".join(f"<small>{escape(fact)}</small>" for fact in (*facts, row["notes"]) if fact)
    return f'<th scope="row"><bdi>{escape(str(row["study"]))}</bdi>{lines}</th>'


def _tumour(row: Row) -> str:
    if row["tumour_ml"] is None:
        return f"<b>{row['tumour_voxels']:,}</b> voxels"
    classes = "".join(
        f'<div><dt><svg viewBox="0 0 9 9" aria-hidden="true"><rect width="9" height="9" rx="2" fill="{colour}"/></svg>'
        f"{name}</dt><dd>{number(row[class_column(name)], 1)}</dd></div>"
        for name, colour in CLASSES.values()
    )
    return f'<b>{number(row["tumour_ml"], 1)}</b> ml<dl class="classes">{classes}</dl>'


def _lesions(row: Row) -> str:
    if not row["lesions"]:
        return "<b>0</b>"
    volume = number(row["largest_lesion_ml"], 1, "ml")
    if row["largest_lesion_ml"] is None:
        volume = f"{row['largest_lesion_voxels']:,} voxels"
    across = "" if row["longest_diameter_mm"] is None else f"<small>{row['longest_diameter_mm']:.1f} mm across</small>"
    return f"<b>{row['lesions']}</b><small>largest {volume}</small>{across}"


def _scores(row: Row) -> str:
    scores = [row[score] for score in ("dice", "precision", "recall")]
    if row["reference_ml"] is None and scores == [None] * 3:
        return UNDEFINED
    dice, precision, recall = (number(score, 3) for score in scores)
    volume = "" if row["reference_ml"] is None else f"<small>{number(row['reference_ml'], 1, 'ml')} marked</small>"
    return f"Dice <b>{dice}</b><small>precision {precision}</small><small>recall {recall}</small>{volume}"


def _likeness(row: Row) -> str:
    if row["like_calibration"] is None:
        said = '<span class="warn">not known</span>'
    elif row["like_calibration"]:
        said = f'<span class="good">yes</span> (p = {row["shift_p"]:.3f})'
    else:
        said = f'<span class="warn">no</span> (p = {row["shift_p"]:.3f})'
    if row["guarantee_threshold"] is None:
        return f"{said}<small>{escape(row['guarantee_reason'] or '')}</small>"
    bound = f"{row['guarantee_alpha'] * 100:.3g}&nbsp;%"
    return (
        f"{said}<small>At most {bound} of their tumour is missed on average up to threshold "
        f"{row['guarantee_threshold']:.3f}.</small>"
    )


def _files(record: Record) -> str:
    name = str(record.row["study"])
    links = (
        f'<a href="{_link(name, file)}"><bdi>{escape(_short(file))}</bdi></a>'
        for file in record.files
        if file != THUMBNAIL
    )
    left_out = record.row["left_out"]
    return "".join(links) + (f"<small>{escape(left_out)}</small>" if left_out else "")


def _short(file: str) -> str:
    """What an export is: `mask.nii.gz` of `BraTS_001_mask.nii.gz`."""
    stem, dot, ending = file.partition(".")
    return f"{stem.rsplit('_', 1)[-1]}{dot}{ending}"


def _link(name: str, file: str) -> str:
    return escape(quote(f"{STUDIES}/{name}/{file}"))
