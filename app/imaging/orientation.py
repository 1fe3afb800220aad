"""Between a file's axis order and the canonical one: `(z, y, x)` in LPS.

Both ways are a permutation and flips of axes, so nothing is interpolated and the way back is exact. Oblique axes go to
the closest anatomical axis (nibabel `io_orientation`, by polar decomposition of the affine).
"""

from typing import TypeVar

import numpy as np
from nibabel.affines import voxel_sizes
from nibabel.orientations import apply_orientation, axcodes2ornt, inv_ornt_aff, io_orientation, ornt_transform
from numpy.typing import NDArray

from app.study import Source

_Scalar = TypeVar("_Scalar", bound=np.generic)

CANONICAL = axcodes2ornt(("S", "P", "L"))
"""The directions in which z, y and x grow: to the head, to the back, to the patient's left."""


def to_canonical(data: NDArray[_Scalar], affine: NDArray[np.float64]) -> NDArray[_Scalar]:
    """A view of `data` `(i, j, k)` as `(z, y, x)`; `affine` leads from its voxels to RAS mm."""
    canonical: NDArray[_Scalar] = apply_orientation(data, ornt_transform(io_orientation(affine), CANONICAL))
    return canonical


def canonical_shape(source: Source) -> tuple[int, int, int]:
    """Voxels along (z, y, x) of a volume whose source has an affine. Raises ValueError without one."""
    if source.affine is None:
        raise ValueError("Pictures have no canonical shape of their own. Received: a source without an affine")
    z, y, x = (source.shape[axis] for axis in _canonical_axes(source.affine))
    return z, y, x


def canonical_spacing(affine: NDArray[np.float64]) -> tuple[float, float, float]:
    """Voxel size in mm along (z, y, x): the lengths of the affine's columns."""
    z, y, x = voxel_sizes(affine)[_canonical_axes(affine)]
    return float(z), float(y), float(x)


def _canonical_axes(affine: NDArray[np.float64]) -> NDArray[np.intp]:
    """`(3,)`: the axes of the file that become z, y and x."""
    return np.argsort(ornt_transform(io_orientation(affine), CANONICAL)[:, 0])


def to_lps_mm(source: Source) -> NDArray[np.float64] | None:
    """`(3, 4)`: from a voxel (z, y, x, 1) of the canonical volume to mm towards left, back and head.

    In the coordinates of the file, oblique axes included; None where it has none.
    """
    if source.affine is None:
        return None
    to_file_voxel = inv_ornt_aff(ornt_transform(io_orientation(source.affine), CANONICAL), source.shape)
    ras: NDArray[np.float64] = source.affine @ to_file_voxel
    return np.diag([-1.0, -1.0, 1.0]) @ ras[:3]


def to_source(volume: NDArray[_Scalar], source: Source) -> NDArray[_Scalar]:
    """A view of `volume` `(z, y, x)` on the grid and in the axis order of the file that its study came from.

    The result has the shape `source.shape`, and laid over the file it fits voxel for voxel.
    Raises ValueError when the volume is not of that grid.
    """
    if source.affine is not None:
        back = ornt_transform(CANONICAL, io_orientation(source.affine))
        data: NDArray[_Scalar] = apply_orientation(volume, back)
    else:
        data = volume[0] if len(source.shape) == 2 and len(volume) == 1 else volume
    if data.shape != source.shape:
        raise ValueError(f"The volume does not fit its source. Received: {volume.shape}, source {source.shape}")
    return data
