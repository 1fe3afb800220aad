"""Segmentations: saved, reviewed and told."""

import math
import re

from sqlalchemy.orm import Session

from app.errors import RecordsConflictError
from app.records.as_rows import as_segmentation
from app.records.audit import note
from app.records.database import actor_of
from app.records.present import (
    new_id,
    now,
    refuse_changed,
    refuse_without_files,
    the_segmentation,
    the_study,
)
from app.records.rows import NewSegmentation, Review, SegmentationRow
from app.records.tables import Segmentation
from app.records.who import Act
from app.records.words import checked_prose
from app.study import LEVELS


def add_segmentation(session: Session, study_id: str, new: NewSegmentation, *, id: str | None = None) -> str:
    """Save a segmentation whose files are in the store; returns its identifier.

    Args:
        session: of `Records.writing`.
        study_id: of a study that is there.
        new: the segmentation; its threshold is a multiple of 0.005.
        id: 32 hexadecimal digits, where saving may be asked for twice: the second time adds nothing.

    Raises NotAllowedError, RecordMissingError when study or files are not there, RecordsConflictError when the
    identifier is that of a segmentation which was deleted, ValueError for values that no segmentation has.
    """
    actor = actor_of(session)
    actor.require(Act.SAVE)
    the_study(session, study_id)
    there = session.get(Segmentation, _checked_id(id)) if id is not None else None
    if there is not None:
        if there.deletion_id is not None:
            raise RecordsConflictError("This was saved before and then deleted. Restore it, or segment the scan again.")
        return there.id
    refuse_without_files(session, new.result_file, new.card_file)
    values = dict(vars(new))
    row = Segmentation(
        id=id or new_id(),
        study_id=study_id,
        step=_step(values.pop("threshold")),
        created_at=now(),
        created_by=actor.name[:200],
        review=Review.NOT_STARTED.value,
        comment="",
        **values,
    )
    if row.volume_ml is not None and not math.isfinite(row.volume_ml):
        raise ValueError(f"A volume is a number or None. Received: volume_ml={row.volume_ml}")
    session.add(row)
    session.flush()
    note(
        session,
        Act.SAVE,
        f"segmentation {row.id}",
        study=study_id,
        checkpoint=new.checkpoint_sha256,
        threshold=row.step / LEVELS,
    )
    return row.id


def segmentation_row(session: Session, id: str) -> SegmentationRow:
    """A saved segmentation. Raises RecordMissingError."""
    return as_segmentation(the_segmentation(session, id))


def set_review(session: Session, id: str, review: Review, comment: str, *, version: int) -> SegmentationRow:
    """Say how far a person has looked at a segmentation, which was at `version` when somebody began to.

    Returns it as it is now. Raises NotAllowedError, InputError, RecordMissingError, and RecordsConflictError when
    somebody else has reviewed it meanwhile.
    """
    actor = actor_of(session)
    actor.require(Act.REVIEW)
    row = the_segmentation(session, id)
    refuse_changed(row, version)
    row.review, row.comment = review.value, checked_prose(comment, "The comment")
    row.reviewed_at, row.reviewed_by = now(), actor.name[:200]
    session.flush()
    note(session, Act.REVIEW, f"segmentation {row.id}", review=review.value, comment=bool(row.comment))
    return as_segmentation(row)


def _checked_id(id: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{32}", id):
        raise ValueError(f"An identifier has 32 hexadecimal digits. Received: id={id!r}")
    return id


def _step(threshold: float) -> int:
    step = round(threshold * LEVELS)
    if not 0 <= step <= LEVELS or abs(threshold * LEVELS - step) > 1e-6:
        raise ValueError(f"A threshold is a multiple of 0.005 between 0 and 1. Received: threshold={threshold}")
    return step
