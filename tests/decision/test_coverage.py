import math

import numpy as np

from app.decision.coverage import SPLITS, coverage_of, transfers_of
from app.model.calibration_patients import SHIPPED, PatientGroup
from app.study import Sequence


def group_of(losing, networks):
    """A patient each, who loses all of 100 voxels from a level on."""
    found = np.array([np.where(np.arange(201) < level, 100, 0) for level in losing])
    n = len(losing)
    return PatientGroup(
        "lgg", (Sequence.FLAIR,), tuple(map(str, range(n))), networks, found, found, np.full(n, 100),
        np.zeros((n, 1)), ("head size",),
    )  # fmt: skip


GROUP = group_of([51] * 10 + [11] * 10, ("fold-1",) * 10 + (SHIPPED,) * 10)


def test_three_quarters_choose_and_the_others_are_looked_at():
    measured = coverage_of(GROUP, 0.1)
    assert (measured.calibration, len(measured.rates)) == (15, SPLITS)
    assert set(measured.levels.tolist()) == {10}  # at least five of the 15 lose all from 11 on
    assert measured.mean == 0
    assert coverage_of(group_of([51], (SHIPPED,)), 0.1) is None


def test_each_network_is_tried_at_what_the_others_allow():
    shipped, fold = transfers_of(GROUP, 0.1)
    assert (shipped.network, shipped.patients, shipped.level, shipped.rate) == (SHIPPED, 10, 50, 1.0)
    assert (fold.network, fold.patients, fold.level, fold.rate) == ("fold-1", 10, 10, 0.0)
    assert [(each.level, math.isnan(each.rate)) for each in transfers_of(GROUP, 0.05)] == [(None, True)] * 2


def test_one_network_has_no_other():
    assert transfers_of(group_of([51, 11], (SHIPPED, SHIPPED)), 0.5) == []
