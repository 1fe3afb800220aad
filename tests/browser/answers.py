"""What the viewer should say, as Python computes it from the same levels."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from viewer_studies import STUDIES, classes_for

from app.evaluation.threshold_curve import ThresholdCurve
from app.study import CLASS_LABELS, Study

UNKNOWN = {"recall": None, "precision": None, "dice": None, "volume_ml": None, "voxels": None}


def sha256(study: str) -> str:
    return STUDIES[study]()[0].sha256


def expected(study: Study, levels: NDArray[np.uint8], threshold: float) -> dict[str, Any]:
    """Scores and size of a scan, or of one of its slices when only that is given."""
    voxels = int((levels >= round(threshold * 200)).sum())
    size = {"voxels": voxels, "volume_ml": None if study.voxel_ml is None else voxels * study.voxel_ml}
    if study.reference is None:
        return UNKNOWN | size
    scores = ThresholdCurve.from_levels(levels, study.reference != 0).at(threshold)
    values = {name: getattr(scores, name) for name in ("recall", "precision", "dice")}
    return {name: None if math.isnan(value) else value for name, value in values.items()} | size


def class_sizes(study: Study, levels: NDArray[np.uint8], threshold: float) -> list[dict[str, Any]]:
    """A voxel of level 0 has no class, at threshold 0 too."""
    marked, classes = levels >= max(round(threshold * 200), 1), classes_for(levels)
    counts = [(label, int((marked & (classes == label)).sum())) for label in CLASS_LABELS]
    return [{"label": label, "voxels": n, "volume_ml": n * (study.voxel_ml or 0)} for label, n in counts]


def slice_of(study: Study, levels: NDArray[np.uint8], at: int) -> tuple[Study, NDArray[np.uint8]]:
    images = {sequence: image[at : at + 1] for sequence, image in study.images.items()}
    reference = None if study.reference is None else study.reference[at : at + 1]
    return Study("slice", images, study.source, study.spacing, reference), levels[at : at + 1]
