"""The scores of a checkpoint's card as a table in Markdown, to lie beside the card."""

from collections.abc import Iterable
from dataclasses import asdict

import numpy as np

from app.evaluation.calibration import reliability
from app.evaluation.threshold_curve import ThresholdCurve
from app.exports.evaluation_table import UNDEFINED, Table
from app.model.checkpoint import Card, Curve, subset_name
from app.study import LEVELS

SCORES = "scores.md"
"""Its name there."""
HEADER = (
    "data set", "sequences", "patients", "cases", "recall", "precision", "Dice", "Dice a case: mean", "median", "worst",
    "core", "enhancing", "best Dice", "at", "ECE",
)  # fmt: skip


def card_table(card: Card) -> str:
    """Every data set and subset of sequences at the default threshold.

    Recall, precision, Dice, best Dice and the calibration error inside the head (ECE) are over all voxels of all
    cases; core and enhancing are means over the cases whose reference has them.
    """
    title = (
        f"Validation patients, default threshold {card.threshold:.3f}, checkpoint `{card.sha256[:12]}`. Recall, "
        "precision, Dice, best Dice (and at which threshold) and ECE: over all voxels. Core, enhancing: mean Dice."
    )
    return Table(title, HEADER, [_row(curve, card.threshold) for curve in card.curves]).markdown() + "\n"


def _row(curve: Curve, threshold: float) -> tuple[str, ...]:
    counts = ThresholdCurve.from_dict(asdict(curve))
    at, best = counts.at(threshold), int(np.argmax(counts.dice[1:])) + 1
    dice = _of(curve, "dice")
    ece = reliability(curve.true_positives, curve.predicted, curve.positives, curve.head_voxels).ece
    return (
        curve.dataset,
        subset_name(curve.sequences),
        str(curve.patients),
        str(len(curve.patient_scores)),
        *map(_text, (at.recall, at.precision, at.dice)),
        *(_text(float(statistic(dice))) if dice else UNDEFINED for statistic in (np.mean, np.median, np.min)),
        *(_text(float(np.mean(of))) if (of := _of(curve, region)) else UNDEFINED for region in ("core", "enhancing")),
        _text(counts.dice[best]),
        _text(best / LEVELS),
        _text(ece),
    )


def _of(curve: Curve, score: str) -> list[float]:
    """The score of every case for which it is defined."""
    values: Iterable[float | None] = (scores.get(score) for scores in curve.patient_scores.values())
    return [value for value in values if value is not None]


def _text(value: float) -> str:
    return UNDEFINED if np.isnan(value) else f"{value:.3f}"
