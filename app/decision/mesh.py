"""Surfaces of masks, as triangles, by marching cubes (Lewiner et al., Journal of Graphics Tools 8(2), 2003).

Points are x to the patient's left, y to the back and z to the head, from the centre of the volume's first voxel: in mm,
or in voxels where the spacing is unknown.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from app.decision.window import head_floor
from app.evaluation.box import bounding_box
from app.study import Study

SMOOTHING = 0.5
"""Standard deviation, in blocks, of the Gaussian over a mask: takes the stairs off, leaves a sheet of one block."""
HEAD_BLOCKS = 48
"""Blocks along the longest side of the volume at most, for a head: at most about 25 thousand triangles."""
HEAD_SMOOTHING = 1.2
"""As `SMOOTHING`, for a head."""

Steps = tuple[int, int, int]
"""Voxels in a block along (z, y, x)."""


@dataclass(frozen=True, eq=False)
class Mesh:
    """A closed surface; without a triangle where there was nothing to enclose."""

    points: NDArray[np.float32]
    """`(n, 3)`: x, y, z."""
    triangles: NDArray[np.int32]
    """`(m, 3)`, rows of `points`."""


EMPTY = Mesh(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32))


def mask_mesh(mask: NDArray[np.bool_], spacing: tuple[float, float, float] | None, coarseness: int) -> Mesh:
    """The surface of a `(z, y, x)` mask.

    Args:
        mask: what to enclose.
        spacing: of its voxels in mm along (z, y, x).
        coarseness: 1 for blocks of one voxel; n for blocks at least n times as wide as a voxel's shortest side.
    """
    if not mask.any():
        return EMPTY
    box = bounding_box(mask)
    steps = _steps(spacing, coarseness * min(spacing or (1.0,)))
    corner = np.array([side.start for side in box], float)
    return _enclose(_block_means(mask[box], steps), SMOOTHING, corner, steps, spacing)


def head_mesh(study: Study) -> Mesh:
    """The outside of a study's head, coarse and smooth: holes are filled and islands left out."""
    widest = max(n * mm for n, mm in zip(study.shape, study.spacing or (1.0, 1.0, 1.0), strict=True))
    steps = _steps(study.spacing, widest / HEAD_BLOCKS)
    image = next(iter(study.images.values()))[tuple(slice(None, None, step) for step in steps)]
    regions, count = ndimage.label(image > head_floor(image))
    if not count:
        return EMPTY
    largest = regions == 1 + np.bincount(regions.ravel())[1:].argmax()
    filled = ndimage.binary_fill_holes(largest).astype(np.float32)
    return _enclose(filled, HEAD_SMOOTHING, np.zeros(3), steps, study.spacing)


def _steps(spacing: tuple[float, float, float] | None, width: float) -> Steps:
    """Blocks that are at least `width` wide along every side, in the unit of the spacing."""
    z, y, x = (math.ceil(round(width / mm, 6)) for mm in spacing or (1.0, 1.0, 1.0))
    return z, y, x


def _block_means(mask: NDArray[np.bool_], steps: Steps) -> NDArray[np.float32]:
    """The share of every block that the mask fills, 0 to 1; a block over the edge is empty there."""
    if steps == (1, 1, 1):
        return mask.astype(np.float32)
    edges = [(0, -size % step) for size, step in zip(mask.shape, steps, strict=True)]
    padded = np.pad(mask, edges)
    blocks = [n for size, step in zip(padded.shape, steps, strict=True) for n in (size // step, step)]
    means: NDArray[np.float32] = padded.reshape(blocks).mean(axis=(1, 3, 5), dtype=np.float32)
    return means


def _enclose(
    field: NDArray[np.float32],
    smoothing: float,
    corner: NDArray[np.float64],
    steps: Steps,
    spacing: tuple[float, float, float] | None,
) -> Mesh:
    """Where a smoothed field of blocks, which begins at the voxel `corner`, falls through one half.

    What would be smoothed away as a whole is enclosed at half of its height instead.
    """
    from skimage.measure import marching_cubes  # takes a while to load, and only this needs it

    margin = 1 + math.ceil(2 * smoothing)
    smooth = ndimage.gaussian_filter(np.pad(field, margin), smoothing, truncate=3)
    points, triangles, _, _ = marching_cubes(smooth, min(0.5, float(smooth.max()) / 2))
    voxels = (points - margin) * steps + (np.array(steps) - 1) / 2 + corner
    return Mesh((voxels * (spacing or 1.0))[:, ::-1].astype(np.float32), triangles.astype(np.int32))
