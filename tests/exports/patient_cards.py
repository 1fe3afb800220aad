"""Cards of patients, made by hand."""

from datetime import UTC, date, datetime
from typing import Any

from app.records.rows import (
    PatientCard,
    PatientFields,
    PatientRow,
    Review,
    SegmentationRow,
    Sex,
    StudyRow,
)

SAVED = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)


def segmentation(number: int, ml: float | None = 12.5, **changed: Any) -> SegmentationRow:
    """A result, which `number` tells apart."""
    values: dict[str, Any] = {
        "id": f"{number:032x}",
        "study_id": "5" * 32,
        "checkpoint_sha256": "c" * 64,
        "preprocessing": 2,
        "threshold": 0.485,
        "slice": 7,
        "sequence": "FLAIR",
        "smallest": 100,
        "result_file": "d" * 64,
        "card_file": "e" * 64,
        "mask_sha256": "f" * 64,
        "voxels": 12_500,
        "volume_ml": ml,
        "lesions": 2,
        "measurements": {"lesions": [lesion(30.0, 20.0), lesion(10.0, 5.0)]},
        "created_at": SAVED,
        "created_by": "Ada",
        "review": Review.NOT_STARTED,
        "comment": "",
        "reviewed_at": None,
        "reviewed_by": None,
        "version": 1,
    }
    return SegmentationRow(**values | changed)


def lesion(longest: float | None, across: float | None) -> dict[str, Any]:
    """What the chart reads of a lesion: the lengths of both diameters in mm."""
    return {"longest": longest and {"mm": longest}, "perpendicular": across and {"mm": across}}


def study(number: int, day: date | None, *segmentations: SegmentationRow) -> StudyRow:
    """A study with its results, the latest first."""
    return StudyRow(
        id=f"{number:032x}",
        patient_id="9" * 32,
        taken_on=day,
        sequences="FLAIR+T1ce",
        slices=24,
        source_sha256=f"{number:064x}",
        scan_file="a" * 64,
        thumbnail_file="b" * 64,
        created_at=SAVED,
        created_by="Ada",
        segmentations=segmentations,
    )


def card(*studies: StudyRow, **fields: Any) -> PatientCard:
    """A patient with these studies."""
    return PatientCard(
        PatientRow(
            id="9" * 32,
            fields=PatientFields(**{"pseudonym": "P-7", "birth_year": 1962, "sex": Sex.FEMALE} | fields),
            version=3,
            created_at=SAVED,
            archived=False,
            studies=len(studies),
            latest_on=None,
            latest_saved=SAVED,
            latest_ml=None,
            flagged=0,
        ),
        studies,
    )
