"""The volume at every threshold, with the thresholds that matter on it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.decision.lesion_table import size_text, unit_of
from app.decision.reading import Reading
from app.exports.report_figure import INK, LABEL_SIZE, MUTED, Area, Figure, Label, Line
from app.study import LEVELS, threshold_level

AROUND = 10
"""Levels to either side of the threshold, 0.05: the band."""
CURVE, BAND, HERE, DEFAULT, GUARANTEED, REFERENCE = "#1a66d6", "#fdebe7", "#d6402b", MUTED, "#7b3fd4", "#12804f"
GRID = "#e6eaee"
LOW = 10
"""Below a threshold of 0.05 almost every voxel is marked, and a scale that showed it would show nothing else."""
_ROW = LABEL_SIZE + 2.5
"""From one line of labels to the next."""


@dataclass(frozen=True)
class Band:
    """What the size would be up to 0.05 below and above the threshold."""

    low: float
    """Threshold, not below 0.005: 0 marks everything and says nothing."""
    high: float
    smallest: int
    """Voxels at `high`."""
    largest: int
    """Voxels at `low`."""


def sizes_of(reading: Reading) -> list[int]:
    """201 counts: voxels that reach each threshold k / 200."""
    counts = np.bincount(reading.result.levels.ravel(), minlength=LEVELS + 1)
    return [int(count) for count in counts[::-1].cumsum()[::-1]]


def band_of(sizes: Sequence[int], threshold: float) -> Band | None:
    """The band around a threshold; None at 0, which has no size to speak of."""
    k = threshold_level(threshold)
    if k == 0:
        return None
    low, high = max(k - AROUND, 1), min(k + AROUND, LEVELS)
    return Band(low / LEVELS, high / LEVELS, sizes[high], sizes[low])


def volume_curve(reading: Reading, sizes: Sequence[int], width: float, height: float) -> Figure:
    """Draw it, `width` by `height` points: threshold to the right, ml (voxels without a spacing) upwards.

    A band of 0.05 to either side of the threshold, marks at the threshold, the default and t*, a line for the
    reference. Sizes above the chart are cut off.
    """
    study, unit = reading.study, unit_of(reading.study)
    each = study.voxel_ml
    values = np.array(sizes, np.float64) * (each or 1.0)
    reference = None if study.reference is None else int(np.count_nonzero(study.reference))
    marks = _marks(reading)
    plot = _Plot(values, _top(values, reading.card.threshold, reference, each), width, height, len(marks))
    shapes = [*plot.band(band_of(sizes, reading.threshold)), *plot.axes(unit)]
    if reference:
        shapes += plot.level(reference * (each or 1.0), f"reference {size_text(reference, study)} {unit}")
    shapes += [Line(plot.curve(), CURVE, 1.2)]
    for row, (text, threshold, colour) in enumerate(marks):
        shapes += plot.mark(row, text, threshold, colour)
    here = sizes[threshold_level(reading.threshold)]
    says = f"Volume by threshold; at {reading.threshold:.3f} it is {size_text(here, study)} {unit}."
    return Figure(width, height, tuple(shapes), says)


def _marks(reading: Reading) -> list[tuple[str, float, str]]:
    """Text, threshold and colour, the lowest threshold first: so no line crosses the label of another."""
    default, star = reading.card.threshold, reading.guarantee.threshold
    same = reading.threshold == default
    marks = [(f"{'threshold and default' if same else 'threshold'} {reading.threshold:.3f}", reading.threshold, HERE)]
    if not same:
        marks.append((f"default {default:.3f}", default, DEFAULT))
    if star is not None:
        marks.append((f"t* {star:.3f}", star, GUARANTEED))
    return sorted(marks, key=lambda mark: mark[1])


def _top(values: NDArray[np.float64], default: float, reference: int | None, each: float | None) -> float:
    """The size at the upper edge, so that the default and the reference fill half of it or more, as on the page."""
    wanted = max(float(values[threshold_level(default)]), (reference or 0) * (each or 1.0))
    top = min(max(wanted, float(values[LOW])), 2 * wanted) if wanted else float(values[LOW])
    return _round_up(top or 1.0)


def _round_up(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value))
    return power * next((d for d in (1, 1.5, 2, 3, 4, 5, 6, 8) if d * power >= value * (1 - 1e-9)), 10)


class _Plot:
    """Where things lie in the drawing."""

    def __init__(self, values: NDArray[np.float64], top: float, width: float, height: float, rows: int) -> None:
        self._values, self._top_value = values, top
        self._left, self._right = 34.0, width - 6.0
        self._top, self._bottom = rows * _ROW + 6.0, height - 22.0

    def x(self, threshold: float) -> float:
        return self._left + (self._right - self._left) * threshold

    def y(self, value: float) -> float:
        return self._bottom - (self._bottom - self._top) * min(value / self._top_value, 1.0)

    def band(self, band: Band | None) -> list[Line | Area | Label]:
        if band is None:
            return []
        left, right = self.x(band.low), self.x(band.high)
        return [Area(left, self._top, right - left, self._bottom - self._top, BAND)]

    def axes(self, unit: str) -> list[Line | Area | Label]:
        shapes: list[Line | Area | Label] = []
        for step in range(5):
            value, threshold = self._top_value * step / 4, step / 4
            shapes.append(Line(((self._left, self.y(value)), (self._right, self.y(value))), GRID))
            shapes.append(
                Label(self._left - 4, self.y(value) + 2.3, f"{value:,.3f}".rstrip("0").rstrip("."), anchor="end")
            )
            shapes.append(Label(self.x(threshold), self._bottom + 9, f"{threshold:g}", anchor="middle"))
        middle = (self._left + self._right) / 2
        shapes.append(Line(((self._left, self._bottom), (self._right, self._bottom)), MUTED))
        shapes.append(Label(middle, self._bottom + 18, "threshold", anchor="middle"))
        shapes.append(Label(0, self._top - 6, unit))
        return shapes

    def level(self, value: float, text: str) -> list[Line | Area | Label]:
        y = self.y(value)
        beside = self._values[int(0.6 * LEVELS) : int(0.95 * LEVELS)]
        under = np.mean(beside > value) > 0.5 and y + LABEL_SIZE + 2 < self._bottom  # where the curve is not
        return [
            Line(((self._left, y), (self._right, y)), REFERENCE, 0.8, (3.0, 2.0)),
            Label(self.x(0.94), y + LABEL_SIZE + 1 if under else y - 3, text, REFERENCE, "end"),
        ]

    def curve(self) -> tuple[tuple[float, float], ...]:
        """From where it enters the chart; at threshold 0, where every voxel is marked, it is not drawn."""
        inside = np.flatnonzero(self._values <= self._top_value)
        first = max(int(inside[0]), 1) if inside.size else LEVELS
        points = [(self.x(k / LEVELS), self.y(float(self._values[k]))) for k in range(first, LEVELS + 1)]
        if first > 1:
            above, below = float(self._values[first - 1]), float(self._values[first])
            part = (above - self._top_value) / (above - below)
            points.insert(0, (self.x((first - 1 + part) / LEVELS), self.y(self._top_value)))
        return tuple(points)

    def mark(self, row: int, text: str, threshold: float, colour: str) -> list[Line | Area | Label]:
        x, y = self.x(threshold), (row + 1) * _ROW
        late = threshold > 0.6
        ink = INK if colour == MUTED else colour
        return [
            Line(((x, y - LABEL_SIZE + 1), (x, self._bottom)), colour, 0.8, None if colour == HERE else (2.0, 1.5)),
            Label(x - 3 if late else x + 3, y, text, ink, "end" if late else "start", bold=colour == HERE),
        ]
