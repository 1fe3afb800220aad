"""The lesions of a study as CSV, and all that is known of the study's reading as JSON."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from app import NOTICE, VERSION
from app.decision.measurements import Diameter, Lesion
from app.decision.palette import CLASSES
from app.decision.reading import Reading
from app.exports.csv_text import Cell, csv_bytes
from app.exports.curve_table import DIGITS, curve_table
from app.study import Study

FORMAT = 1
"""Goes up when a program that reads the JSON would have to change."""
MM_DIGITS = 3
COUNTING = (
    "Voxels and slices are counted from 0 along (z, y, x), which grow to the patient's head, back and left; whole "
    "numbers are centres of voxels. The page and the CSV count slices, rows and columns from 1."
)
_OF_STUDY = (
    "study", "study_sha256", "sequences", "checkpoint_sha256", "threshold", "smallest_voxels", "lesions",
)  # fmt: skip
_OF_LESION = (
    "lesion", "voxels", "volume_ml", "share", "longest_mm", "perpendicular_mm", "product_mm2", "longest_slice_from_1",
    "side", "first_slice_from_1", "last_slice_from_1", "first_row_from_1", "last_row_from_1", "first_column_from_1",
    "last_column_from_1", "centroid_left_mm", "centroid_back_mm", "centroid_head_mm",
)  # fmt: skip


def measurements_csv(reading: Reading) -> bytes:
    """One line a lesion, each with the study and the notice; undefined is empty.

    A study without a lesion has one line too, with 0 lesions and 0 voxels: put under those of others, it is not lost.
    """
    study, measurements = reading.study, reading.measurements
    first = (
        study.name, study.sha256, "+".join(study.sequences), reading.card.sha256, reading.threshold,
        measurements.smallest, len(measurements.lesions),
    )  # fmt: skip
    classes = [name.replace(" ", "_") for name, _ in CLASSES.values()]
    header = (*_OF_STUDY, *_OF_LESION, *(f"{name}_{unit}" for name in classes for unit in ("voxels", "ml")), "notice")
    none = (None, 0, _ml(0, study), *(None,) * (len(header) - len(first) - 4))
    rows = [_row(lesion, study) for lesion in measurements.lesions] or [none]
    return csv_bytes(header, ((*first, *row, NOTICE) for row in rows))


def measurements_json(reading: Reading) -> bytes:
    """All of a reading: study, checkpoint, lesions, what was left out, guarantee and the whole threshold curve.

    Lengths are in mm, volumes in ml; undefined is null.
    """
    study, card, measurements = reading.study, reading.card, reading.measurements
    marked = int(reading.result.mask(reading.threshold).sum())
    everything = {
        "format": FORMAT,
        "notice": NOTICE,
        "counting": COUNTING,
        "versions": {"gliolens": VERSION, "preprocessing": card.preprocessing},
        "study": _study(study),
        "checkpoint": {"sha256": card.sha256, "calibration": asdict(card.calibration(study.sequences))},
        "threshold": reading.threshold,
        "default_threshold": card.threshold,
        "default_threshold_reason": card.threshold_reason,
        "marked": {"voxels": marked, "ml": _ml(marked, study)},
        "measurements": {
            "smallest_voxels": measurements.smallest,
            "voxels": measurements.voxels,
            "ml": _ml(measurements.voxels, study),
            "lesions": [_lesion(lesion, study) for lesion in measurements.lesions],
            "left_out": {
                "components": measurements.left_out,
                "voxels": measurements.left_out_voxels,
                "ml": _ml(measurements.left_out_voxels, study),
            },
        },
        "guarantee": asdict(reading.guarantee) | {"offered": reading.guarantee.offered},
        "threshold_curve": asdict(curve_table(reading)),
    }
    return (json.dumps(_plain(everything), ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()


def _study(study: Study) -> dict[str, Any]:
    return {
        "name": study.name,
        "sha256": study.sha256,
        "sequences": study.sequences,
        "shape": study.shape,
        "spacing_mm": study.spacing,
        "voxel_ml": study.voxel_ml,
        "reference_voxels": None if study.reference is None else int((study.reference > 0).sum()),
        "notes": study.notes,
    }


def _lesion(lesion: Lesion, study: Study) -> dict[str, Any]:
    classes = lesion.classes
    (z, y, x), beyond = lesion.box
    return {
        "number": lesion.number,
        "voxels": lesion.voxels,
        "ml": _ml(lesion.voxels, study),
        "share": round(lesion.share, DIGITS),
        "first_voxel": (z, y, x),
        "last_voxel": tuple(past - 1 for past in beyond),
        "centroid": [round(at, MM_DIGITS) for at in lesion.centroid],
        "centroid_left_back_head_mm": lesion.centroid_mm and [round(at, MM_DIGITS) for at in lesion.centroid_mm],
        "side": lesion.side,
        "first_slice": lesion.slices[0],
        "last_slice": lesion.slices[1],
        "largest_slice": lesion.largest_slice,
        "longest": _diameter(lesion.longest),
        "perpendicular": _diameter(lesion.perpendicular),
        "product_mm2": _mm(lesion.bidimensional_mm2),
        "classes": classes
        and {
            CLASSES[label][0]: {"label": label, "voxels": count, "ml": _ml(count, study)}
            for label, count in classes.items()
        },
    }


def _diameter(diameter: Diameter | None) -> dict[str, Any] | None:
    if diameter is None:
        return None
    return {
        "slice": diameter.slice,
        "start": [round(at, MM_DIGITS) for at in diameter.start],
        "end": [round(at, MM_DIGITS) for at in diameter.end],
        "mm": _mm(diameter.mm),
    }


def _row(lesion: Lesion, study: Study) -> tuple[Cell, ...]:
    longest, across = lesion.longest, lesion.perpendicular
    (_, y, x), (_, past_y, past_x) = lesion.box
    first, last = lesion.slices
    classes = lesion.classes or {}
    return (
        lesion.number,
        lesion.voxels,
        _ml(lesion.voxels, study),
        round(lesion.share, DIGITS),
        _mm(longest.mm if longest else None),
        _mm(across.mm if across else None),
        _mm(lesion.bidimensional_mm2),
        longest.slice + 1 if longest else None,
        lesion.side,
        *(first + 1, last + 1, y + 1, past_y, x + 1, past_x),
        *(map(_mm, lesion.centroid_mm or (None,) * 3)),
        *(
            size
            for label in CLASSES
            for size in (classes.get(label), _ml(classes[label], study) if label in classes else None)
        ),
    )


def _ml(voxels: int, study: Study) -> float | None:
    return None if study.voxel_ml is None else round(voxels * study.voxel_ml, DIGITS)


def _mm(length: float | None) -> float | None:
    return None if length is None else round(length, MM_DIGITS)


def _plain(value: Any) -> Any:
    """As JSON has it: undefined numbers are null, and halves of characters, which cannot be written, are replaced."""
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value.encode(errors="replace").decode() if isinstance(value, str) else value
