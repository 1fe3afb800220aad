import numpy as np

from app.decision.lesion_matching import LEAST_SHARE, Fate, Match, match_lesions, shares_of_smaller
from app.imaging.grid import Grid


def grid(shape, spacing=(1.0, 1.0, 1.0), origin=(0.0, 0.0, 0.0)):
    to_mm = np.zeros((4, 4))
    to_mm[[2, 1, 0], [0, 1, 2]] = spacing
    to_mm[:3, 3] = origin
    to_mm[3, 3] = 1
    return Grid(shape, to_mm)


def row(*numbers):
    return np.array([[numbers]], np.uint8)


def shares(first, second):
    return shares_of_smaller((first, second), (grid(first.shape), grid(second.shape)), np.eye(4))


def test_the_share_is_that_of_the_smaller_lesion():
    found = shares(row(1, 1, 1, 1, 0, 2, 2, 0), row(0, 0, 0, 1, 1, 1, 0, 2))
    assert np.allclose(found, [[1 / 3, 0], [1 / 2, 0]])


def test_each_fate_from_hand_made_masks():
    before = row(1, 1, 0, 2, 2, 2, 0, 3, 0, 4, 0, 5, 5, 0)
    after = row(1, 1, 0, 2, 0, 3, 0, 4, 4, 4, 0, 0, 0, 5)
    assert match_lesions(shares(before, after)) == (
        Match((1,), (1,)),
        Match((2,), (2, 3)),
        Match((3, 4), (4,)),
        Match((5,), ()),
        Match((), (5,)),
    )
    assert [match.fate for match in match_lesions(shares(before, after))] == [
        Fate.PERSISTING,
        Fate.SPLIT,
        Fate.MERGED,
        Fate.VANISHED,
        Fate.NEW,
    ]


def test_lesions_that_belong_together_by_way_of_others_are_one_match():
    only = match_lesions(shares(row(1, 1, 1, 0, 2, 2, 2), row(1, 0, 2, 2, 2, 0, 3)))
    assert only == (Match((1, 2), (1, 2, 3)),) and only[0].fate is Fate.REARRANGED


def test_two_that_only_touch_are_two():
    assert match_lesions(np.array([[LEAST_SHARE - 0.001]])) == (Match((1,), ()), Match((), (1,)))
    assert match_lesions(np.array([[LEAST_SHARE]])) == (Match((1,), (1,)),)


def test_nothing_on_either_side():
    nothing = np.zeros((2, 2, 2), np.uint8)
    assert match_lesions(shares(nothing, nothing)) == ()
    ball = nothing.copy()
    ball[0, 0, 1] = 1
    assert match_lesions(shares(ball, nothing)) == (Match((1,), ()),)
    assert match_lesions(shares(nothing, ball)) == (Match((), (1,)),)


def test_the_motion_says_what_lies_on_what():
    before, after = row(0, 0, 0, 1, 1), row(1, 1, 0, 0, 0)
    to_fixed = np.eye(4)
    to_fixed[0, 3] = 3.0  # towards left, as columns run
    found = shares_of_smaller((before, after), (grid(before.shape), grid(after.shape)), to_fixed)
    assert found.tolist() == [[1.0]]
    assert shares(before, after).tolist() == [[0.0]]


def test_a_lesion_between_thick_slices_is_found():
    thick, thin = np.zeros((3, 1, 1), np.uint8), np.zeros((15, 1, 1), np.uint8)
    thick[1] = 1  # 2.5 to 7.5 mm
    thin[6:8] = 1  # seen in no middle of a thick slice
    grids = grid(thick.shape, (5.0, 1.0, 1.0)), grid(thin.shape)
    assert shares_of_smaller((thick, thin), grids, np.eye(4)).tolist() == [[1.0]]
    assert shares_of_smaller((thin, thick), grids[::-1], np.eye(4)).tolist() == [[1.0]]
