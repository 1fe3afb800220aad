"""What the records know of a patient, as CSV and JSON: studies and their results, without pictures and masks."""

import json
from typing import Any

from app import NOTICE, VERSION
from app.exports.csv_text import Cell, csv_bytes
from app.records.rows import PatientCard, SegmentationRow, StudyRow

FORMAT = 1
"""Goes up when a program that reads the JSON would have to change."""
_OF_PATIENT = ("patient", "birth_year", "sex")
_OF_STUDY = ("study", "taken_on", "sequences", "slices", "source_sha256")
_OF_RESULT = (
    "result", "saved_at", "saved_by", "checkpoint_sha256", "preprocessing", "threshold", "voxels", "volume_ml",
    "smallest_voxels", "lesions", "mask_sha256", "review", "comment", "reviewed_at", "reviewed_by",
)  # fmt: skip


def summary_csv(card: PatientCard) -> bytes:
    """A line a result, each with its patient, its study and the notice; undefined is empty.

    A study without a result and a patient without a study have one line too: put under others, they are not lost.
    """
    fields = card.patient.fields
    first = (fields.pseudonym, fields.birth_year, fields.sex)
    no_result: tuple[Cell, ...] = (None,) * len(_OF_RESULT)
    rows: list[tuple[Cell, ...]] = [
        (*first, *_of_study(study), *result, NOTICE)
        for study in card.studies
        for result in ([_of_result(row) for row in study.segmentations] or [no_result])
    ]
    if not rows:
        rows = [(*first, *(None,) * len(_OF_STUDY), *no_result, NOTICE)]
    return csv_bytes((*_OF_PATIENT, *_OF_STUDY, *_OF_RESULT, "notice"), rows)


def summary_json(card: PatientCard) -> bytes:
    """All of a card, with every result's measurements. Lengths are in mm, volumes in ml; undefined is null."""
    fields = card.patient.fields
    everything = {
        "format": FORMAT,
        "notice": NOTICE,
        "versions": {"gliolens": VERSION},
        "patient": {
            "pseudonym": fields.pseudonym,
            "birth_year": fields.birth_year,
            "sex": fields.sex,
            "notes": fields.notes,
        },
        "studies": [
            dict(zip(_OF_STUDY, _of_study(study), strict=True))
            | {"results": [_all_of_result(row) for row in study.segmentations]}
            for study in card.studies
        ],
    }
    return (json.dumps(everything, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()


def _of_study(study: StudyRow) -> tuple[Cell, ...]:
    taken_on = None if study.taken_on is None else study.taken_on.isoformat()
    return study.id, taken_on, study.sequences, study.slices, study.source_sha256


def _of_result(row: SegmentationRow) -> tuple[Cell, ...]:
    reviewed_at = None if row.reviewed_at is None else row.reviewed_at.isoformat()
    return (
        row.id, row.created_at.isoformat(), row.created_by, row.checkpoint_sha256, row.preprocessing, row.threshold,
        row.voxels, row.volume_ml, row.smallest, row.lesions, row.mask_sha256, row.review, row.comment, reviewed_at,
        row.reviewed_by,
    )  # fmt: skip


def _all_of_result(row: SegmentationRow) -> dict[str, Any]:
    return dict(zip(_OF_RESULT, _of_result(row), strict=True)) | {"measurements": row.measurements}
