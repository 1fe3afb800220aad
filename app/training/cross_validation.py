"""What the networks of a cross-validation gave together, each on the patients that it never saw."""

from collections.abc import Iterable
from functools import reduce

from app.model.checkpoint import Card, Curve, subset_name

CROSS_VALIDATION = "cross-validation.json"


def pooled_curves(cards: Iterable[Card]) -> list[Curve]:
    """One curve a data set and subset of sequences, over the patients of all folds.

    Each network was calibrated on its own validation patients.
    """
    found: dict[tuple[str, str], list[Curve]] = {}
    for card in cards:
        for curve in card.curves:
            found.setdefault((curve.dataset, subset_name(curve.sequences)), []).append(curve)
    return [reduce(_pool, curves) for curves in found.values()]


def _pool(one: Curve, other: Curve) -> Curve:
    """Both curves' voxels and patients together; the folds have no patient in common."""
    return Curve(
        one.dataset,
        one.sequences,
        one.patients + other.patients,
        tuple(a + b for a, b in zip(one.true_positives, other.true_positives, strict=True)),
        tuple(a + b for a, b in zip(one.predicted, other.predicted, strict=True)),
        one.positives + other.positives,
        one.head_voxels + other.head_voxels,
        one.patient_scores | other.patient_scores,
    )
