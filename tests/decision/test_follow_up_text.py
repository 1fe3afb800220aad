from dataclasses import replace

import pytest
from follow_ups import AFTER, BEFORE, STILL, time_point

from app.decision.change import Change
from app.decision.follow_up import Mismatch, follow_up
from app.decision.follow_up_place import places_of
from app.decision.follow_up_text import (
    UNLIKE,
    category_text,
    change_text,
    doubt_text,
    lesions_of,
    mismatch_text,
    ml_text,
    numbers_of,
    quality_text,
    sequences_text,
)
from app.imaging.grid import grid_of
from app.study import Sequence


@pytest.fixture(scope="module")
def found():
    return follow_up(time_point(*BEFORE), time_point(*AFTER), STILL)


def test_numbers_have_both_values_and_the_change(found):
    volume, products, lesions = numbers_of(found)
    assert volume == ("Volume, ml", "3.34", "7.60", "+4.26 (+127.3 %)")
    assert products[0] == "Sum of products, mm²" and products[3].startswith("+")
    assert lesions == ("Lesions of 0.1 ml or more", "2", "2", "±0")


def test_each_match_has_a_row(found):
    first, second, third = lesions_of(found)
    assert first[:6] == ("Persisting", "1", "1", "3.20", "7.20", "+4.00 (+125.0 %)")
    assert second[:6] == ("Vanished", "2", "–", "0.14", "–", "–") and second[6].endswith("→ –")
    assert third[:6] == ("New", "–", "2", "–", "0.40", "–") and third[6].startswith("– →")


def test_the_category_is_said_with_its_numbers(found):
    said = category_text(found)
    assert said.startswith("The sum of products grew by 25 % or more: ") and "from 1 target lesion." in said
    assert said.endswith("Besides, lesions matched with none: 1 new and 1 vanished.")
    nothing = follow_up(time_point(), time_point(), STILL)
    assert category_text(nothing) == "No lesion at the baseline is measurable."


def test_the_registration_is_described_and_doubted():
    assert "96 % of" not in quality_text(STILL.quality) and "97 % of the smaller head" in quality_text(STILL.quality)
    assert "cut off" in quality_text(replace(STILL.quality, settled=False))
    assert doubt_text(replace(STILL.quality, information=UNLIKE)) is None
    assert "0.49 nats" in doubt_text(replace(STILL.quality, information=0.49))


def test_what_differs_is_named():
    assert mismatch_text(Mismatch((("checkpoint", "a" * 64, "b" * 64), ("calibration", "x", "y")))) == (
        "The two results were made with another checkpoint (aaaaaaaa and bbbbbbbb) and another calibration, so that "
        "their numbers do not belong together."
    )


def test_other_sequences_are_a_caveat():
    one, two = time_point(), time_point(sequences=(Sequence.FLAIR, Sequence.T2))
    assert sequences_text(one, one) is None
    assert "FLAIR at the baseline and FLAIR+T2 later" in sequences_text(one, two)


def test_volumes_and_changes_as_text():
    assert [ml_text(ml) for ml in (0, 0.053, 0.1, 5.324, 84.46)] == ["0.00", "0.053", "0.10", "5.32", "84.5"]
    assert change_text(Change(0, 2), ml_text) == "+2.00"
    assert change_text(Change(4, 3), ml_text) == "\N{MINUS SIGN}1.00 (\N{MINUS SIGN}25.0 %)"
    assert change_text(Change(4, 4), ml_text) == "±0.00 (±0.0 %)"


def test_where_to_look_on_both_scans(found):
    points = time_point(*BEFORE), time_point(*AFTER)
    grids = tuple(grid_of(point.study.source) for point in points)
    persisting, vanished, new = (places_of(found, match, grids, STILL) for match in found.matches)
    assert persisting[0] == pytest.approx((0, 11.5, 11.5), abs=0.5)
    for place in vanished:
        assert place == pytest.approx((1, 27.5, 42.5), abs=0.5)
    for place in new:
        assert place == pytest.approx((4, 9.5, 49.5), abs=0.5)
