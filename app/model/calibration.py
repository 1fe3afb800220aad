"""From the network's logits to the probability that is shown: divided by a temperature and shifted.

Sources: Guo, Pleiss, Sun, Weinberger, "On calibration of modern neural networks", ICML 2017 (temperature); Platt,
"Probabilistic outputs for support vector machines", 1999 (temperature and shift).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Calibration:
    """How a subset of sequences is calibrated. The order of the voxels by probability stays as it is."""

    temperature: float = 1.0
    """What the tumour logit, log(p / (1 - p)), is divided by; above 0."""
    shift: float = 0.0
    """What is added then."""

    def __post_init__(self) -> None:
        if not (0 < self.temperature < np.inf and np.isfinite(self.shift)):
            raise ValueError(f"A temperature is above 0, and a shift finite. Received: {self}")

    def probability(self, logit: NDArray[np.float32]) -> NDArray[np.float32]:
        """Tumour probability of tumour logits of any shape, 0 to 1."""
        scaled = logit / np.float32(self.temperature) + np.float32(self.shift)
        return np.asarray(0.5 * (1.0 + np.tanh(0.5 * scaled)), np.float32)
