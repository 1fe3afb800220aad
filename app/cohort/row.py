"""The line of a study in the cohort's table."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from app import VERSION
from app.cohort.columns import COLUMNS, class_column
from app.cohort.task import Task
from app.decision.palette import CLASSES
from app.decision.reading import Reading
from app.decision.summary import summary

DIGITS = 6
"""Decimal places of volumes, lengths and scores."""
_EMPTY: dict[str, Any] = dict.fromkeys(column.name for column in COLUMNS)


def row_of(task: Task, reading: Reading, left_out: Mapping[str, str]) -> dict[str, Any]:
    """All columns of a study that is done, None where there is nothing to say.

    Args:
        task: whose outcome it is.
        reading: of the study.
        left_out: exports that it cannot have, to the reasons.
    """
    told, study = summary(reading), reading.study
    return _EMPTY | {
        "study": task.found.name,
        "status": "done",
        "kind": task.found.kind,
        "sequences": "+".join(told["sequences"]),
        **dict(zip(("slices", "rows", "columns"), study.shape, strict=True)),
        **{
            f"{axis}_mm": None if study.spacing is None else _rounded(study.spacing[number])
            for number, axis in enumerate(("slice", "row", "column"))
        },
        "threshold": told["threshold"],
        "tumour_ml": _rounded(told["tumour_ml"]),
        **_tumour(reading),
        **{score: _rounded(told[score]) for score in ("precision", "recall", "dice")},
        **_guarantee(reading),
        "left_out": "; ".join(f"{name}: {reason}" for name, reason in left_out.items()) or None,
        "notes": " ".join(told["notes"]) or None,
        "study_sha256": study.sha256,
        "checkpoint_sha256": told["checkpoint"],
        "computed_in": task.settings.precision,
        "version": VERSION,
    }


def problem_row(name: str, kind: str, problem: str) -> dict[str, Any]:
    """All columns of a study that could not be done."""
    return _EMPTY | {"study": name, "status": "problem", "problem": problem, "kind": kind, "version": VERSION}


def _tumour(reading: Reading) -> dict[str, Any]:
    study, lesions = reading.study, reading.measurements.lesions
    counts = np.bincount(reading.result.labels(reading.threshold).ravel(), minlength=max(CLASSES) + 1)
    largest = lesions[0] if lesions else None
    longest = largest.longest if largest else None
    return {
        "tumour_voxels": int(reading.result.mask(reading.threshold).sum()),
        **{class_column(name): _ml(reading, int(counts[label])) for label, (name, _) in CLASSES.items()},
        "lesions": len(lesions),
        "largest_lesion_voxels": largest.voxels if largest else None,
        "largest_lesion_ml": _rounded(largest.ml) if largest else None,
        "longest_diameter_mm": _rounded(longest.mm) if longest else None,
        "reference_ml": None if study.reference is None else _ml(reading, int((study.reference != 0).sum())),
    }


def _guarantee(reading: Reading) -> dict[str, Any]:
    guarantee = reading.guarantee
    looked = guarantee.unlikeness is not None
    return {
        "like_calibration": guarantee.reason is None if looked else None,
        "shift_p": _rounded(guarantee.unlikeness),
        "guarantee_alpha": guarantee.alpha,
        "guarantee_threshold": guarantee.threshold if guarantee.offered else None,
        "guarantee_reason": guarantee.reason,
    }


def _ml(reading: Reading, voxels: int) -> float | None:
    voxel_ml = reading.study.voxel_ml
    return None if voxel_ml is None else _rounded(voxels * voxel_ml)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), DIGITS)
