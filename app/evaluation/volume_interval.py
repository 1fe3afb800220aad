"""From the volumes that the looks saw to an interval for the true volume.

The error of a patient is log((R + 1) / (V + 1)) / (s + FLOOR): R the reference, V what the plain look marks, both in
voxels, s how far the looks are apart about it (`spread.log_spread`). So the interval is the wider, relative to the
volume, the less the looks agree; how much the wider, and where its middle lies, conformal prediction says
(`conformal_interval`; normalised scores after Papadopoulos, Gammerman, Vovk, "Normalized nonconformity measures for
regression conformal prediction", AIA 2008).
"""

import numpy as np
from numpy.typing import NDArray

FLOOR = 0.05
"""Added to the looks' spread: they share what they were trained on, and agreement does not make a volume exact."""


def volume_errors(reference: int, volumes: NDArray[np.int64], spread: NDArray[np.float64]) -> NDArray[np.float64]:
    """The error of one patient, of any shape.

    Args:
        reference: voxels.
        volumes: of the plain look, at one threshold or at each.
        spread: of the logarithm of the volume over the looks, likewise.
    """
    return np.asarray((np.log1p(reference) - np.log1p(volumes)) / (spread + FLOOR), np.float64)


def volume_interval(volume: int, spread: float, low: float, high: float) -> tuple[float, float]:
    """Where the true volume lies, in voxels, not below 0.

    Args:
        volume: of the plain look, in voxels.
        spread: of the logarithm of the volume over the looks.
        low: the lowest error that is to be expected, and
        high: the highest.
    """
    first, last = (float(np.expm1(np.log1p(volume) + error * (spread + FLOOR))) for error in (low, high))
    return max(0.0, first), max(0.0, last)
