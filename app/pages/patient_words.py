"""Patients, days and volumes in words, as all parts of the page "Patients" write them."""

from datetime import date, datetime

from app.records.rows import PatientFields, PatientRow, SegmentationRow, StudyRow

UNKNOWN, MINUS = "–", "\N{MINUS SIGN}"


def day_text(day: date | None) -> str:
    """Year, month, day."""
    return UNKNOWN if day is None else day.isoformat()


def moment_text(moment: datetime | None) -> str:
    """To the minute, in UTC, which the records are in."""
    return UNKNOWN if moment is None else f"{moment:%Y-%m-%d %H:%M} UTC"


def ml_text(volume: float | None, unit: str = " ml") -> str:
    """A volume to a tenth of a millilitre, or two digits where it is less than one."""
    if volume is None:
        return UNKNOWN
    return f"{volume:.2f}{unit}" if 0 < volume < 1 else f"{volume:,.1f}{unit}"


def signed_text(number: float, text: str) -> str:
    """A number that is written already, without its sign, with one."""
    return f"{MINUS if number < 0 else '+'}{text}"


def count_text(count: int, one: str, many: str = "") -> str:
    """ "1 study", "2 studies"."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def fields_text(fields: PatientFields) -> str:
    """Year of birth and sex, as far as they are known."""
    born = None if fields.birth_year is None else f"born {fields.birth_year}"
    return " · ".join(filter(None, (born, fields.sex)))


def facts_text(patient: PatientRow) -> str:
    """What stands under a pseudonym."""
    facts = fields_text(patient.fields), count_text(patient.studies, "study", "studies")
    return " · ".join(filter(None, (*facts, f"added {patient.created_at:%Y-%m-%d}")))


def size_text(row: SegmentationRow) -> str:
    """The volume of a result; voxels where the files had no spacing."""
    return count_text(row.voxels, "voxel") if row.volume_ml is None else ml_text(row.volume_ml)


def settings_text(row: SegmentationRow) -> str:
    """Threshold and checkpoint: what two results must have in common to be compared."""
    return f"threshold {row.threshold:.3f} · checkpoint {row.checkpoint_sha256[:8]}"


def result_text(study: StudyRow, row: SegmentationRow) -> str:
    """A result in a line, with the day of its study."""
    when = "day not known" if study.taken_on is None else day_text(study.taken_on)
    return f"{when}, {size_text(row)}, {settings_text(row)}"
