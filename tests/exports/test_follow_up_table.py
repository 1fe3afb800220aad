import csv
import io
from datetime import date

import numpy as np
import pytest
from made_readings import CARD, study

from app.decision.follow_up import TimePoint, follow_up
from app.exports.follow_up_table import follow_up_csv
from app.imaging.rigid import Quality, Rigid
from app.study import Probability, Sequence

STILL = Rigid(np.eye(4), Quality(Sequence.FLAIR, 1.25, 0.96, "the middles of the heads", True, 0.0, 0.0))


def time_point(title, *boxes):
    scan = study()
    levels = np.zeros(scan.shape, np.uint8)
    for each in boxes:
        levels[each] = 150
    return TimePoint(scan, Probability(levels, scan.sha256, CARD.sha256), CARD, 0.5, date(2026, 1, 1), title)


def lines(before, after):
    table = follow_up_csv(before, after, follow_up(before, after, STILL), STILL)
    return list(csv.DictReader(io.StringIO(table.decode())))


def test_a_line_for_volume_products_and_each_match():
    large, small = np.s_[3:7, 8:28, 2:20], np.s_[0:2, 0:6, 12:18]
    volume, products, persisting, new = lines(time_point("=one", large), time_point("two", large, small))
    assert [volume["baseline_value"], volume["later_value"], volume["difference"]] == ["4.32", "4.536", "0.216"]
    assert volume["percent"] == "5.0" and volume["unit"] == "ml" and volume["category"] == ""
    assert volume["baseline"] == "'=one"  # which no spreadsheet runs
    assert (products["baseline_lesions"], products["later_lesions"], products["percent"]) == ("1", "1", "0.0")
    assert products["category"].startswith("The sum of products grew by less than 25 %")
    assert persisting["what"] == "persisting lesion" and persisting["difference"] == "0.0"
    assert (new["what"], new["baseline_value"], new["later_value"], new["percent"]) == ("new lesion", "", "0.216", "")
    assert {line["threshold"] for line in (volume, new)} == {"0.5"} and "Research" in new["notice"]
    assert (new["registered_on"], new["head_overlap"], new["mutual_information"]) == ("FLAIR", "0.96", "1.25")


@pytest.mark.parametrize("boxes", [(), (np.s_[0:2, 0:6, 12:18],)])
def test_without_a_target_the_products_are_empty(boxes):
    _, products, *_ = lines(time_point("a", *boxes), time_point("b"))
    assert (products["baseline_value"], products["later_value"], products["difference"]) == ("", "", "")
    assert products["category"] == "No lesion at the baseline is measurable"
