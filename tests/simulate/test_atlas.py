import numpy as np
import pytest

from app.simulate.atlas import ORIGIN, load_atlas


def at(volume, right, anterior, superior):
    """The value at MNI coordinates (RAS, mm)."""
    z, y, x = (ORIGIN + np.array([superior, -anterior, -right])).astype(int)
    return float(volume[z, y, x])


def test_maps_share_one_grid():
    atlas = load_atlas()
    shapes = {volume.shape for volume in (atlas.t1, atlas.white, atlas.depth, atlas.sulci, atlas.ventricles)}
    assert shapes == {(189, 233, 197)}


def test_structures_lie_where_mni_says():
    atlas = load_atlas()
    assert at(atlas.white, 24, -14, 10) > 0.8  # internal capsule
    assert at(atlas.white, 12, 14, 8) < 0.1  # caudate nucleus
    assert at(atlas.t1, 4, 6, 14) < 0.3  # frontal horn
    assert at(atlas.ventricles, 4, 6, 14) > 0.4
    assert at(atlas.ventricles, 40, 6, 14) < 0.01


def test_depth_counts_from_the_outside():
    atlas = load_atlas()
    assert at(atlas.depth, 0, 0, 80) == 0
    assert at(atlas.depth, 24, -14, 10) > 30
    assert (atlas.depth[atlas.t1 > 0.05] > 0).all()


def test_sulci_keep_away_from_white_matter():
    atlas = load_atlas()
    assert atlas.sulci[atlas.white >= 0.5].max() == 0
    assert np.quantile(atlas.t1[atlas.sulci > 0.5], 0.5) < np.quantile(atlas.t1[atlas.depth > 0], 0.5)


def test_atlas_is_read_once():
    assert load_atlas() is load_atlas()
    assert load_atlas().t1.max() == pytest.approx(1)
