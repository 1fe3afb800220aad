"""Whether the files of a study lie on one grid."""

from itertools import product

import numpy as np

from app.errors import StudyError
from app.imaging.limits import size_text
from app.imaging.parts import Container

_TOLERANCE = 0.1
"""Share of a voxel's shortest side by which the corners of two grids may lie apart, as rounding in headers does."""


def check_same_grid(first: Container, other: Container) -> None:
    """Check that two containers can be parts of one study.

    Raises StudyError, with both files and both grids, when shape, position or slices differ.
    """
    names = f"{first.parts[0].file} and {other.parts[0].file}"
    if first.source.kind != other.source.kind:
        raise StudyError(f"{names} do not belong together: one is a NIfTI volume, the other a picture. Give one kind.")
    numbered = first.slices and other.slices and (_same_series(first, other) or len(first.slices) > 1)
    if numbered and first.slices != other.slices:
        only = sorted(set(first.slices) ^ set(other.slices))
        few = ", ".join(map(str, only[:5])) + (" …" if len(only) > 5 else "")
        raise StudyError(
            f"{names} are not of the same slices: only one of the two has slice {few}. Give both, or neither."
        )
    if first.source.shape != other.source.shape:
        apart = ""
    elif (distance := _distance(first, other)) > 0:
        apart = f"; they lie up to {distance:.3g} mm apart"
    else:
        return
    raise StudyError(
        f"{names} are not on one grid: {_describe(first)} and {_describe(other)}{apart}. "
        "Resample them to one grid (co-register them), or open them one by one."
    )


def _same_series(first: Container, other: Container) -> bool:
    return first.name.series.lower() == other.name.series.lower()


def _distance(first: Container, other: Container) -> float:
    """Millimetres between the corners of two grids of one shape; 0 within the tolerance, and for pictures."""
    if first.source.affine is None or other.source.affine is None or first.spacing is None:
        return 0.0
    corners = np.array([(*corner, 1) for corner in product(*((0, n - 1) for n in first.source.shape))])
    apart = np.linalg.norm(corners @ (first.source.affine - other.source.affine).T, axis=1).max()
    return float(apart) if apart > _TOLERANCE * min(first.spacing) else 0.0


def _describe(container: Container) -> str:
    size = size_text(container.source.shape)
    if container.spacing is None:
        return f"{size} pixels"
    return f"{size} voxels of {' x '.join(f'{side:.3g}' for side in container.spacing[::-1])} mm"
