import math

import pytest

from app.errors import InputError, NotAllowedError, RecordMissingError, RecordsConflictError
from app.records.deletions import delete_segmentation
from app.records.patients import add_patient
from app.records.rows import PatientFields, Review
from app.records.segmentations import add_segmentation, segmentation_row, set_review
from app.records.studies import add_study, study_row
from tests.records_fixtures import ADMIN, READER, REVIEWER, new_segmentation, new_study, noted

ID = "0123456789abcdef" * 2


@pytest.fixture
def study(records):
    with records.writing(READER) as session:
        return add_study(session, add_patient(session, PatientFields("P-7")), new_study(records))


def row(records, segmentation):
    with records.reading() as session:
        return segmentation_row(session, segmentation)


def test_a_segmentation_is_as_it_was_saved(records, study):
    measured = {"lesions": [{"ml": 0.1 + 0.2, "classes": {"4": 7}, "longest": None}], "side": "left, über"}
    new = new_segmentation(records, measurements=measured, voxels=2**40, volume_ml=1 / 3, threshold=0.005)
    with records.writing(READER) as session:
        added = add_segmentation(session, study, new)
    found = row(records, added)
    assert {name: getattr(found, name) for name in vars(new)} == vars(new)
    assert (found.study_id, found.created_by, found.version) == (study, "Rea", 1)
    assert (found.review, found.comment, found.reviewed_at, found.reviewed_by) == (Review.NOT_STARTED, "", None, None)
    detail = {"study": study, "checkpoint": "c" * 64, "threshold": 0.005}
    assert noted(records, f"segmentation {added}") == [("Rea", "save", detail)]


def test_every_threshold_comes_back_as_it_was(records, study):
    thresholds = [step / 200 for step in (0, 1, 57, 91, 113, 199, 200)] + [0.005 * 91]
    with records.writing(READER) as session:
        added = [
            add_segmentation(session, study, new_segmentation(records, threshold=threshold)) for threshold in thresholds
        ]
        assert [segmentation_row(session, one).threshold for one in added] == [*thresholds[:-1], 91 / 200]


def test_a_second_click_adds_nothing(records, study):
    for _ in range(2):
        with records.writing(READER) as session:
            assert add_segmentation(session, study, new_segmentation(records), id=ID) == ID
    with records.reading() as session:
        assert [one.id for one in study_row(session, study).segmentations] == [ID]
    assert len(noted(records, f"segmentation {ID}")) == 1


def test_what_was_deleted_is_not_saved_again_by_a_late_click(records, study):
    with records.writing(ADMIN) as session:
        add_segmentation(session, study, new_segmentation(records), id=ID)
        delete_segmentation(session, ID)
    with pytest.raises(RecordsConflictError, match="deleted"), records.writing(READER) as session:
        add_segmentation(session, study, new_segmentation(records), id=ID)


@pytest.mark.parametrize(
    "wrong",
    [
        {"threshold": 0.123},
        {"threshold": 1.005},
        {"threshold": -0.005},
        {"volume_ml": math.nan},
        {"volume_ml": math.inf},
        {"measurements": {"ml": math.nan}},
    ],
)
def test_values_that_no_segmentation_has(records, study, wrong):
    with pytest.raises(Exception, match=r"Received|JSON"), records.writing(READER) as session:
        add_segmentation(session, study, new_segmentation(records, **wrong))
    with records.reading() as session:
        assert study_row(session, study).segmentations == ()


def test_an_identifier_is_hexadecimal(records, study):
    for wrong in ("", "x", ID.upper(), ID + "0"):
        with pytest.raises(ValueError, match="32"), records.writing(READER) as session:
            add_segmentation(session, study, new_segmentation(records), id=wrong)


@pytest.mark.parametrize("name", ["result_file", "card_file"])
def test_a_row_never_names_a_file_that_is_not_there(records, study, name):
    with pytest.raises(RecordMissingError, match="Nothing was saved"), records.writing(READER) as session:
        add_segmentation(session, study, new_segmentation(records, **{name: "0" * 64}))


class TestReview:
    @pytest.fixture
    def added(self, records, study):
        with records.writing(READER) as session:
            return add_segmentation(session, study, new_segmentation(records))

    def test_every_state_and_a_comment(self, records, added):
        version = 1
        for review in (Review.IN_PROGRESS, Review.FLAGGED, Review.ACCEPTED, Review.NOT_STARTED):
            with records.writing(REVIEWER) as session:
                told = set_review(session, added, review, f" {review}: see\nslice 3 ", version=version)
            assert told == row(records, added)
            assert (told.review, told.comment, told.reviewed_by) == (review, f"{review}: see\nslice 3", "Viv")
            assert told.version == version + 1 and told.reviewed_at > told.created_at
            version = told.version
        assert noted(records, f"segmentation {added}")[2] == ("Viv", "review", {"review": "flagged", "comment": True})

    def test_the_second_of_two_who_began_at_the_same_version_is_told(self, records, added):
        with records.writing(REVIEWER) as session:
            set_review(session, added, Review.ACCEPTED, "mine", version=1)
        with pytest.raises(RecordsConflictError, match="meanwhile"), records.writing(ADMIN) as session:
            set_review(session, added, Review.FLAGGED, "no, mine", version=1)
        assert row(records, added).comment == "mine"

    def test_who_may_not_and_what_cannot_be(self, records, added):
        with pytest.raises(NotAllowedError, match="reviewer"), records.writing(READER) as session:
            set_review(session, added, Review.ACCEPTED, "", version=1)
        with pytest.raises(InputError, match="comment"), records.writing(REVIEWER) as session:
            set_review(session, added, Review.ACCEPTED, "x" * 4001, version=1)
        with pytest.raises(RecordMissingError), records.writing(REVIEWER) as session:
            set_review(session, ID, Review.ACCEPTED, "", version=1)
        assert row(records, added).version == 1
