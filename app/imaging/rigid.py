"""A rigid motion between two scans of one head, and volumes brought along it."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from app.imaging.grid import Grid
from app.imaging.resample import resample
from app.study import Sequence

_Scalar = TypeVar("_Scalar", np.float32, np.uint8)


@dataclass(frozen=True)
class Quality:
    """What is known of how well a registration went; nobody has seen the true answer."""

    sequence: Sequence
    """The one that was compared."""
    information: float
    """Mattes mutual information of both scans inside the head, in nats; more is better."""
    overlap: float
    """The share of the smaller head that lies in the other one, 0 to 1."""
    begun_from: str
    """ "the middles of the heads" or "the scanner's coordinates"."""
    settled: bool
    """Whether the search came to rest, and was not cut off."""
    turned_degrees: float
    """How far the head was turned against the scanner's coordinates, and"""
    moved_mm: float
    """how far its middle was moved."""


@dataclass(frozen=True, eq=False)
class Rigid:
    """How a moving scan is laid over a fixed one."""

    to_fixed: NDArray[np.float64]
    """`(4, 4)`: from mm of the moving scan to mm of the fixed one, both towards left, back and head."""
    quality: Quality


def bring(
    volume: NDArray[_Scalar], moving: Grid, fixed: Grid, to_fixed: NDArray[np.float64], *, labels: bool = False
) -> NDArray[_Scalar]:
    """Bring finite voxels `(z, y, x)` of the moving scan to the grid of the fixed one; see `resample`.

    Args:
        volume: on the grid `moving`.
        moving: where it lies by its own file.
        fixed: where it is wanted.
        to_fixed: `(4, 4)`, as `Rigid` has it.
        labels: the nearest voxel is taken and nothing interpolated; outside is 0.

    Returns:
        `(z, y, x)` of the fixed grid's shape and the volume's type; outside the moving scan lies its background.
    """
    return resample(volume, Grid(moving.shape, to_fixed @ moving.to_mm), fixed, labels=labels)
