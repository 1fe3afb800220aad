from datetime import date

import pytest

from app.errors import InputError
from app.records.patients import (
    PatientSort,
    add_patient,
    archive_patient,
    edit_patient,
    find_patients,
    merge_patients,
    patient_names,
)
from app.records.rows import PatientFields, Review, Sex
from app.records.segmentations import add_segmentation, set_review
from app.records.studies import add_study
from tests.records_fixtures import ADMIN, new_segmentation, new_study

NOTES = {
    "alpha": "Left temporal, 100% seen",
    "Beta": "left frontal; under_scored",
    "gamma": "Größe unklar\nsecond line",
    "Delta": "",
    "epsilon": "a / slash and a \\ backslash",
}
BORN = {"alpha": 1970, "Delta": 1950}
SEXES = {"gamma": Sex.FEMALE, "Beta": Sex.MALE}


@pytest.fixture
def five(records):
    """Pseudonym to identifier; they were added in that order."""
    with records.writing(ADMIN) as session:
        return {
            name: add_patient(session, PatientFields(name, BORN.get(name), SEXES.get(name), notes))
            for name, notes in NOTES.items()
        }


@pytest.fixture
def scanned(records, five):
    """Days and volumes of some: Beta has the latest study, alpha the largest volume, gamma a day, epsilon a flag."""
    with records.writing(ADMIN) as session:
        for number, (name, day, volume) in enumerate(
            [
                ("gamma", date(2026, 1, 1), None),
                ("Beta", date(2024, 1, 1), 99.0),
                ("Beta", date(2026, 5, 5), 1.5),
                ("alpha", date(2025, 1, 1), 40.0),
                ("epsilon", None, 7.0),
            ]
        ):
            study = add_study(session, five[name], new_study(records, f"scan {number}", taken_on=day))
            if volume is not None:
                last = add_segmentation(session, study, new_segmentation(records, volume_ml=volume))
        set_review(session, last, Review.FLAGGED, "", version=1)
    return five


def found(records, **asked):
    with records.reading() as session:
        page = find_patients(session, **{"sort": PatientSort.PSEUDONYM, "descending": False} | asked)
    return [row.fields.pseudonym for row in page.rows]


EVERYBODY = ["alpha", "Beta", "Delta", "epsilon", "gamma"]
SEARCHES = {
    "": EVERYBODY,
    "   ": EVERYBODY,
    "LEFT": ["alpha", "Beta"],
    "left tempor": ["alpha"],
    "frontal BETA": ["Beta"],
    "left right": [],
    "grösse": ["gamma"],
    "GRÖSSE": ["gamma"],
    "GRO\u0308SSE": ["gamma"],
    "unklar second": ["gamma"],
    "%": ["alpha"],
    "_": ["Beta"],
    "r_s": ["Beta"],
    "r_f": [],
    "/": ["epsilon"],
    "\\": ["epsilon"],
    "' OR 1=1 --": [],
    "te\x00mp\u200bo": ["alpha"],
    "\x00": EVERYBODY,
}


def test_every_word_somewhere_in_pseudonym_or_notes(records, five):
    assert {text: found(records, text=text) for text in SEARCHES} == SEARCHES


def test_an_edit_changes_what_is_found(records, five):
    with records.writing(ADMIN) as session:
        edit_patient(session, five["Delta"], PatientFields("Delta", notes="Now temporal"), version=1)
    assert found(records, text="temporal") == ["alpha", "Delta"]


def test_a_search_that_is_too_long(records):
    with records.reading() as session, pytest.raises(InputError, match="200"):
        find_patients(session, text="a" * 201)


ORDERS = {
    PatientSort.PSEUDONYM: ("alpha Beta Delta epsilon gamma", "gamma epsilon Delta Beta alpha"),
    PatientSort.BORN: ("Delta alpha Beta epsilon gamma", "alpha Delta Beta epsilon gamma"),
    PatientSort.SEX: ("gamma Beta alpha Delta epsilon", "Beta gamma alpha Delta epsilon"),
    PatientSort.FLAGGED: ("alpha Beta Delta gamma epsilon", "epsilon alpha Beta Delta gamma"),
    PatientSort.LATEST: ("alpha gamma Beta Delta epsilon", "Beta gamma alpha Delta epsilon"),
    PatientSort.SAVED: ("gamma Beta alpha epsilon Delta", "epsilon alpha Beta gamma Delta"),
    PatientSort.VOLUME: ("Beta epsilon alpha Delta gamma", "alpha epsilon Beta Delta gamma"),
    PatientSort.STUDIES: ("Delta alpha epsilon gamma Beta", "Beta alpha epsilon gamma Delta"),
}
"""Rising and falling: equal ones follow by pseudonym, and who lacks it comes last."""


def test_every_order(records, scanned):
    assert set(ORDERS) == set(PatientSort)
    for sort, (rising, falling) in ORDERS.items():
        assert found(records, sort=sort) == rising.split(), sort
        assert found(records, sort=sort, descending=True) == falling.split(), sort
        pages = [found(records, sort=sort, offset=number, limit=1) for number in range(5)]
        assert [name for page in pages for name in page] == rising.split(), sort


def test_pages_say_how_many_there_are(records, five):
    with records.reading() as session:
        page = find_patients(session, text="left", limit=1)
        assert (len(page.rows), page.total) == (1, 2)
        page = find_patients(session, text="left", offset=50)
        assert (page.rows, page.total) == ((), 2)
        assert find_patients(session, limit=0).total == 5


def test_what_the_list_shows_of_each(records, scanned):
    with records.reading() as session:
        rows = {row.fields.pseudonym: row for row in find_patients(session).rows}
    assert {name: (row.studies, row.latest_on, row.latest_ml) for name, row in rows.items()} == {
        "alpha": (1, date(2025, 1, 1), 40.0),
        "Beta": (2, date(2026, 5, 5), 1.5),
        "gamma": (1, date(2026, 1, 1), None),
        "Delta": (0, None, None),
        "epsilon": (1, None, 7.0),
    }
    assert rows["epsilon"].latest_saved > rows["alpha"].latest_saved > rows["gamma"].latest_saved
    assert rows["Delta"].latest_saved is None


def test_archived_and_merged_ones(records, five):
    with records.writing(ADMIN) as session:
        archive_patient(session, five["alpha"], archived=True)
        merge_patients(session, keep=five["Beta"], merge=five["gamma"])
    assert found(records) == ["Beta", "Delta", "epsilon"]
    assert found(records, archived=True) == ["alpha", "Beta", "Delta", "epsilon"]
    assert found(records, text="größe") == ["Beta"]


def test_names_for_a_picker_begin_with_those_used_last(records, scanned):
    with records.writing(ADMIN) as session:
        archive_patient(session, scanned["Beta"], archived=True)
    with records.reading() as session:
        names = [pseudonym for _, pseudonym in patient_names(session)]
        assert names == ["epsilon", "alpha", "gamma", "Delta"]
        assert patient_names(session, "TEMPORAL", limit=5) == [(scanned["alpha"], "alpha")]
        assert len(patient_names(session, limit=2)) == 2
