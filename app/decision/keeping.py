"""Saving a reading to a patient, and opening it again exactly as it was."""

import hashlib
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from app.decision.impersonal import impersonal
from app.decision.measurements import Measurements
from app.decision.reading import Reading
from app.errors import CheckpointAlteredError, RecordMissingError, RecordsDamagedError
from app.model.checkpoint import Card, parse_card, subset_name
from app.records.audit import note
from app.records.database import Records
from app.records.deletions import files_in_use
from app.records.files import FileStore
from app.records.patients import add_patient, patient_card
from app.records.result_file import pack_result, unpack_result
from app.records.rows import NewSegmentation, NewStudy, PatientFields, PatientRow, SegmentationRow, StudyRow
from app.records.scan_file import pack_study, unpack_study
from app.records.segmentations import add_segmentation, segmentation_row
from app.records.studies import add_study, study_row
from app.records.who import Act, Actor, Role
from app.study import Probability, Study

_SWEPT_AFTER = timedelta(days=1)
"""No save takes as long."""
_SWEEPER = Actor("gliolens", Role.ADMIN)


@dataclass(frozen=True)
class Kept:
    """Where a reading was saved."""

    patient_id: str
    study_id: str
    segmentation_id: str


@dataclass(frozen=True, eq=False)
class Reopened:
    """A saved reading, with what is known of it now."""

    study: Study
    """As it was saved, named by the pseudonym and the day."""
    result: Probability
    card: Card
    """Of the checkpoint that made the result, as it was."""
    row: SegmentationRow
    study_row: StudyRow
    patient: PatientRow


def keep(
    records: Records,
    actor: Actor,
    reading: Reading,
    *,
    patient_id: str | PatientFields,
    taken_on: date | None,
    card_json: bytes,
    thumbnail: bytes,
    segmentation_id: str | None = None,
) -> Kept:
    """Save a reading to a patient.

    The files go to the disk first, and then one transaction adds all rows; what comes between leaves files at most that
    no row names, for `sweep`. What may name somebody is left out (`impersonal`).

    Args:
        records: where.
        actor: who saves.
        reading: what.
        patient_id: of a patient that is there, or what is known of a new one.
        taken_on: the day of the scan; None where it is not known.
        card_json: the checkpoint's card, as its file has it.
        thumbnail: a small picture of the study, in any format.
        segmentation_id: 32 hexadecimal digits, where saving may be asked for twice: the second time adds nothing.

    Raises:
        RecordsError: any of its kinds, and then nothing was saved.
        InputError: values that cannot be saved.
        CheckpointAlteredError: the card is not that of the checkpoint which made the result.
    """
    actor.require(Act.SAVE)
    study, found = _put(records.files, reading, taken_on, card_json, thumbnail)
    with records.writing(actor) as session:
        if segmentation_id is not None and (kept := _kept(session, segmentation_id)):
            return kept
        patient = add_patient(session, patient_id) if isinstance(patient_id, PatientFields) else patient_id
        study_id = add_study(session, patient, study)
        added = add_segmentation(session, study_id, found, id=segmentation_id)
        return Kept(patient, study_id, added)


def reopen(records: Records, actor: Actor, segmentation_id: str) -> Reopened:
    """Open a saved reading as it was: every file is checked against its digest, and the mask against its own.

    Raises RecordMissingError, RecordsDamagedError, RecordsUnavailableError and NotAllowedError.
    """
    actor.require(Act.VIEW)
    with records.reading() as session:
        row = segmentation_row(session, segmentation_id)
        of_study = study_row(session, row.study_id)
        patient = patient_card(session, of_study.patient_id).patient
    study = unpack_study(records.files.get(of_study.scan_file))
    found = unpack_result(records.files.get(row.result_file))
    try:
        card = parse_card(records.files.get(row.card_file))
    except ValueError as error:
        raise RecordsDamagedError("A saved card cannot be read. Restore it from a backup.") from error
    opened = Reopened(
        replace(study, name=_name(patient, of_study), reference=found.reference),
        found.result,
        card,
        row,
        of_study,
        patient,
    )
    _check(opened)
    with records.writing(actor) as session:
        note(session, Act.VIEW, f"segmentation {row.id}")
    return opened


def sweep(records: Records) -> int:
    """Remove the files that no row names and nobody has put for a day; returns how many. Raises RecordsError.

    No row is added meanwhile: one transaction that writes runs at a time, and this is one.
    """
    with records.writing(_SWEEPER) as session:
        return records.files.sweep(files_in_use(session), older_than=_SWEPT_AFTER)


def mask_sha256(result: Probability, threshold: float) -> str:
    """Of the mask's bytes at a threshold: `(z, y, x)`, one byte a voxel, 0 or 1."""
    return hashlib.sha256(np.ascontiguousarray(result.mask(threshold), np.uint8).data).hexdigest()


def _put(
    files: FileStore, reading: Reading, taken_on: date | None, card_json: bytes, thumbnail: bytes
) -> tuple[NewStudy, NewSegmentation]:
    """Put all files; what the rows will say."""
    study, result, measured = reading.study, reading.result, reading.measurements
    _check_card(card_json, result)
    of_study = NewStudy(
        taken_on=taken_on,
        sequences=subset_name(study.sequences),
        slices=study.shape[0],
        source_sha256=study.sha256,
        scan_file=files.put(pack_study(impersonal(replace(study, reference=None)))),
        thumbnail_file=files.put(thumbnail),
    )
    voxels = int(np.count_nonzero(result.mask(reading.threshold)))
    return of_study, NewSegmentation(
        checkpoint_sha256=result.checkpoint_sha256,
        preprocessing=reading.card.preprocessing,
        threshold=reading.threshold,
        slice=reading.slice,
        sequence=str(reading.sequence),
        smallest=measured.smallest,
        result_file=files.put(pack_result(result, study.reference)),
        card_file=files.put(card_json),
        mask_sha256=mask_sha256(result, reading.threshold),
        voxels=voxels,
        volume_ml=None if study.voxel_ml is None else voxels * study.voxel_ml,
        lesions=len(measured.lesions),
        measurements=_values(measured),
    )


def _check_card(card_json: bytes, result: Probability) -> None:
    try:
        same = parse_card(card_json).sha256 == result.checkpoint_sha256
    except ValueError:
        same = False
    if not same:
        raise CheckpointAlteredError(
            "The checkpoint was replaced after this study was segmented. Segment it again, and save then."
        )


def _values(measured: Measurements) -> dict[str, Any]:
    """As JSON has them: the keys of an object are text."""
    values = asdict(measured)
    for lesion in values["lesions"]:
        if lesion["classes"] is not None:
            lesion["classes"] = {str(label): voxels for label, voxels in lesion["classes"].items()}
    return values


def _kept(session: Session, segmentation_id: str) -> Kept | None:
    """What was saved under that identifier before."""
    try:
        row = segmentation_row(session, segmentation_id)
    except RecordMissingError:
        return None
    return Kept(study_row(session, row.study_id).patient_id, row.study_id, row.id)


def _name(patient: PatientRow, study: StudyRow) -> str:
    """`P-7 2026-03-01`, or the pseudonym alone where the day is not known."""
    pseudonym = patient.fields.pseudonym
    return pseudonym if study.taken_on is None else f"{pseudonym} {study.taken_on.isoformat()}"


def _check(opened: Reopened) -> None:
    """Raises RecordsDamagedError where files and rows do not belong together."""
    study, result, row = opened.study, opened.result, opened.row
    sound = (
        study.sha256 == opened.study_row.source_sha256 == result.study_sha256
        and result.levels.shape == study.shape
        and opened.card.sha256 == result.checkpoint_sha256 == row.checkpoint_sha256
        and 0 <= row.slice < study.shape[0]
        and row.sequence in study.images
        and mask_sha256(result, row.threshold) == row.mask_sha256
    )
    if not sound:
        raise RecordsDamagedError(
            f"A saved segmentation is not what was once saved: {row.id[:12]}…. Restore it from a backup."
        )
