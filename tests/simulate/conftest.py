import numpy as np
import pytest

from app.simulate.anatomy import Grid, Head
from app.simulate.atlas import ORIGIN, Atlas
from app.simulate.phantom import Phantom, simulate


def ball(shape, centre, radius):
    axes = np.ogrid[tuple(slice(n) for n in shape)]
    return sum((axis - c) ** 2 for axis, c in zip(axes, centre, strict=True)) <= radius**2


@pytest.fixture
def grid() -> Grid:
    return Grid((36, 38, 40), 1.0, (18.0, 19.0, 20.0))


@pytest.fixture
def head(grid: Grid) -> Head:
    """A ball of white matter in fluid, with a shell of grey matter and a wall of fluid at x = 27 to 28."""
    brain = ball(grid.shape, grid.origin, 17)
    white = ball(grid.shape, grid.origin, 14).astype(np.float32)
    fluid = (~brain).astype(np.float32)
    white[:, :, 27:29], fluid[:, :, 27:29] = 0, 1
    nothing = np.zeros(grid.shape, np.float32)
    return Head(brain, white, fluid, 20 * brain.astype(np.float32), nothing, grid.coordinates())


@pytest.fixture(scope="session")
def deep_atlas() -> Atlas:
    """White matter everywhere, the skull out of reach."""
    shape = tuple(int(2 * n) for n in ORIGIN)
    ones, nothing = np.ones(shape, np.float32), np.zeros(shape, np.float32)
    return Atlas(t1=0.8 * ones, white=ones, depth=1000 * ones, sulci=nothing, ventricles=nothing)


@pytest.fixture(scope="session")
def phantom() -> Phantom:
    """A head with an enhancing tumour, at 2 mm."""
    return simulate(105, healthy=False, spacing=2.0)
