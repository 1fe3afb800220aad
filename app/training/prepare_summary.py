"""A prepared set in a few lines."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from statistics import median

from app.training.prepared_index import Entry, Index

_KINDS = 3
"""Kinds that are listed; the others are counted."""


def summary(index: Index) -> list[tuple[str, str]]:
    """What the set holds, as pairs of heading and text."""
    entries = index.cases
    lines = [("cases", f"{len(entries):,} prepared, {len(index.skipped):,} skipped")]
    if not entries:
        return lines
    kept, tumour = sum(len(entry.slices) for entry in entries), sum(entry.tumour_slices for entry in entries)
    return [
        *lines,
        ("patients", f"{len({entry.patient for entry in entries}):,}"),
        ("sequences", _kinds(", ".join(entry.sequences) for entry in entries)),
        ("grid", _kinds(grid(entry) for entry in entries)),
        ("axes in files", _kinds(entry.orientation or "none: pictures" for entry in entries)),
        ("slices with head", f"{kept:,}, of which {tumour:,} have tumour"),
        ("tumour", _sizes(entries)),
    ]


def remarks(index: Index) -> list[tuple[str, list[str]]]:
    """What a person should know, each with the names of the cases that it is true of; the most frequent first."""
    found: dict[str, list[str]] = defaultdict(list)
    for entry in index.cases:
        for text in (*entry.problems, *entry.across):
            found[text].append(entry.name)
    return sorted(found.items(), key=lambda item: -len(item[1]))


def grid(entry: Entry) -> str:
    """`240 x 240 x 155 of 1 x 1 x 1 mm`: voxels along x, y and z; in pictures, pixels and number."""
    z, y, x = entry.shape
    if entry.spacing is None:
        return f"{x} x {y} pixels"
    return f"{x} x {y} x {z} of {' x '.join(f'{mm:.3g}' for mm in entry.spacing[::-1])} mm"


def _kinds(kinds: Iterable[str]) -> str:
    counts = Counter(kinds).most_common()
    shown = [f"{kind} ({count:,})" for kind, count in counts[:_KINDS]]
    rest = sum(count for _, count in counts[_KINDS:])
    return "; ".join([*shown, *([f"others ({rest:,})"] if rest else [])])


def _sizes(entries: list[Entry]) -> str:
    millilitres = [entry.tumour_ml for entry in entries if entry.tumour_ml is not None]
    sizes, unit = (millilitres, "ml") if millilitres else ([float(entry.tumour_voxels) for entry in entries], "pixels")
    decimals = 1 if millilitres else 0
    low, middle, high = (f"{size:,.{decimals}f}" for size in (min(sizes), median(sizes), max(sizes)))
    return f"median {middle} {unit}, from {low} to {high}"
