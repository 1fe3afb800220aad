"""How far the outline that was drawn lies from that of the reference, in mm.

The surface of a mask is its voxels with a face neighbour outside it; what lies beyond the volume is outside. Distances
run between centres of surface voxels. A volume of one slice has an outline and no surface: it is measured in the plane.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import KDTree

from app.evaluation.box import bounding_box

TOLERANCE_MM = 1.0
"""A surface voxel this near to the other surface counts as on it."""


@dataclass(frozen=True)
class SurfaceScores:
    """Distances between two surfaces; NaN where the reference is empty."""

    hd95_mm: float
    """95 % Hausdorff distance: the larger of the 95th percentiles in both directions. When nothing was found, the
    diagonal of the volume, as BraTS has it (373.13 mm for 240 x 240 x 155 voxels of 1 mm)."""
    surface_dice: float
    """Normalised surface Dice: the share of both surfaces, 0 to 1, that lies within the tolerance of the other
    (Nikolov et al., Journal of Medical Internet Research 23(7), 2021, here on surface voxels instead of surface area).
    0 when nothing was found."""


def surface_scores(
    prediction: NDArray[np.bool_],
    reference: NDArray[np.bool_],
    spacing: tuple[float, float, float],
    tolerance_mm: float = TOLERANCE_MM,
) -> SurfaceScores:
    """Compare two masks.

    Args:
        prediction: `(z, y, x)`.
        reference: `(z, y, x)`.
        spacing: voxel size in mm along (z, y, x).
        tolerance_mm: at least 0.

    Raises:
        ValueError: the shapes differ.
    """
    if prediction.shape != reference.shape:
        raise ValueError(
            "Prediction and reference have one shape. "
            f"Received: prediction {prediction.shape}, reference {reference.shape}"
        )
    if not reference.any():
        return SurfaceScores(math.nan, math.nan)
    if not prediction.any():
        return SurfaceScores(math.hypot(*(n * mm for n, mm in zip(reference.shape, spacing, strict=True))), 0.0)
    drawn, true = surface_points(prediction, spacing), surface_points(reference, spacing)
    to_true, to_drawn = KDTree(true).query(drawn)[0], KDTree(drawn).query(true)[0]
    near = np.count_nonzero(to_true <= tolerance_mm) + np.count_nonzero(to_drawn <= tolerance_mm)
    return SurfaceScores(
        float(max(np.percentile(to_true, 95), np.percentile(to_drawn, 95))), near / (len(drawn) + len(true))
    )


def surface_points(mask: NDArray[np.bool_], spacing: tuple[float, float, float]) -> NDArray[np.float64]:
    """`(n, 3)`, in mm: the centres of the surface voxels of a `(z, y, x)` mask that is not empty."""
    box = bounding_box(mask)
    faces = ndimage.generate_binary_structure(3, 1)
    if len(mask) == 1:
        faces[[0, 2]] = False
    surface = mask[box] & ~ndimage.binary_erosion(mask[box], faces)
    points: NDArray[np.float64] = (np.argwhere(surface) + [side.start for side in box]) * np.array(spacing)
    return points
