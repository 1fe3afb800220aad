import json
import os
import time

import numpy as np
import pytest

from app.decision.keeping import keep, reopen, sweep
from app.errors import (
    CheckpointAlteredError,
    InputError,
    NotAllowedError,
    RecordMissingError,
    RecordsConflictError,
    RecordsUnavailableError,
)
from app.records import audit
from app.records.database import Records
from app.records.deletions import delete_segmentation, files_in_use
from app.records.patients import patient_card
from app.records.rows import PatientFields
from app.records.segmentations import segmentation_row
from app.records.who import Act
from tests.decision.readings import head, reading_of, study_of
from tests.decision.saved import ADMIN, CARD_JSON, READER, THUMBNAIL, counts, save

P7 = PatientFields("P-7")
ID = "0123456789abcdef" * 2
of_sqlite = pytest.mark.parametrize("records_environ", ["sqlite"], indirect=True)
"""Where the database makes no difference."""


@of_sqlite
def test_nothing_that_is_kept_holds_the_name_of_the_files(records: Records) -> None:
    study = study_of("smith_john", notes=("A file that is no scan was left out: smith_john.txt.",))
    kept = save(records, P7, reading_of(study))
    assert "smith" not in str(reopen(records, READER, kept.segmentation_id)).lower()
    for sha256 in records.files.all():
        assert b"smith" not in records.files.get(sha256)


def test_a_scan_that_is_saved_again_is_one_study(records: Records) -> None:
    first = save(records, P7)
    reference = np.ones(head().shape, np.uint8)
    second = save(records, first.patient_id, reading_of(study_of("other", reference=reference), threshold=0.5))
    assert (second.patient_id, second.study_id) == (first.patient_id, first.study_id)
    assert counts(records)[:3] == (1, 1, 2)
    assert reopen(records, READER, first.segmentation_id).study.reference is None
    later = reopen(records, READER, second.segmentation_id)
    assert later.study.reference is not None and later.row.threshold == 0.5
    assert later.study_row.scan_file == reopen(records, READER, first.segmentation_id).study_row.scan_file


def test_a_double_click_saves_once(records: Records) -> None:
    first = save(records, P7, id=ID)
    before = counts(records)
    assert save(records, P7, id=ID) == first
    assert save(records, first.patient_id, id=ID) == first
    assert counts(records) == before


def test_one_that_was_deleted_is_not_saved_by_an_old_click(records: Records) -> None:
    first = save(records, P7, id=ID)
    with records.writing(ADMIN) as session:
        delete_segmentation(session, ID)
    before = counts(records)
    with pytest.raises(RecordsConflictError, match="deleted"):
        save(records, first.patient_id, id=ID)
    assert counts(records) == before


def test_a_pseudonym_that_is_taken_saves_nothing(records: Records) -> None:
    save(records, P7)
    before = counts(records)
    with pytest.raises(RecordsConflictError, match="pseudonym"):
        save(records, PatientFields("p-7"), reading_of(study_of(image=head() + 1)))
    assert counts(records) == before


def test_values_that_cannot_be_saved_save_nothing(records: Records) -> None:
    with pytest.raises(InputError, match="needs a pseudonym"):
        save(records, PatientFields(" "))
    with pytest.raises(RecordMissingError, match="not there any more"):
        save(records, ID)
    assert counts(records) == (0, 0, 0, 0)


@of_sqlite
def test_a_card_of_another_checkpoint_is_not_saved(records: Records) -> None:
    other = json.dumps(json.loads(CARD_JSON) | {"sha256": "d" * 64}).encode()
    for card in other, b"{}", b"":
        with pytest.raises(CheckpointAlteredError, match="Segment it again"):
            keep(
                records,
                READER,
                reading_of(study_of()),
                patient_id=P7,
                taken_on=None,
                card_json=card,
                thumbnail=THUMBNAIL,
            )
    assert counts(records) == (0, 0, 0, 0) and not list(records.files.all())


def test_saving_and_opening_are_in_the_log(records: Records) -> None:
    kept = save(records, P7)
    reopen(records, ADMIN, kept.segmentation_id)
    with records.reading() as session:
        found = audit.entries(session, audit.Wanted(subject=f"segmentation {kept.segmentation_id}"))
        assert audit.verify(session).sound
    assert [(entry.who, entry.act) for entry in found] == [("Eve", Act.VIEW), ("Ada", Act.SAVE)]


@of_sqlite
def test_who_may_not_save_or_view_leaves_no_file(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = save(records, P7)
    before = counts(records), list(records.files.all())

    def refused(*_: object) -> None:
        raise NotAllowedError("A reader may not.")

    monkeypatch.setattr(type(READER), "require", refused)
    with pytest.raises(NotAllowedError):
        save(records, P7, reading_of(study_of(image=head() + 1)))
    with pytest.raises(NotAllowedError):
        reopen(records, READER, kept.segmentation_id)
    assert (counts(records), list(records.files.all())) == before


def test_sweeping_leaves_what_rows_name_and_what_is_new(records: Records) -> None:
    kept = save(records, P7)
    left = records.files.put(b"of a save that never came to its rows")
    with records.reading() as session:
        named = files_in_use(session)
        row = segmentation_row(session, kept.segmentation_id)
        card = patient_card(session, kept.patient_id)
    study = card.studies[0]
    assert named == {study.scan_file, study.thumbnail_file, row.result_file, row.card_file}
    assert sweep(records) == 0
    long_ago = time.time() - 2 * 24 * 3600
    for sha256 in records.files.all():
        os.utime(records.files.path(sha256), (long_ago, long_ago))
    assert sweep(records) == 1
    assert set(records.files.all()) == named and not records.files.has(left)


def test_what_is_swept_while_it_is_saved_is_no_row_without_a_file(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file goes after it was put, and before the transaction."""
    really = records.files.put

    def swept(content: bytes) -> str:
        sha256 = really(content)
        if content == THUMBNAIL:
            records.files.path(sha256).unlink()
        return sha256

    monkeypatch.setattr(records.files, "put", swept)
    with pytest.raises((RecordMissingError, RecordsUnavailableError), match="again"):
        save(records, P7)
    assert counts(records) == (0, 0, 0, 0)
