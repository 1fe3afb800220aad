"""Where the head is, and how bright: intensities on one scale for every scanner, per sequence and volume.

MRI has no unit. A volume's foreground is what rises above 5 % of its range; its mean and standard deviation there
become 0 and 1. Both come from a fixed sub-grid of the voxels, so a large volume costs little.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FOREGROUND = 0.05
"""Share of the range from darkest to brightest above which a voxel belongs to the head."""
CLIP = (-4.0, 6.0)
"""Range of a normalised intensity."""


@dataclass(frozen=True)
class Intensity:
    """Intensity statistics of one volume, in the volume's own unit."""

    black: float
    """The background: the 0.5th percentile."""
    threshold: float
    """What lies above is head."""
    mean: float
    deviation: float

    def normalise(self, volume: NDArray[np.float32]) -> NDArray[np.float32]:
        """Any shape in, the same shape out: mean 0 and deviation 1 inside the head, clipped to `CLIP`."""
        scaled = (volume - np.float32(self.mean)) * np.float32(1 / self.deviation)
        return np.clip(scaled, *CLIP, out=scaled)


def measure_intensity(volume: NDArray[np.float32]) -> Intensity:
    """Statistics of a `(z, y, x)` volume that is finite and not constant."""
    step = tuple(max(1, size // target) for size, target in zip(volume.shape, (64, 96, 96), strict=True))
    sample = volume[tuple(slice(None, None, s) for s in step)].ravel()
    black, white = np.percentile(sample, (0.5, 99.5))
    if black == white:  # the sub-grid or nearly all of the volume is of one value
        sample = volume.ravel()
        black, white = sample.min(), sample.max()
    threshold = black + FOREGROUND * (white - black)
    head = np.minimum(sample[sample > threshold], white)
    return Intensity(float(black), float(threshold), float(head.mean()), float(head.std()) or float(white - black))
