"""How brightness may differ between scanners: gain, gamma, bias field, noise, blur, normalisation of a lone slice."""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from app.model.intensity import CLIP

QUANTA = 255 / (CLIP[1] - CLIP[0])
"""Steps of the prepared uint8 planes per unit of normalised intensity."""
BANK = 1 << 21
"""Length of the table that noise is taken from, at a random place."""


@dataclass(frozen=True)
class IntensityConfig:
    """How strongly, and how often."""

    contrast: float = 0.25
    """Largest relative change of a sequence's gain; its offset moves as much."""
    gamma: float = 0.3
    """Largest change of a sequence's gamma, on a log scale."""
    bias_field: float = 0.2
    """Largest relative change of gain across the picture."""
    noise: float = 0.15
    """Largest deviation of added noise, in units of the head's deviation."""
    blur: float = 0.15
    """Chance of a blur."""
    slice_statistics: float = 0.25
    """Chance that a slice is normalised by its own head alone, as a single picture is."""


def change_intensity(
    planes: NDArray[np.uint8], config: IntensityConfig, rng: np.random.Generator
) -> NDArray[np.float32]:
    """One sequence of a slice and its neighbours, `(rows, columns, n)`, changed alike; normalised intensities."""
    low, high = int(planes.min()), int(planes.max())
    black, white = low / QUANTA + CLIP[0], high / QUANTA + CLIP[0]
    if high - low < 2:
        return np.full(planes.shape, black, np.float32)
    steps = np.clip((np.arange(256) - low) / (high - low), 0, 1)
    table = (steps ** np.exp(rng.uniform(-1, 1) * config.gamma)).astype(np.float32)
    unit = table[planes]
    uneven = (1 + config.bias_field * rng.uniform(-1, 1, (3, 3))).astype(np.float32)
    unit *= cv2.resize(uneven, planes.shape[1::-1], interpolation=cv2.INTER_CUBIC)[..., np.newaxis]
    image = unit * np.float32(white - black) + np.float32(black)
    if rng.random() < config.slice_statistics:
        head = image[..., 0][unit[..., 0] > 0.05]
        if head.size > 64:
            image = (image - head.mean()) / (head.std() + np.float32(1e-3))
    if rng.random() < config.blur:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.5, 1.5)).reshape(image.shape)
    gain, offset = 1 + config.contrast * rng.uniform(-1, 1, 2)
    image = image * np.float32(gain) + np.float32(offset - 1)
    start = int(rng.integers(BANK - image.size))
    image += _bank()[start : start + image.size].reshape(image.shape) * np.float32(rng.random() ** 2 * config.noise)
    return np.asarray(image, np.float32)


@cache
def _bank() -> NDArray[np.float32]:
    return np.random.default_rng(0).standard_normal(BANK, np.float32)
