"""How a scanner sees a head: signal, coil, noise, and the numbers in the file."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from app.simulate.anatomy import Grid
from app.simulate.fields import Volume
from app.simulate.protocol import Scan
from app.simulate.signal import Tissue


def _noise(rng: np.random.Generator, grid: Grid) -> Volume:
    """Gaussian noise of unit variance with the correlation that resampling to 1 mm leaves."""
    noise = ndimage.gaussian_filter(rng.standard_normal(grid.shape, dtype=np.float32), 0.55 / grid.spacing)
    return np.asarray(noise / noise.std(), dtype=np.float32)


def acquire(
    rng: np.random.Generator,
    scan: Scan,
    tissues: Mapping[str, Tissue],
    parts: Mapping[str, Volume],
    brain: NDArray[np.bool_],
    grid: Grid,
) -> NDArray[np.int16]:
    """One sequence of a head, `(z, y, x)` int16, 1 to `scan.maximum` inside the brain and 0 outside.

    The signals of the tissues in a voxel add; 2.5 % of texture; the point spread; the coil's smooth sensitivity; 1.2 %
    from slice to slice; Rician noise (H. Gudbjartsson and S. Patz, MRM 34 (1995) 910-914).
    """
    signal = np.zeros(grid.shape, dtype=np.float32)
    levels = {name: scan.pulse.signal(t.enhanced() if scan.contrast_agent else t) for name, t in tissues.items()}
    for name, part in parts.items():
        signal += np.float32(levels[name] / levels["white"]) * part
    signal *= 1 + 0.02 * grid.field(rng, 2.5) + 0.015 * grid.field(rng, 6.0)
    signal = ndimage.gaussian_filter(signal, np.array(scan.blur_mm) / grid.spacing)
    signal *= np.exp(scan.bias * (grid.field(rng, 55.0)))
    signal *= (1 + 0.012 * rng.standard_normal((grid.shape[0], 1, 1))).astype(np.float32)
    signal = np.hypot(signal + scan.noise * _noise(rng, grid), scan.noise * _noise(rng, grid))
    signal *= scan.maximum / signal[brain].max()
    return np.where(brain, np.maximum(np.rint(signal), 1), 0).astype(np.int16)
