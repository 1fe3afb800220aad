import numpy as np
import pytest

from app.evaluation.spread import SpreadCounts, log_spread, spread_of, volumes_of

LOOKS = [
    np.array([[[0, 50, 200], [3, 3, 90]]], np.uint8),
    np.array([[[10, 20, 200], [3, 4, 190]]], np.uint8),
    np.array([[[5, 60, 0], [3, 3, 100]]], np.uint8),
]


def counts(right=(), wrong=()):
    levels = np.array([*right, *wrong], np.uint8)
    return SpreadCounts.of(levels, np.arange(len(levels)) >= len(right))


def test_the_spread_is_the_highest_less_the_lowest():
    assert spread_of(LOOKS).tolist() == [[[10, 40, 200], [0, 1, 100]]]
    assert not spread_of(LOOKS[:1]).any()
    assert LOOKS[0].tolist() == [[[0, 50, 200], [3, 3, 90]]]


def test_volumes_of_every_look():
    volumes = volumes_of(LOOKS)
    assert volumes.shape == (3, 201)
    assert volumes[:, [0, 1, 4, 50, 100, 200]].tolist() == [[6, 5, 3, 3, 1, 1], [6, 6, 5, 2, 2, 1], [6, 5, 3, 2, 1, 0]]


def test_the_spread_of_volumes_is_relative():
    """Volumes of 9, 99 and 999 voxels: logarithms of 10, 100 and 1000, with a deviation of log 10 * sqrt(2 / 3)."""
    volumes = np.array([[9, 4], [99, 4], [999, 4]])
    np.testing.assert_allclose(log_spread(volumes), [np.log(10) * np.sqrt(2 / 3), 0])


def test_counts_by_spread():
    found = counts(right=[0, 0, 7], wrong=[7, 200])
    assert (found.right[[0, 7, 200]].tolist(), found.wrong[[0, 7, 200]].tolist()) == ([2, 1, 0], [0, 1, 1])
    both = found + counts(right=[7])
    assert (both.right[7], both.right.sum(), both.wrong.sum()) == (2, 4, 2)


def test_counts_are_201():
    with pytest.raises(ValueError, match="201"):
        SpreadCounts(np.zeros(200, np.int64), np.zeros(201, np.int64))


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        ([0, 1, 2], [3, 4], 1.0),
        ([3, 4], [0, 1, 2], 0.0),
        ([5, 5], [5], 0.5),
        ([0, 10], [5, 10], 2.5 / 4),  # 5 is above 0; 10 is above 0 and ties with 10
    ],
)
def test_the_area_is_the_chance_of_the_right_order(right, wrong, expected):
    assert counts(right, wrong).auroc == pytest.approx(expected)


def test_the_area_is_undefined_without_errors():
    assert np.isnan(counts(right=[1, 2]).auroc)


def test_bins_give_the_share_that_is_wrong():
    bins = counts(right=[0, 9, 9, 10, 150], wrong=[9, 10, 200]).bins
    assert [(each.low, each.high) for each in bins] == [
        (0.0, 0.05), (0.05, 0.1), (0.1, 0.2), (0.2, 0.3), (0.3, 0.5), (0.5, 1.0),
    ]  # fmt: skip
    assert [each.voxels for each in bins] == [4, 2, 0, 0, 0, 2]
    assert [bins[i].wrong for i in (0, 1, 5)] == [0.25, 0.5, 0.5]
    assert np.isnan(bins[2].wrong)


def test_errors_where_the_looks_agree():
    assert counts(right=[0], wrong=[0, 9, 10, 60]).agreed_errors == 0.5
    assert np.isnan(counts(right=[0]).agreed_errors)
