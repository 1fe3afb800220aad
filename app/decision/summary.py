"""What was found in a study, in a few numbers: what `segment` prints, and the table of a cohort begins with."""

import math
from typing import Any

from app.decision.reading import Reading
from app.evaluation.threshold_curve import ThresholdCurve


def summary(reading: Reading) -> dict[str, Any]:
    """What was found at a threshold: volume in ml (None without spacing), scores (None where undefined), notes."""
    study, result, at = reading.study, reading.result, reading.threshold
    tumour_ml = None
    if study.voxel_ml is not None:
        tumour_ml = int(result.mask(at).sum()) * study.voxel_ml
    precision = recall = dice = None
    if study.reference is not None:
        scores = ThresholdCurve.from_levels(result.levels, study.reference != 0).at(at)
        precision, recall, dice = (
            None if math.isnan(score) else score for score in (scores.precision, scores.recall, scores.dice)
        )
    return {
        "study": study.name,
        "sequences": [str(sequence) for sequence in study.sequences],
        "threshold": at,
        "tumour_ml": tumour_ml,
        "precision": precision,
        "recall": recall,
        "dice": dice,
        "notes": list(study.notes),
        "checkpoint": result.checkpoint_sha256,
    }
