"""A line drawing that PDF and HTML both draw: shapes in points, x to the right and y downwards."""

from dataclasses import dataclass
from typing import Literal

INK, MUTED, HAIRLINE = "#1b2330", "#5b6773", "#d5dce3"


@dataclass(frozen=True)
class Line:
    """A line through points."""

    points: tuple[tuple[float, float], ...]
    colour: str
    width: float = 0.5
    dashes: tuple[float, float] | None = None
    """Points drawn, and points left out; None for a line without gaps."""


@dataclass(frozen=True)
class Area:
    """A filled rectangle without an outline."""

    left: float
    top: float
    width: float
    height: float
    colour: str


@dataclass(frozen=True)
class Label:
    """A text whose baseline begins, has its middle or ends at a point."""

    x: float
    y: float
    text: str
    colour: str = MUTED
    anchor: Literal["start", "middle", "end"] = "start"
    bold: bool = False


@dataclass(frozen=True)
class Figure:
    """Shapes, the first lowest."""

    width: float
    height: float
    shapes: tuple[Line | Area | Label, ...]
    says: str
    """For whoever does not see it."""


LABEL_SIZE = 6.5
"""Points of every label."""
