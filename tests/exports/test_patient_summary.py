"""Summaries read back by csv and json, and compared with cards made by hand."""

import csv
import io
import json
from datetime import UTC, date, datetime

from app import NOTICE, VERSION
from app.exports.patient_summary import summary_csv, summary_json
from app.records.rows import Review
from tests.exports.patient_cards import card, segmentation, study

REVIEWED = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
LATEST = segmentation(
    2, 14.25, threshold=0.5, review=Review.FLAGGED, comment="=motion", reviewed_at=REVIEWED, reviewed_by="Bo"
)
TWICE = study(1, date(2026, 3, 1), LATEST, segmentation(1, None, lesions=0))
NO_RESULT = study(2, None)


def lines(*studies, **fields) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(summary_csv(card(*studies, **fields)).decode())))


def test_a_line_for_each_result() -> None:
    latest, earlier, none = lines(TWICE, NO_RESULT)
    assert (latest["patient"], latest["birth_year"], latest["sex"], latest["notice"]) == (
        "P-7",
        "1962",
        "female",
        NOTICE,
    )
    assert (latest["taken_on"], latest["sequences"], latest["slices"]) == ("2026-03-01", "FLAIR+T1ce", "24")
    assert (latest["result"], latest["volume_ml"], latest["threshold"]) == (f"{2:032x}", "14.25", "0.5")
    assert (latest["review"], latest["reviewed_by"]) == ("flagged", "Bo")
    assert latest["reviewed_at"] == "2026-03-05T08:00:00+00:00"
    assert (earlier["study"], earlier["volume_ml"], earlier["lesions"]) == (latest["study"], "", "0")
    assert (none["study"], none["taken_on"], none["result"]) == (f"{2:032x}", "", "")


def test_a_patient_without_a_study_is_not_lost() -> None:
    (line,) = lines(birth_year=None, sex=None)
    assert (line["patient"], line["birth_year"], line["study"], line["notice"]) == ("P-7", "", "", NOTICE)


def test_a_comment_is_no_formula() -> None:
    assert lines(TWICE)[0]["comment"] == "'=motion"
    assert lines(pseudonym="@P-7")[0]["patient"] == "'@P-7"


def test_json_holds_everything() -> None:
    told = json.loads(summary_json(card(TWICE, NO_RESULT, notes="left-handed")))
    assert (told["format"], told["notice"], told["versions"]) == (1, NOTICE, {"gliolens": VERSION})
    assert told["patient"] == {"pseudonym": "P-7", "birth_year": 1962, "sex": "female", "notes": "left-handed"}
    twice, none = told["studies"]
    assert [result["volume_ml"] for result in twice["results"]] == [14.25, None]
    assert twice["results"][0]["comment"] == "=motion"
    assert twice["results"][0]["measurements"]["lesions"][1]["longest"] == {"mm": 10.0}
    assert (none["taken_on"], none["results"]) == (None, [])
