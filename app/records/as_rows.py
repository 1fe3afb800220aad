"""From the database's rows to what the records tell."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.records.rows import PatientFields, Review, SegmentationRow, Sex, StudyRow
from app.records.tables import Patient, Segmentation, Study
from app.study import LEVELS


def fields_of(row: Patient) -> PatientFields:
    """What a person typed of a patient."""
    return PatientFields(row.pseudonym, row.birth_year, Sex(row.sex) if row.sex else None, row.notes)


def as_segmentation(row: Segmentation) -> SegmentationRow:
    """A saved segmentation."""
    return SegmentationRow(
        id=row.id,
        study_id=row.study_id,
        checkpoint_sha256=row.checkpoint_sha256,
        preprocessing=row.preprocessing,
        threshold=row.step / LEVELS,
        slice=row.slice,
        sequence=row.sequence,
        smallest=row.smallest,
        result_file=row.result_file,
        card_file=row.card_file,
        mask_sha256=row.mask_sha256,
        voxels=row.voxels,
        volume_ml=row.volume_ml,
        lesions=row.lesions,
        measurements=row.measurements,
        created_at=row.created_at,
        created_by=row.created_by,
        review=Review(row.review),
        comment=row.comment,
        reviewed_at=row.reviewed_at,
        reviewed_by=row.reviewed_by,
        version=row.version,
    )


def as_study(row: Study, segmentations: Iterable[Segmentation]) -> StudyRow:
    """A saved study with these segmentations, in their order."""
    return StudyRow(
        id=row.id,
        patient_id=row.patient_id,
        taken_on=row.taken_on,
        sequences=row.sequences,
        slices=row.slices,
        source_sha256=row.source_sha256,
        scan_file=row.scan_file,
        thumbnail_file=row.thumbnail_file,
        created_at=row.created_at,
        created_by=row.created_by,
        segmentations=tuple(as_segmentation(each) for each in segmentations),
    )


def studies_of(session: Session, patient_id: str) -> tuple[StudyRow, ...]:
    """The studies of a patient, the earliest first, those of unknown day last; their segmentations latest first."""
    of_patient = (Study.patient_id == patient_id) & Study.deletion_id.is_(None)
    studies = session.scalars(
        select(Study).where(of_patient).order_by(Study.taken_on.nulls_last(), Study.created_at, Study.id)
    ).all()
    found: dict[str, list[Segmentation]] = {study.id: [] for study in studies}
    for row in session.scalars(
        select(Segmentation)
        .join(Study, Study.id == Segmentation.study_id)
        .where(of_patient, Segmentation.deletion_id.is_(None))
        .order_by(Segmentation.created_at.desc(), Segmentation.id.desc())
    ):
        found[row.study_id].append(row)
    return tuple(as_study(study, found[study.id]) for study in studies)
