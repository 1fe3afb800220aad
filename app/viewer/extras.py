"""What the page may ask of the viewer besides its picture: go somewhere, draw diameters, show a map, state a range."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.study import LEVELS

Point = tuple[float, float]
"""Row and column (y, x) in voxels, whole numbers at the centres of voxels."""


@dataclass(frozen=True)
class Go:
    """Where the viewer is sent. It counts as a choice of the hand, and a later choice of the hand wins."""

    id: str
    """Each is followed once for each id, whatever comes again and in whichever study: so a new one for each press of a
    button, say `uuid4().hex`."""
    slice: int | None = None
    """The axial slice, counted from 0; None leaves the one on screen. The same holds for the others."""
    threshold: float | None = None
    """A multiple of 0.005."""
    point: Point | None = None
    """Where the coronal and sagittal planes cross it; a zoomed picture has it in its middle then."""


@dataclass(frozen=True)
class Mark:
    """A line on one axial slice, with small ends and its length."""

    slice: int
    """Counted from 0."""
    start: Point
    end: Point
    label: str
    """As it is written beside the line: "42.1 mm"."""
    lesion: int
    """The number of the lesion that it belongs to."""
    strong: bool = False
    """Whether that lesion is selected; the lines of the others are thinner."""


@dataclass(frozen=True)
class OverlayMap:
    """The name of a map that `map_loader` brings, and what the viewer says of it."""

    id: str
    """The one that was given to `pack_map`. It stands for all that the map was made from besides the study."""
    title: str
    """What is mapped, some words: over the legend, and for the button's tooltip."""
    low_label: str
    """At the lower end of the legend's ramp, and at the higher one."""
    high_label: str
    low: float = 0.0
    """The quantity at value 0 of the map and at value 200, for the number that is told under the pointer."""
    high: float = 1.0


@dataclass(frozen=True)
class Interval:
    """Where the size of the tumour lies, for one threshold."""

    low: float
    """In ml, or in voxels where the spacing is not known: what the card shows."""
    high: float
    level_text: str
    """Written before the numbers: "90 % interval"."""
    threshold: float
    """For which it holds, a multiple of 0.005; it is shown at no other."""
    label: str = ""
    """Where it comes from, as a tooltip."""


def go_data(go: Go | None) -> dict[str, Any] | None:
    """As the browser reads it."""
    if go is None:
        return None
    return {"id": go.id, "slice": go.slice, "threshold": go.threshold, "point": go.point}


def marks_data(marks: Sequence[Mark] | None, threshold: float | None) -> dict[str, Any] | None:
    """As the browser reads them; None without any.

    Raises:
        ValueError: there are marks and no threshold: the mask that they measure is not known.
    """
    if not marks:
        return None
    if threshold is None:
        raise ValueError("Marks need `marks_threshold`, the threshold of the mask that they measure.")
    lines = [
        {
            "slice": mark.slice,
            "start": mark.start,
            "end": mark.end,
            "label": mark.label,
            "lesion": mark.lesion,
            "strong": mark.strong,
        }
        for mark in marks
    ]
    return {"k": level_of(threshold), "lines": lines}


def map_data(overlay_map: OverlayMap | None) -> dict[str, Any] | None:
    """As the browser reads it."""
    if overlay_map is None:
        return None
    return {
        "id": overlay_map.id,
        "title": overlay_map.title,
        "ends": [overlay_map.low_label, overlay_map.high_label],
        "range": [overlay_map.low, overlay_map.high],
    }


def guarantee_data(threshold: float | None, label: str) -> dict[str, Any] | None:
    """As the browser reads it."""
    return None if threshold is None else {"k": level_of(threshold), "label": label}


def interval_data(interval: Interval | None) -> dict[str, Any] | None:
    """As the browser reads it."""
    if interval is None:
        return None
    return {
        "k": level_of(interval.threshold),
        "low": interval.low,
        "high": interval.high,
        "level": interval.level_text,
        "label": interval.label,
    }


def level_of(threshold: float) -> int:
    """The slider's step of a threshold."""
    return round(threshold * LEVELS)
