"""The symmetric ICBM152 2009a atlas as nilearn carries it, turned to the axes of Gliolens.

V. S. Fonov et al., "Unbiased nonlinear average age-appropriate brain templates from birth to adulthood",
NeuroImage 47 (2009) S102; V. Fonov et al., "Unbiased average age-appropriate atlases for pediatric studies",
NeuroImage 54 (2011) 313-327.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from nilearn import datasets
from numpy.typing import NDArray
from scipy import ndimage

from app.simulate.fields import Volume

ORIGIN = np.array([72.0, 98.0, 98.0])
"""`(z, y, x)`: the voxel of the atlas arrays that lies at the MNI origin; voxels are 1 mm."""


@dataclass(frozen=True, eq=False)
class Atlas:
    """Maps of the average head, `(z, y, x)` in LPS, 1 mm, float32."""

    t1: Volume
    """T1-weighted average, 0 to 1: CSF about 0.3, grey matter 0.7, white matter 0.85, 0 outside the brain."""
    white: Volume
    """Probability of white matter."""
    depth: Volume
    """Distance in mm to the outside of brain and sulci, 0 outside."""
    sulci: Volume
    """Middle of the sulci, 0 to 1: the ridges of the distance to the white matter, at least 2 mm away from it."""
    ventricles: Volume
    """Lateral and third ventricles, 0 to 1, smoothed by a Gaussian of 4 mm."""


def _canonical(image: object) -> Volume:
    data = np.asarray(image.get_fdata(), dtype=np.float32)  # type: ignore[attr-defined]
    return np.ascontiguousarray(data[::-1, ::-1].transpose(2, 1, 0))


def _ventricle_mask(t1: Volume, tissue: Volume) -> NDArray[np.bool_]:
    """CSF of the cerebral ventricles: dark, inside a box around them, and connected."""
    z, y, x = ORIGIN.astype(int)
    box = np.zeros(t1.shape, dtype=bool)
    box[z - 2 : z + 32, y - 42 : y + 48, x - 40 : x + 40] = True
    fluid = box & (t1 > 0) & (t1 < 0.55) & (tissue < 0.6)
    components, _ = ndimage.label(fluid)
    sizes = np.bincount(components.ravel())
    sizes[0] = 0
    return np.asarray(components == sizes.argmax())


def _closed(brain: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The brain with its sulci: closed by a ball of 4 mm, in a margin that no edge of the array disturbs."""
    margin = np.pad(brain, 6)
    near = ndimage.distance_transform_edt(~margin) <= 4
    return np.asarray((ndimage.distance_transform_edt(near) > 4)[6:-6, 6:-6, 6:-6] | brain)


def _sulci(white: Volume) -> Volume:
    distance = ndimage.distance_transform_edt(white < 0.5).astype(np.float32)
    ridge = np.clip(-2 * ndimage.gaussian_laplace(distance, 1.0), 0, 1)
    return np.asarray(ridge * np.clip(distance - 1.5, 0, 1), dtype=np.float32)


@cache
def load_atlas() -> Atlas:
    """The atlas, read once per process from the files inside nilearn (no download)."""
    t1 = _canonical(datasets.load_mni152_template(resolution=1))
    white = _canonical(datasets.load_mni152_wm_template(resolution=1))
    grey = _canonical(datasets.load_mni152_gm_template(resolution=1))
    brain = _closed(t1 > 0.05)
    depth = ndimage.distance_transform_edt(brain)
    ventricles = _ventricle_mask(t1, grey + white)
    return Atlas(
        t1=t1,
        white=white,
        depth=depth.astype(np.float32),
        sulci=_sulci(white) * brain,
        ventricles=ndimage.gaussian_filter(ventricles.astype(np.float32), 4.0),
    )
