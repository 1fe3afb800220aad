import hashlib
from dataclasses import replace

import numpy as np
import pytest

from app.decision.keeping import Reopened, mask_sha256, reopen
from app.decision.measurements import measure
from app.errors import (
    RecordMissingError,
    RecordsDamagedError,
)
from app.records.database import Records
from app.records.patients import edit_patient
from app.records.rows import PatientFields
from app.records.tables import Segmentation
from app.study import Sequence
from tests.decision.readings import CARD, head, levels, reading_of, study_of
from tests.decision.saved import ADMIN, DAY, READER, THUMBNAIL, counts, save

P7 = PatientFields("P-7")
ID = "0123456789abcdef" * 2
of_sqlite = pytest.mark.parametrize("records_environ", ["sqlite"], indirect=True)
"""Where the database makes no difference."""


def damage(records: Records, sha256: str) -> None:
    path = records.files.path(sha256)
    path.write_bytes(path.read_bytes()[:-1] + b"?")


def test_a_reading_is_opened_as_it_was(records: Records) -> None:
    rng = np.random.default_rng(3)
    image = rng.normal(size=head().shape).astype(np.float32)
    image[0, 0, :2] = -0.0, 1e-42
    reference = (levels() > 0).astype(np.uint8) * 4
    before = replace(reading_of(study_of("smith", image=image, reference=reference)), slice=2, threshold=0.5)
    kept = save(records, PatientFields("P-7", 1960), before)
    after = reopen(records, READER, kept.segmentation_id)
    assert after.study.images[Sequence.FLAIR].tobytes() == image.tobytes()
    assert after.study.reference is not None and np.array_equal(after.study.reference, reference)
    assert (after.study.sha256, after.study.spacing) == (before.study.sha256, before.study.spacing)
    assert after.study.name == "P-7 2026-03-01"
    assert after.result.levels.tobytes() == before.result.levels.tobytes()
    assert after.result.classes is not None and before.result.classes is not None
    assert after.result.classes.tobytes() == before.result.classes.tobytes()
    assert after.card == replace(CARD, curves=after.card.curves)
    row = after.row
    assert (row.threshold, row.slice, row.sequence, row.smallest) == (0.5, 2, "FLAIR", 2)
    assert (row.preprocessing, row.checkpoint_sha256, row.created_by) == (2, CARD.sha256, "Ada")
    assert (after.study_row.taken_on, after.study_row.sequences, after.study_row.slices) == (DAY, "FLAIR", 4)
    assert (after.patient.id, after.patient.fields.birth_year) == (kept.patient_id, 1960)
    assert records.files.get(after.study_row.thumbnail_file) == THUMBNAIL


@of_sqlite
def test_what_is_said_of_the_mask_is_counted_by_hand(records: Records) -> None:
    """Two lesions of 24 and 4 voxels, and a speck of one, of 2.5 cubic millimetres each."""
    row = reopen(records, READER, save(records, P7).segmentation_id).row
    assert (row.voxels, row.volume_ml, row.lesions) == (29, 29 * 0.0025, 2)
    mask = bytes(int(level >= 60) for level in levels().flat)
    assert row.mask_sha256 == hashlib.sha256(mask).hexdigest()
    lesions = row.measurements["lesions"]
    assert [lesion["voxels"] for lesion in lesions] == [24, 4]
    assert lesions[0]["classes"] == {"1": 1, "2": 17, "4": 6}
    assert row.measurements["left_out"] == 1


@of_sqlite
def test_without_spacing_there_is_no_volume(records: Records) -> None:
    picture = reading_of(study_of(spacing=None, affine=None), with_classes=False)
    after = reopen(records, READER, save(records, P7, picture).segmentation_id)
    assert (after.row.volume_ml, after.row.voxels, after.result.classes) == (None, 29, None)
    assert after.row.measurements["lesions"][0]["classes"] is None


def test_a_study_has_the_name_of_its_patient_now(records: Records) -> None:
    kept = save(records, P7, taken_on=None)
    with records.writing(ADMIN) as session:
        edit_patient(session, kept.patient_id, PatientFields("P-8"), version=1)
    assert reopen(records, READER, kept.segmentation_id).study.name == "P-8"


@of_sqlite
@pytest.mark.parametrize("name", ["scan_file", "result_file", "card_file"])
@pytest.mark.parametrize("removed", [True, False])
def test_a_file_that_was_removed_or_altered_is_told(records: Records, name: str, removed: bool) -> None:
    kept = save(records, P7)
    opened = reopen(records, READER, kept.segmentation_id)
    sha256 = getattr(opened.study_row if name == "scan_file" else opened.row, name)
    before = counts(records)
    if removed:
        records.files.path(sha256).unlink()
    else:
        damage(records, sha256)
    error, words = (RecordMissingError, "is missing") if removed else (RecordsDamagedError, "not what was once saved")
    with pytest.raises(error, match=f"{words}: {sha256[:12]}.*Restore it from a backup"):
        reopen(records, READER, kept.segmentation_id)
    assert counts(records) == before  # nobody has viewed it
    save(records, kept.patient_id, id=ID)  # the same file, which mends it
    assert reopen(records, READER, kept.segmentation_id).row == opened.row


@of_sqlite
@pytest.mark.parametrize(
    "column",
    [{"mask_sha256": "0" * 64}, {"step": 61}, {"slice": 4}, {"sequence": "T1"}, {"checkpoint_sha256": "d" * 64}],
    ids=str,
)
def test_a_row_that_was_altered_is_told(records: Records, column: dict[str, object]) -> None:
    kept = save(records, P7)
    with records.writing(ADMIN) as session:
        row = session.get_one(Segmentation, kept.segmentation_id)
        for name, value in column.items():
            setattr(row, name, value)
    with pytest.raises(RecordsDamagedError, match="A saved segmentation is not what was once saved"):
        reopen(records, READER, kept.segmentation_id)


@of_sqlite
def test_files_of_another_study_are_told(records: Records) -> None:
    kept, other = save(records, P7), save(records, PatientFields("P-8"), reading_of(study_of(image=head() + 1)))
    with records.writing(ADMIN) as session:
        row, others = (session.get_one(Segmentation, each.segmentation_id) for each in (kept, other))
        row.result_file = others.result_file
    with pytest.raises(RecordsDamagedError, match="A saved segmentation is not what was once saved"):
        reopen(records, READER, kept.segmentation_id)
    with records.writing(ADMIN) as session:
        row = session.get_one(Segmentation, other.segmentation_id)
        row.card_file = row.result_file
    with pytest.raises(RecordsDamagedError, match="A saved card cannot be read"):
        reopen(records, READER, other.segmentation_id)


@of_sqlite
def test_measurements_are_those_that_are_measured_again(records: Records) -> None:
    opened: Reopened = reopen(records, READER, save(records, P7).segmentation_id)
    again = measure(opened.study, opened.result, opened.row.threshold, opened.row.smallest)
    assert len(again.lesions) == opened.row.lesions
    assert [lesion.ml for lesion in again.lesions] == [lesion["ml"] for lesion in opened.row.measurements["lesions"]]
    assert mask_sha256(opened.result, 0.3) == opened.row.mask_sha256 != mask_sha256(opened.result, 0.6)
