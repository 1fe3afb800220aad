import numpy as np
import pytest

from app.simulate.anatomy import Grid
from app.simulate.tumour import TumourPlan, mass_effect, plan_tumours

TEN_MM_ML = 4 / 3 * np.pi
"""Volume in ml of a ball of 10 mm."""


def test_radii_are_those_of_balls():
    plan = TumourPlan((0, 0, 0), core_ml=0.7 * TEN_MM_ML, oedema_ml=TEN_MM_ML, rim_mm=3, push=0.5)
    assert plan.pushing_radius_mm == pytest.approx(10)
    assert plan.core_radius_mm == pytest.approx(10 * 0.7 ** (1 / 3))


def test_mass_effect_shows_what_was_nearer_to_the_centre(deep_atlas):
    grid = Grid((3, 3, 60), 1.0, (1.0, 1.0, 10.0))
    plan = TumourPlan((1, 1, 10), TEN_MM_ML, 0.0, rim_mm=3, push=0.4)
    _, _, x = mass_effect(grid, deep_atlas, grid.coordinates(), plan)[:, 1, 1, :]
    assert x[10] == 0
    assert x[20] == pytest.approx(10 - 4)  # the edge: 0.4 radii
    assert x[0] == pytest.approx(-10 + 4)
    assert x[40] == pytest.approx(30 - 4 * np.exp(-20 / 27), abs=1e-4)
    assert (np.diff(x) > 0).all()  # nothing folds


def test_the_skull_does_not_move(deep_atlas):
    grid = Grid((3, 3, 60), 1.0, (1.0, 1.0, 10.0))
    plan = TumourPlan((1, 1, 10), TEN_MM_ML, 0.0, rim_mm=3, push=0.4)
    shallow = type(deep_atlas)(**{**vars(deep_atlas), "depth": np.zeros_like(deep_atlas.depth)})
    assert np.array_equal(mass_effect(grid, shallow, grid.coordinates(), plan), grid.coordinates())


def test_plans_vary_and_stay_inside(deep_atlas):
    grid = Grid((20, 24, 28), 4.0, (10.0, 12.0, 14.0))
    plans = [
        plan
        for seed in range(80)
        for plan in plan_tumours(np.random.default_rng(seed), grid, deep_atlas, grid.coordinates(), 1 + seed % 2)
    ]
    assert len(plans) == 120
    assert len({plan.centre for plan in plans}) > 30
    assert all(0 <= c < n for plan in plans for c, n in zip(plan.centre, grid.shape, strict=True))
    cores = [plan.core_ml for plan in plans]
    assert 0.4 <= min(cores) < 1 < 30 < max(cores) <= 60
    assert max(plan.oedema_ml for plan in plans) <= 110
    rims = [plan.rim_mm for plan in plans]
    assert 0 in rims
    assert np.inf in rims
    assert sum(2.2 <= rim <= 5.5 for rim in rims) > 60


def test_tumours_lie_in_the_cerebrum(deep_atlas):
    grid = Grid((20, 24, 28), 4.0, (10.0, 12.0, 14.0))
    for seed in range(40):
        (plan,) = plan_tumours(np.random.default_rng(seed), grid, deep_atlas, grid.coordinates(), 1)
        z, _, x = (np.array(plan.centre) - grid.origin) * grid.spacing
        assert z > -8 or (abs(x) > 28 and z > -28)
