import numpy as np
import pytest

from app.simulate.acquisition import acquire
from app.simulate.anatomy import Grid
from app.simulate.protocol import Scan
from app.simulate.signal import SpinEcho, Tissue

GRID = Grid((12, 20, 24), 1.0, (6.0, 10.0, 12.0))
TISSUES = {"white": Tissue(0.5, 1000, 100), "fluid": Tissue(1.0, 1000, 100, gadolinium=0.25)}
HALF = 1000 * np.log(2)


def taken(contrast_agent=False, noise=0.0, maximum=1000, seed=1):
    """Left half white matter, right half fluid, in a brain that is the grid without its border."""
    fluid = np.zeros(GRID.shape, np.float32)
    fluid[:, :, 12:] = 1
    brain = np.zeros(GRID.shape, bool)
    brain[1:-1, 1:-1, 1:-1] = True
    scan = Scan(SpinEcho(HALF, 0.0), contrast_agent, (0.5, 0.5, 0.5), noise, 0.0, maximum)
    image = acquire(np.random.default_rng(seed), scan, TISSUES, {"white": 1 - fluid, "fluid": fluid}, brain, GRID)
    return image, brain


def test_background_is_zero_and_the_scale_is_used_up():
    image, brain = taken(noise=0.02)
    assert image.dtype == np.int16
    assert image[~brain].max() == 0
    assert image[brain].min() >= 1
    assert image.max() == 1000


def test_signals_keep_their_ratio():
    image, _ = taken()
    assert image[1:-1, 1:-1, 15:23].mean() / image[1:-1, 1:-1, 1:9].mean() == pytest.approx(2, rel=0.05)


def test_contrast_agent_brightens_what_takes_it_up():
    image, _ = taken(contrast_agent=True)
    assert image[1:-1, 1:-1, 15:23].mean() / image[1:-1, 1:-1, 1:9].mean() == pytest.approx(2 * 0.75 / 0.5, rel=0.05)


def test_noise_is_as_strong_as_said():
    noisy, brain = taken(noise=0.1)
    still, _ = taken()
    scale = still[1:-1, 1:-1, 1:9].mean()
    difference = noisy[1:-1, 1:-1, 1:9] * (scale / noisy[1:-1, 1:-1, 1:9].mean()) - still[1:-1, 1:-1, 1:9]
    assert difference.std() / scale == pytest.approx(0.1, rel=0.25)
    assert brain.any()


def test_a_scan_follows_its_generator():
    assert np.array_equal(taken(noise=0.1)[0], taken(noise=0.1)[0])
    assert not np.array_equal(taken(noise=0.1)[0], taken(noise=0.1, seed=2)[0])
