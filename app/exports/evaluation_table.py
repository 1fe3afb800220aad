"""The summary of an evaluation as tables, for a terminal, a README and a page.

A summary is what `app.evaluation.summary.summarise` makes, with the "title" of the data set, and under "left_out" the
cases that were not scored, in groups of name to reason.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

UNDEFINED = "–"
_NAMES = {
    "dice": "Dice (F1)",
    "iou": "IoU",
    "hd95_mm": "HD95, mm",
    "surface_dice_1mm": "surface Dice at 1 mm",
    "lesion_recall": "lesion recall",
    "lesion_precision": "lesion precision",
    "lesion_dice": "lesion-wise Dice",
}
"""Scores that are called otherwise than their key."""
_REGIONS = {"whole": "Whole tumour", "core": "Core", "enhancing": "Enhancing"}


@dataclass(frozen=True)
class Table:
    """Rows of text under a header."""

    title: str
    header: tuple[str, ...]
    rows: list[tuple[str, ...]]

    def markdown(self) -> str:
        """As Markdown, padded so that it reads well as plain text."""
        widths = [max(map(len, column)) for column in zip(self.header, *self.rows, strict=True)]
        rule = tuple("-" * width for width in widths)
        lines = [" | ".join(map(str.ljust, row, widths)) for row in (self.header, rule, *self.rows)]
        return "\n".join([f"{self.title}\n", *(f"| {line} |" for line in lines)])

    def html(self) -> str:
        """As an HTML section."""
        head = "".join(f"<th>{escape(cell)}</th>" for cell in self.header)
        body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in self.rows)
        return f"<h2>{escape(self.title)}</h2><table><tr>{head}</tr>{body}</table>"


def as_text(result: Mapping[str, Any]) -> str:
    """The whole summary for a terminal; each table can be pasted into a Markdown document."""
    return "\n\n".join([headline(result), *(table.markdown() for table in tables(result)), *remarks(result)])


def headline(result: Mapping[str, Any]) -> str:
    """What was evaluated, in one line."""
    given = ", ".join(f"{sequences} ({count})" for sequences, count in result["sequences"].items())
    return (
        f"{result['title']}: {counted(result['cases'], 'case')} of {counted(result['patients'], 'patient')}, "
        f"threshold {result['threshold']:.3f}. Given to the network: {given}."
    )


def remarks(result: Mapping[str, Any]) -> list[str]:
    """What must be known to read the tables: cases left out, references without a voxel, what was not measured."""
    left_out = [f"{name}: {reason}" for group in result["left_out"].values() for name, reason in group.items()]
    lines = [f"Left out: {counted(len(left_out), 'case')}.", *left_out] if left_out else []
    for region, entry in result["regions"].items():
        for key, said in (("empty_references", "empty reference"), ("nothing_found", "missed altogether")):
            if names := entry[key]:
                lines.append(f"{_REGIONS[region]}: {said} in {counted(len(names), 'case')}: {', '.join(names)}.")
    if "hd95_mm" not in result["regions"]["whole"]["over_cases"]:
        lines.append("The files have no spacing, so there are no distances in mm.")
    return lines


def tables(result: Mapping[str, Any]) -> list[Table]:
    """The summary as tables, the most important first."""
    confusion, report = result["confusion"], result["classification_report"]
    counts = ("true_negatives", "false_positives"), ("false_negatives", "true_positives")
    return [
        Table(
            "Pooled over voxels",
            ("score", "value", "95 % interval over patients"),
            [
                (_name(key), number(entry["value"]), interval(entry["interval"]))
                for key, entry in result["pooled"].items()
            ],
        ),
        Table(
            "Confusion matrix, voxels",
            ("", "called background", "called tumour"),
            [
                (of, *(f"{confusion[key]:,}" for key in row))
                for of, row in zip(("background", "tumour"), counts, strict=True)
            ],
        ),
        Table(
            "Classification report",
            ("class", "precision", "recall", "F1", "support"),
            [
                (name, *(number(entry[key]) for key in ("precision", "recall", "f1")), f"{entry['support']:,}")
                for name, entry in report.items()
            ],
        ),
        *(_region(name, entry) for name, entry in result["regions"].items()),
        _lesions(result["regions"]),
        _best(result["best"]),
        _calibration(result["calibration"]),
    ]


def _region(name: str, entry: Mapping[str, Any]) -> Table:
    return Table(
        f"{_REGIONS[name]}, over cases",
        ("score", "cases", "mean", "95 % interval", "median", "95 % interval", "worst", "worst case", "pooled"),
        [
            (
                _name(key),
                str(spread["cases"]),
                number(spread.get("mean")),
                interval(spread.get("mean_interval")),
                number(spread.get("median")),
                interval(spread.get("median_interval")),
                number(spread.get("worst")),
                spread.get("worst_case", UNDEFINED),
                number(_pooled(entry, key)),
            )
            for key, spread in entry["over_cases"].items()
        ],
    )


def _pooled(entry: Mapping[str, Any], key: str) -> float | None:
    if key.startswith("lesion_"):
        value: float = entry["lesions"][key.removeprefix("lesion_")]
        return value
    return entry["pooled"][key]["value"] if key in entry["pooled"] else None


def _lesions(regions: Mapping[str, Any]) -> Table:
    kinds = ("found", "missed", "false_alarms")
    return Table(
        "Lesions",
        ("region", "found", "missed", "false alarms"),
        [(_REGIONS[name], *(str(entry["lesions"][kind]) for kind in kinds)) for name, entry in regions.items()],
    )


def _best(best: Mapping[str, Any]) -> Table:
    pooled, spread = best.get("pooled", {}), best.get("dice_over_cases", {})
    return Table(
        "At the threshold with the best pooled Dice",
        ("threshold", "pooled Dice", "recall", "precision", "mean Dice over cases", "95 % interval"),
        [
            (
                number(best["threshold"]),
                *(number(pooled.get(key)) for key in ("dice", "recall", "precision")),
                number(spread.get("mean")),
                interval(spread.get("mean_interval")),
            )
        ],
    )


def _calibration(calibration: Mapping[str, Any]) -> Table:
    return Table(
        f"Calibration inside the head, expected calibration error {number(calibration['ece'], 4)}",
        ("probability", "voxels", "mean probability", "share in the reference"),
        [
            (f"{b['low']:.1f} to {b['high']:.1f}", f"{b['voxels']:,}", number(b["probability"]), number(b["observed"]))
            for b in calibration["bins"]
        ],
    )


def number(value: float | None, digits: int = 3) -> str:
    """A score with three digits; a dash where it is undefined."""
    return UNDEFINED if value is None or math.isnan(value) else f"{value:.{digits}f}"


def interval(ends: Iterable[float] | None) -> str:
    """Both ends of an interval."""
    return UNDEFINED if ends is None or any(map(math.isnan, ends)) else " to ".join(map(number, ends))


def counted(count: int, noun: str) -> str:
    """`1 case`, `2 cases`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _name(key: str) -> str:
    return _NAMES.get(key, key)
