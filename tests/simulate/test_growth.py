from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from app.simulate.growth import ENHANCING, NECROTIC, OEDEMA, grow, inward_distance
from app.simulate.tumour import TumourPlan

PLAN = TumourPlan((18, 19, 18), core_ml=2.0, oedema_ml=1.5, rim_mm=2.5, push=0.3)


def grown(head, grid, plan=PLAN, seed=1):
    return grow(np.random.default_rng(seed), head, grid, plan)


def test_inward_distance_in_mm():
    mask = np.zeros((5, 7, 9), bool)
    mask[1:4, 1:6, 2:8] = True
    distance = inward_distance(mask, 2.0)
    assert distance[2, 3, 4] == 4
    assert distance[1, 3, 4] == 2
    assert distance[0, 3, 4] == 0
    assert inward_distance(np.ones((3, 3, 3), bool), 1.0)[1, 1, 1] == 2


def test_regions_have_the_planned_volumes(head, grid):
    labels = grown(head, grid)
    assert set(np.unique(labels)) == {0, NECROTIC, OEDEMA, ENHANCING}
    assert np.isin(labels, [NECROTIC, ENHANCING]).sum() == pytest.approx(2000, rel=0.1)
    assert (labels == OEDEMA).sum() == pytest.approx(1500, rel=0.05)
    assert labels[~head.brain].max() == 0


@pytest.mark.parametrize("seed", range(4))
def test_the_rim_closes_around_all_necrosis(head, grid, seed):
    labels = grown(head, grid, seed=seed)
    necrosis = labels == NECROTIC
    assert necrosis.any()
    shell = ndimage.binary_dilation(necrosis, np.ones((3, 3, 3))) & ~necrosis
    assert set(np.unique(labels[shell])) == {ENHANCING}


def test_without_a_rim_nothing_enhances(head, grid):
    assert set(np.unique(grown(head, grid, replace(PLAN, rim_mm=0.0)))) == {0, NECROTIC, OEDEMA}


def test_with_an_endless_rim_nothing_is_necrotic(head, grid):
    assert set(np.unique(grown(head, grid, replace(PLAN, rim_mm=np.inf)))) == {0, ENHANCING, OEDEMA}


def test_oedema_stops_at_fluid_and_prefers_white_matter(head, grid):
    labels = grown(head, grid)
    oedema = labels == OEDEMA
    assert not oedema[head.fluid > 0.5].any()
    assert oedema[:, :, 29:].sum() < 0.02 * oedema.sum()  # behind the wall of fluid
    white, grey = (head.white > 0.5) & (labels != ENHANCING), (head.grey > 0.5) & (labels != ENHANCING)
    assert oedema[white].mean() > 2 * oedema[grey].mean()


def test_growth_follows_its_generator(head, grid):
    assert np.array_equal(grown(head, grid), grown(head, grid))
    assert not np.array_equal(grown(head, grid), grown(head, grid, seed=2))


def test_more_than_the_brain_holds_fills_it(head, grid):
    labels = grown(head, grid, replace(PLAN, core_ml=1.0, oedema_ml=500.0))
    assert (labels[head.brain & (head.fluid < 0.4)] > 0).all()
