"""A study as somebody reads it: all that exports and reports are made from, on the page and on the command line."""

from dataclasses import dataclass

from app.decision.guarantee import Guarantee, guarantee_for
from app.decision.measurements import Measurements, default_smallest, measure
from app.decision.opening import opening_slice
from app.model.appearance import Appearance
from app.model.calibration_patients import CalibrationPatients
from app.model.checkpoint import Card
from app.study import Probability, Sequence, Study

DEFAULT_ALPHA = 0.05
"""The bound on the mean false-negative rate that the page begins with."""


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


def read(
    study: Study,
    result: Probability,
    card: Card,
    patients: CalibrationPatients | None,
    *,
    threshold: float | None = None,
    alpha: float = DEFAULT_ALPHA,
    smallest: int | None = None,
    measurements: Measurements | None = None,
    appearance: Appearance | None = None,
) -> Reading:
    """Read a study as the page shows it at first.

    Args:
        study: any.
        result: of this study.
        card: of the checkpoint that made it.
        patients: whom its guarantee rests on; None where the checkpoint has no such record.
        threshold: None for the checkpoint's default.
        alpha: the bound on the mean false-negative rate.
        smallest: voxels from which on a component is measured; None for `default_smallest`.
        measurements: of this threshold and size, where they are known already.
        appearance: of the study, where it is known already.
    """
    threshold = card.threshold if threshold is None else threshold
    if measurements is None:
        measurements = measure(study, result, threshold, default_smallest(study) if smallest is None else smallest)
    return Reading(
        study,
        result,
        card,
        threshold,
        measurements,
        guarantee_for(card, patients, study, alpha, appearance),
        opening_slice(study, result, card.threshold),
        study.sequences[0],
    )
