"""The size of the mask at every threshold, and what is known of its quality, as a table."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app import NOTICE
from app.decision.reading import Reading
from app.decision.validation import validation_for
from app.evaluation.threshold_curve import ThresholdCurve
from app.exports.csv_text import csv_bytes
from app.study import LEVELS

REFERENCE = "the reference of this study"
DIGITS = 6
"""Of ml, shares and scores: the bytes are the same on every machine then."""
_HEADER = (
    "study", "study_sha256", "checkpoint_sha256", "threshold", "voxels", "volume_ml", "recall", "precision", "dice",
    "scores_of", "notice",
)  # fmt: skip


@dataclass(frozen=True)
class CurveTable:
    """201 rows; scores are 0 to 1, and None where they are undefined or nobody is known of whom they would be."""

    scores_of: str | None
    """Whose recall, precision and Dice they are."""
    threshold: tuple[float, ...]
    voxels: tuple[int, ...]
    """Of this study's mask."""
    volume_ml: tuple[float | None, ...]
    recall: tuple[float | None, ...]
    precision: tuple[float | None, ...]
    dice: tuple[float | None, ...]


def curve_table(reading: Reading) -> CurveTable:
    """The mask's size at every threshold; scores against the reference, or else those of validation patients."""
    study, result = reading.study, reading.result
    reference = np.broadcast_to(np.False_, study.shape) if study.reference is None else study.reference > 0
    own = ThresholdCurve.from_levels(result.levels, reference)
    label, scores = _scores(reading, own)
    each = study.voxel_ml
    recall, precision, dice = (scores.recall, scores.precision, scores.dice) if scores else (None, None, None)
    return CurveTable(
        scores_of=label,
        threshold=tuple(k / LEVELS for k in range(LEVELS + 1)),
        voxels=tuple(own.predicted.tolist()),
        volume_ml=tuple(None if each is None else round(n * each, DIGITS) for n in own.predicted.tolist()),
        recall=_defined(recall),
        precision=_defined(precision),
        dice=_defined(dice),
    )


def threshold_curve_csv(reading: Reading) -> bytes:
    """One line a threshold, from 0 to 1 in steps of 0.005; whose study, and whose scores, stands in each."""
    table, study = curve_table(reading), reading.study
    first = study.name, study.sha256, reading.card.sha256
    columns = table.threshold, table.voxels, table.volume_ml, table.recall, table.precision, table.dice
    rows = zip(*columns, strict=True)
    return csv_bytes(_HEADER, ((*first, *row, table.scores_of, NOTICE) for row in rows))


def _scores(reading: Reading, own: ThresholdCurve) -> tuple[str, ThresholdCurve] | tuple[None, None]:
    if reading.study.reference is not None:
        return REFERENCE, own
    validation = validation_for(reading.card, reading.study)
    return (validation.label, validation.curve) if validation else (None, None)


def _defined(scores: NDArray[np.float64] | None) -> tuple[float | None, ...]:
    if scores is None:
        return (None,) * (LEVELS + 1)
    return tuple(None if math.isnan(score) else round(score, DIGITS) for score in scores.tolist())
