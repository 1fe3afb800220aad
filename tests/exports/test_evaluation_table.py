import math

import numpy as np
import pytest

from app.evaluation.case_scores import score_case
from app.evaluation.summary import ScoredCase, summarise
from app.exports.evaluation_table import Table, as_text, counted, headline, interval, number, remarks, tables


@pytest.fixture
def summary():
    """Two of three tumour voxels found with one false alarm; a healthy head; and one case that could not be read."""
    levels = np.array([[[100, 100, 100, 0, 0]]], np.uint8)
    tumour = np.array([[[2, 4, 0, 4, 0]]], np.uint8)
    labels = np.array([[[2, 4, 2, 0, 0]]], np.uint8)
    cases = [
        ScoredCase("sick", "a", "FLAIR", score_case(levels, tumour, tumour >= 0, 0.5, (1.0, 1.0, 1.0), labels)),
        ScoredCase(
            "well", "b", "FLAIR", score_case(levels * 0, tumour * 0, tumour >= 0, 0.5, (1.0, 1.0, 1.0), labels * 0)
        ),
    ]
    left_out = {"not_in_folder": {}, "unreadable": {"broken": "x.nii is damaged."}, "lacks_sequences": {}}
    return {"title": "BraTS", "left_out": left_out, **summarise(cases, 0.5, resamples=20)}


def named(summary, title: str) -> Table:
    (table,) = (table for table in tables(summary) if table.title.startswith(title))
    return table


def test_headline(summary):
    assert headline(summary) == ("BraTS: 2 cases of 2 patients, threshold 0.500. Given to the network: FLAIR (2).")


def test_what_must_be_known(summary):
    assert remarks(summary) == [
        "Left out: 1 case.",
        "broken: x.nii is damaged.",
        "Whole tumour: empty reference in 1 case: well.",
        "Core: empty reference in 1 case: well.",
        "Enhancing: empty reference in 1 case: well.",
    ]


def test_a_missed_region_is_named(summary):
    summary["regions"]["core"]["nothing_found"] = ["sick", "well"]
    assert "Core: missed altogether in 2 cases: sick, well." in remarks(summary)


def test_no_spacing_is_said(summary):
    del summary["regions"]["whole"]["over_cases"]["hd95_mm"]
    assert remarks(summary)[-1] == "The files have no spacing, so there are no distances in mm."


def test_pooled(summary):
    rows = {row[0]: row[1] for row in named(summary, "Pooled").rows}
    assert rows == {
        "recall": "0.667",
        "precision": "0.667",
        "specificity": "0.857",
        "accuracy": "0.800",
        "Dice (F1)": "0.667",
        "IoU": "0.500",
    }


def test_confusion_matrix_and_classification_report(summary):
    assert named(summary, "Confusion").rows == [("background", "6", "1"), ("tumour", "1", "2")]
    assert named(summary, "Classification").rows == [
        ("background", "0.857", "0.857", "0.857", "7"),
        ("tumour", "0.667", "0.667", "0.667", "3"),
    ]


def test_regions(summary):
    assert [table.title for table in tables(summary)][3:6] == [
        "Whole tumour, over cases",
        "Core, over cases",
        "Enhancing, over cases",
    ]
    row = dict(zip(named(summary, "Enhancing").header, named(summary, "Enhancing").rows[0], strict=False))
    assert (row["score"], row["cases"], row["mean"], row["worst case"]) == ("recall", "1", "0.500", "sick")
    (undefined,) = (row for row in named(summary, "Whole").rows if row[0] == "lesion recall")
    assert undefined == ("lesion recall", "0", *["–"] * 7)


def test_calibration(summary):
    table = named(summary, "Calibration")
    assert table.rows[0] == ("0.0 to 0.1", "7", "0.000", "0.143")
    assert table.rows[5] == ("0.5 to 0.6", "3", "0.502", "0.667")
    assert len(table.rows) == 10


def test_best(summary):
    assert named(summary, "At the threshold").rows == [("0.005", "0.667", "0.667", "0.667", "0.667", "–")]


def test_markdown_is_padded():
    table = Table("T", ("a", "long"), [("wide cell", "1"), ("", "–")])
    assert table.markdown() == (
        "T\n\n| a         | long |\n| --------- | ---- |\n| wide cell | 1    |\n|           | –    |"
    )


def test_html_is_escaped():
    assert "<td>&lt;b&gt;</td>" in Table("T", ("a",), [("<b>",)]).html()


def test_the_text_holds_every_table(summary):
    text = as_text(summary)
    assert text.startswith(headline(summary))
    assert all(table.markdown() in text for table in tables(summary))
    assert "Left out: 1 case.\n\nbroken: x.nii is damaged." in text


def test_numbers():
    assert (number(0.12345), number(math.nan), number(None), number(0.12345, 4)) == ("0.123", "–", "–", "0.1235")
    assert interval((0.1, 0.25)) == "0.100 to 0.250"
    assert (interval(None), interval((math.nan, math.nan))) == ("–", "–")
    assert (counted(1, "case"), counted(1200, "case")) == ("1 case", "1,200 cases")
