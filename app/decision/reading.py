"""A study as somebody reads it: all that exports and reports are made from, on the page and on the command line."""

from dataclasses import dataclass

from app.decision.guarantee import Guarantee
from app.decision.measurements import Measurements
from app.model.checkpoint import Card
from app.study import Probability, Sequence, Study


@dataclass(frozen=True, eq=False)
class Reading:
    """A study with its result at one threshold, and what is said of it."""

    study: Study
    result: Probability
    """Of this study, with classes."""
    card: Card
    """Of the checkpoint that made the result."""
    threshold: float
    """A multiple of 0.005."""
    measurements: Measurements
    """At this threshold."""
    guarantee: Guarantee
    slice: int
    """The axial slice on screen, counted from 0; where the study is opened, on the command line."""
    sequence: Sequence
    """The sequence on screen; the study's first, on the command line."""
