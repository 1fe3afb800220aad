"""How a study and a result look in the timeline, as HTML; whatever a person typed in it is text."""

import base64
import html
from datetime import date

from app.errors import RecordsError
from app.pages.patient_words import (
    count_text,
    day_text,
    ml_text,
    moment_text,
    settings_text,
    signed_text,
    size_text,
)
from app.records.files import FileStore
from app.records.rows import Review, SegmentationRow, StudyRow

_CLASS = {
    Review.NOT_STARTED: "not-started",
    Review.IN_PROGRESS: "in-progress",
    Review.ACCEPTED: "accepted",
    Review.FLAGGED: "flagged",
}


def study_html(study: StudyRow, before: StudyRow | None, files: FileStore) -> str:
    """Picture, day and what was scanned.

    Args:
        study: any.
        before: the study before it in time; None where there is none, or a day is not known.
        files: where its thumbnail is.
    """
    day = "Day not known" if study.taken_on is None else day_text(study.taken_on)
    later = "" if before is None else _later(study.taken_on, before.taken_on)
    return (
        f'<div class="study">{_picture(study, files)}<div><b>{day}</b>{later}'
        f"<small>{html.escape(study.sequences.replace('+', ', '))}<br>{count_text(study.slices, 'slice')}</small>"
        "</div></div>"
    )


def result_html(row: SegmentationRow, change: str = "") -> str:
    """What was found, with which settings, and what a person says of it.

    Args:
        row: the result.
        change: since the study before, in words.
    """
    comment = f'<div class="comment">{html.escape(row.comment)}</div>' if row.comment else ""
    by = "" if row.reviewed_by is None else f" by {html.escape(row.reviewed_by)}, {moment_text(row.reviewed_at)}"
    moved = f'<span class="change">{html.escape(change)}</span>' if change else ""
    return (
        f'<div class="result"><div><b>{size_text(row)}</b> in {count_text(row.lesions, "lesion")} {moved}</div>'
        f"<small>{settings_text(row)} · saved {moment_text(row.created_at)} by {html.escape(row.created_by)}</small>"
        f'<div><span class="review {_CLASS[row.review]}">{row.review}</span><small>{by}</small></div>{comment}</div>'
    )


def change_text(row: SegmentationRow, before: StudyRow | None) -> str:
    """How the volume changed since the study before; empty where that has no result of this checkpoint and threshold.

    Args:
        row: a result.
        before: the study before its own in time.
    """
    if before is None or row.volume_ml is None:
        return ""
    alike = (each for each in before.segmentations if settings_text(each) == settings_text(row))
    earlier = next(alike, None)
    if earlier is None or earlier.volume_ml is None:
        return ""
    ml = row.volume_ml - earlier.volume_ml
    words = signed_text(ml, ml_text(abs(ml)))
    if earlier.volume_ml > 0:
        words += f" ({signed_text(ml, f'{abs(ml) / earlier.volume_ml * 100:.0f} %')})"
    return f"{words} since {day_text(before.taken_on)}"


def _later(day: date | None, before: date | None) -> str:
    if day is None or before is None:
        return ""
    return f'<span class="later">{count_text((day - before).days, "day")} later</span>'


def _picture(study: StudyRow, files: FileStore) -> str:
    """In the page itself: an address of its own would answer to everybody."""
    try:
        content = files.get(study.thumbnail_file)
    except RecordsError:
        return '<div class="scan none">no picture</div>'
    address = f"data:image/png;base64,{base64.b64encode(content).decode()}"
    return f'<img class="scan" alt="Overlay of the latest result" src="{address}">'
