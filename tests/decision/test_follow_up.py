from dataclasses import replace

import numpy as np
import pytest
from follow_ups import AFTER, BEFORE, JANUARY, MAY, STILL, time_point
from readings import CARD

from app.decision.change import Category
from app.decision.follow_up import MOST_TARGETS, FollowUp, Mismatch, follow_up, in_order, is_measurable, mismatch
from app.decision.lesion_matching import Fate, Match


def compared(before, after, **more) -> FollowUp:
    found = follow_up(time_point(*before), time_point(*after), STILL, **more)
    assert isinstance(found, FollowUp)
    return found


def test_volumes_and_matches_of_hand_made_boxes():
    found = compared(BEFORE, AFTER)
    assert found.volume.before == pytest.approx(3.2 + 0.144)
    assert found.volume.after == pytest.approx(7.2 + 0.4)
    assert found.matches == (Match((1,), (1,)), Match((2,), ()), Match((), (2,)))
    assert [match.fate for match in found.matches] == [Fate.PERSISTING, Fate.VANISHED, Fate.NEW]


def test_only_measurable_lesions_are_targets():
    found = compared(BEFORE, AFTER)
    large, small = found.baseline.lesions
    assert (is_measurable(large, 2.0), is_measurable(small, 2.0)) == (True, False)
    assert found.measurable == 1 and [target.lesions for target in found.targets] == [(1,)]
    assert found.bidimensional.before == large.bidimensional_mm2
    assert found.bidimensional.after == found.later.lesions[0].bidimensional_mm2
    assert found.category is Category.GREW  # 30 x 30 over 20 x 20


def test_a_measurable_lesion_has_twice_the_slice_thickness_and_two_slices():
    lesion = compared(BEFORE, AFTER).baseline.lesions[0]
    least = min(lesion.longest.mm, lesion.perpendicular.mm)
    assert is_measurable(lesion, least / 2) and not is_measurable(lesion, least / 2 + 0.01)
    flat = replace(lesion, box=((2, 0, 0), (3, 20, 20)))
    assert not is_measurable(flat, 1.0)
    exact = replace(
        lesion, longest=replace(lesion.longest, mm=10.0), perpendicular=replace(lesion.perpendicular, mm=10.0)
    )
    assert is_measurable(exact, 5.0)
    assert not is_measurable(replace(exact, perpendicular=replace(exact.perpendicular, mm=9.99)), 1.0)


def test_parts_of_a_split_lesion_count_together_and_merged_ones_once():
    whole = ((0, 2, 2), (4, 22, 40))
    parts = ((0, 2, 2), (4, 22, 20)), ((0, 2, 22), (4, 22, 40))
    split, merged = compared([whole], parts), compared(parts, [whole])
    assert [match.fate for match in split.matches] == [Fate.SPLIT]
    assert split.bidimensional.after == sum(lesion.bidimensional_mm2 for lesion in split.later.lesions)
    assert [match.fate for match in merged.matches] == [Fate.MERGED]
    assert merged.bidimensional.before == split.bidimensional.after
    assert merged.bidimensional.after == merged.later.lesions[0].bidimensional_mm2
    assert merged.targets[0].lesions == (1, 2)


def test_at_most_five_targets_the_largest():
    boxes = [((0, 1, 1 + 12 * n), (2 if n else 4, 13, 12 + 12 * n)) for n in range(4)]
    boxes += [((3, 20, 1 + 14 * n), (6, 31 + n, 13 + 14 * n)) for n in range(3)]
    found = compared(boxes, boxes)
    assert found.measurable == 7 and len(found.targets) == MOST_TARGETS
    products = sorted((lesion.bidimensional_mm2 for lesion in found.baseline.lesions), reverse=True)
    assert found.bidimensional.before == pytest.approx(sum(products[:MOST_TARGETS]))
    assert found.category is Category.BETWEEN


def test_nothing_measurable_at_the_baseline():
    found = compared([BEFORE[1]], AFTER)
    assert found.targets == () and found.category is Category.UNDEFINED


def test_results_made_differently_are_not_compared():
    first, other = time_point(*BEFORE), replace(CARD, sha256="d" * 64)
    assert mismatch(first, time_point(*AFTER)) is None
    found = follow_up(first, time_point(*AFTER, card=other), STILL)
    assert isinstance(found, Mismatch) and found.differences == (("checkpoint", "c" * 64, "d" * 64),)
    assert not found.only_threshold
    newer = time_point(*AFTER, card=replace(CARD, preprocessing=3))
    assert [what for what, _, _ in mismatch(first, newer).differences] == ["preprocessing"]
    recalibrated = time_point(*AFTER, card=replace(CARD, calibrations={}))
    assert [what for what, _, _ in mismatch(first, recalibrated).differences] == ["calibration"]


def test_another_threshold_takes_no_new_run():
    first, second = time_point(*BEFORE), time_point(*AFTER, threshold=0.45)
    found = follow_up(first, second, STILL)
    assert isinstance(found, Mismatch) and found.only_threshold
    assert found.differences == (("threshold", "0.300", "0.450"),)
    assert isinstance(follow_up(first, second, STILL, 0.5), FollowUp)
    empty = follow_up(first, second, STILL, 0.505)  # all boxes are of level 100
    assert empty.matches == () and empty.volume.after == 0


def test_the_earlier_day_is_the_baseline():
    early, late, unknown = (time_point(day=day) for day in (JANUARY, MAY, None))
    assert in_order(late, early) == (early, late) == in_order(early, late)
    assert in_order(unknown, early) == (unknown, early) and in_order(early, unknown) == (early, unknown)


def test_a_study_without_a_place_cannot_be_followed():
    with pytest.raises(ValueError, match="without spacing"):
        follow_up(time_point(*BEFORE, affine=None), time_point(*AFTER), STILL)


def test_the_motion_is_used_for_matching_alone():
    shifted = replace(STILL, to_fixed=np.array([[1.0, 0, 0, 200], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]))
    found = follow_up(time_point(*BEFORE), time_point(*BEFORE), shifted)
    assert found.volume.difference == 0
    assert [match.fate for match in found.matches] == [Fate.VANISHED] * 2 + [Fate.NEW] * 2
