import numpy as np
import pytest

from app.simulate.anatomy import Grid, build_head, individual_position, logistic, sample
from app.simulate.atlas import load_atlas

COARSE = Grid((40, 49, 41), 4.0, (16.0, 20.0, 20.0))


def test_coordinates_are_mm_from_the_origin():
    grid = Grid((3, 4, 5), 2.0, (1.0, 0.0, 2.5))
    z, y, x = grid.coordinates()
    assert z[:, 0, 0].tolist() == [-2, 0, 2]
    assert y[0, :, 0].tolist() == [0, 2, 4, 6]
    assert x[0, 0, :].tolist() == [-5, -3, -1, 1, 3]


def test_sample_interpolates_from_the_origin():
    volume = np.zeros((80, 110, 120), np.float32)
    volume[73, 96, 99] = 8  # 1 mm up, 2 mm to the front, 1 mm to the left of the MNI origin
    places = np.array([[1, 1, 0], [-2, -2, -2], [1, 0.5, 1]], np.float32)
    assert sample(volume, places).tolist() == [8, 4, 0]


def test_logistic():
    assert logistic(np.array([0, np.log(3), -1000])).tolist() == pytest.approx([0.5, 0.75, 0])


def test_heads_differ_and_stay_brains():
    atlas = load_atlas()
    volumes = []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        head = build_head(rng, COARSE, atlas, individual_position(rng, COARSE, atlas))
        assert np.allclose(head.white + head.grey + head.fluid, 1, atol=1e-5)
        assert min(head.white.min(), head.grey.min(), head.fluid.min()) >= -1e-6
        assert head.fluid[~head.brain].mean() > 0.9
        volumes.append(head.brain.sum() * 0.064)
    assert len(set(volumes)) == 3
    assert 1000 < min(volumes) < max(volumes) < 1900  # ml, as BraTS brains have after skull stripping


def test_a_head_follows_its_generator():
    atlas = load_atlas()
    one, same, other = (individual_position(np.random.default_rng(seed), COARSE, atlas) for seed in (4, 4, 5))
    assert np.array_equal(one, same)
    assert np.abs(one - other).max() > 1
