"""One individual head: the atlas bent, its ventricles widened, and its uncertain borders decided."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial.transform import Rotation

from app.simulate.atlas import ORIGIN, Atlas
from app.simulate.fields import Shape, Volume, smooth_field


@dataclass(frozen=True)
class Grid:
    """The box in which a head is computed: a part of the file's grid that holds every brain."""

    shape: Shape
    spacing: float
    """Edge of the cubic voxels in mm."""
    origin: tuple[float, float, float]
    """Voxel `(z, y, x)` of the box that lies at the MNI origin of a head that is not moved."""

    def coordinates(self) -> NDArray[np.float32]:
        """`(3, z, y, x)`: position in mm from the MNI origin, LPS."""
        axes = [(np.arange(n) - o) * self.spacing for n, o in zip(self.shape, self.origin, strict=True)]
        return np.stack(np.meshgrid(*axes, indexing="ij")).astype(np.float32)

    def field(self, rng: np.random.Generator, step: float) -> Volume:
        """A smooth field whose knots lie `step` mm apart."""
        return smooth_field(rng, self.shape, step / self.spacing)


@dataclass(frozen=True, eq=False)
class Head:
    """Tissue of one head, `(z, y, x)` float32 each."""

    brain: NDArray[np.bool_]
    """What the skull stripping leaves."""
    white: Volume
    """Fraction of white matter, 0 to 1."""
    fluid: Volume
    """Fraction of cerebrospinal fluid, 0 to 1; also around the brain."""
    depth: Volume
    """Distance to the outside of the brain in mm."""
    ventricles: Volume
    """Nearness to the lateral and third ventricles, 0 to 1, smooth."""
    position: NDArray[np.float32]
    """`(3, z, y, x)`: the place in the atlas, mm from the MNI origin, that each voxel shows."""

    @property
    def grey(self) -> Volume:
        """Fraction of grey matter, 0 to 1."""
        return np.asarray(1 - self.white - self.fluid, dtype=np.float32)


def individual_position(rng: np.random.Generator, grid: Grid, atlas: Atlas) -> NDArray[np.float32]:
    """`(3, z, y, x)`: for each voxel of the grid the place in the atlas that it shows, in mm.

    Scale (BraTS brains are about 0.92 of ICBM152), a few degrees of rotation, smooth bending of about 2 mm at three
    scales, and the ventricles pulled wider or narrower along the gradient of their smoothed mask.
    """
    position = grid.coordinates()
    scale = rng.uniform(0.875, 0.965) * rng.uniform(0.97, 1.03, size=3)
    turn = Rotation.from_rotvec(rng.normal(0, 2.0, size=3), degrees=True).as_matrix()
    position = np.tensordot((turn / scale[:, None]).astype(np.float32), position, axes=1)
    for axis in range(3):
        position[axis] += 2.2 * grid.field(rng, 45.0) + 1.2 * grid.field(rng, 20.0) + 1.0 * grid.field(rng, 7.0)
    widening = np.float32(rng.uniform(-6.0, 30.0))
    gradients = [sample(np.gradient(atlas.ventricles, axis=axis), position) for axis in range(3)]
    for axis in range(3):
        position[axis] += widening * gradients[axis]
    return np.asarray(position, dtype=np.float32)


def sample(volume: Volume, position: NDArray[np.float32]) -> Volume:
    """The atlas volume at positions in mm from the MNI origin (linear, 0 outside)."""
    voxels = position + ORIGIN.astype(np.float32).reshape(3, *[1] * (position.ndim - 1))
    return np.asarray(ndimage.map_coordinates(volume, voxels, order=1, output=np.float32))


def logistic(x: NDArray[np.floating]) -> Volume:
    """1 / (1 + exp(-x)), 0 to 1."""
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -30, 30))), dtype=np.float32)


def build_head(rng: np.random.Generator, grid: Grid, atlas: Atlas, position: NDArray[np.float32]) -> Head:
    """Decide the tissue of every voxel.

    The averages are sharpened by logistics. Where the atlas is uncertain a smooth random field decides, as it differs
    from person to person; deep in the brain, where people differ little, the field is weak.
    """
    depth = sample(atlas.depth, position)
    brain = depth > np.maximum(rng.uniform(0.5, 3.0) + 0.35 * grid.field(rng, 6.0), 0.2)
    brain = ndimage.binary_opening(brain)
    fold = (grid.field(rng, 3.0) + grid.field(rng, 1.8)) * np.exp(-depth / 25)
    white = logistic(12 * (sample(atlas.white, position) - 0.5 + 0.15 * fold))
    opening = rng.uniform(0.10, 0.24) * sample(atlas.sulci, position) * np.exp(-depth / 25)
    fluid = logistic(24 * (rng.uniform(0.44, 0.53) - sample(atlas.t1, position) + opening + 0.05 * fold))
    white *= 1 - fluid
    return Head(brain, white, fluid, depth, sample(atlas.ventricles, position), position)
