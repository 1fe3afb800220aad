"""What a training slice may look like: geometry moves image and labels together, the rest changes the image alone."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from app.model.intensity import CLIP

Image = NDArray[np.float32]


@dataclass(frozen=True)
class AugmentationConfig:
    """How strongly, and how often."""

    rows: int = 192
    """Size of the crop, in pixels; both divide by 16."""
    columns: int = 160
    shift: float = 16.0
    """The crop's centre moves this many pixels at most."""
    rotation: float = 30.0
    """Degrees, either way."""
    scale: float = 0.25
    """Size changes by up to this factor, on a log scale."""
    flip: float = 0.5
    """Chance of a left-right flip."""
    contrast: float = 0.25
    """Largest relative change of a channel's gain; its offset moves as much."""
    gamma: float = 0.3
    """Largest change of a channel's gamma, on a log scale."""
    bias_field: float = 0.2
    """Largest relative change of gain across the picture."""
    noise: float = 0.15
    """Largest deviation of added noise, in units of the head's deviation."""
    blur: float = 0.2
    """Chance of a blur, as from a low resolution."""
    slice_statistics: float = 0.25
    """Chance that a slice is normalised by its own head alone, as a single picture is."""
    all_sequences: float = 0.4
    """Chance that all sequences of a case are kept."""
    flair_alone: float = 0.2
    """Chance that only FLAIR is kept; otherwise each is kept with even odds, and at least one."""


def augment(
    image: Image,
    target: NDArray[np.uint8],
    present: NDArray[np.bool_],
    config: AugmentationConfig,
    rng: np.random.Generator,
) -> tuple[Image, NDArray[np.uint8]]:
    """One slice `(240, 240, 4)` and its `(240, 240)` target, changed and cropped to `(rows, columns)`.

    Channels that are absent, or dropped here, are 0 in the result.
    """
    keep = choose_sequences(present, config, rng)
    image, target = _move(image, target, config, rng)
    for channel in np.flatnonzero(keep):
        image[..., channel] = _change_intensity(image[..., channel], config, rng)
    np.clip(image, *CLIP, out=image)
    image[..., ~keep] = 0.0
    return image, target


def choose_sequences(
    present: NDArray[np.bool_], config: AugmentationConfig, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """`(4,)`: the channels to keep out of those present; never none."""
    chance = rng.random()
    if chance < config.all_sequences:
        return present.copy()
    if chance < config.all_sequences + config.flair_alone and present[0]:
        return np.array([True, False, False, False])
    keep = present & (rng.random(len(present)) < 0.5)
    if not keep.any():
        keep[rng.choice(np.flatnonzero(present))] = True
    return keep


def _move(
    image: Image, target: NDArray[np.uint8], config: AugmentationConfig, rng: np.random.Generator
) -> tuple[Image, NDArray[np.uint8]]:
    """Rotate, scale, flip and crop in one resampling; beyond the edge each channel is black."""
    rows, columns = target.shape
    size = (config.columns, config.rows)
    matrix = cv2.getRotationMatrix2D(
        (columns / 2, rows / 2), rng.uniform(-1, 1) * config.rotation, np.exp(rng.uniform(-1, 1) * config.scale)
    )
    matrix[:, 2] += np.array(size) / 2 - (columns / 2, rows / 2) + rng.uniform(-1, 1, 2) * config.shift
    if rng.random() < config.flip:
        matrix[0] = (0, 0, config.columns - 1) - matrix[0]
    black = tuple(float(v) for v in image.min(axis=(0, 1)))
    moved = cv2.warpAffine(image, matrix, size, flags=cv2.INTER_LINEAR, borderValue=black)
    moved_target = cv2.warpAffine(target, matrix, size, flags=cv2.INTER_NEAREST)
    return np.asarray(moved, np.float32), np.asarray(moved_target, np.uint8)


def _change_intensity(channel: Image, config: AugmentationConfig, rng: np.random.Generator) -> Image:
    black, white = float(channel.min()), float(channel.max())
    if white - black < 1e-3:
        return channel
    unit = (channel - black) / (white - black)
    unit = unit ** np.float32(np.exp(rng.uniform(-1, 1) * config.gamma))
    coarse = (1 + config.bias_field * rng.uniform(-1, 1, (3, 3))).astype(np.float32)
    unit *= cv2.resize(coarse, channel.shape[::-1], interpolation=cv2.INTER_CUBIC)
    channel = unit * (white - black) + black
    if rng.random() < config.slice_statistics:
        head = channel[unit > 0.05]
        if head.size > 64:
            channel = (channel - head.mean()) / (head.std() + 1e-3)
    if rng.random() < config.blur:
        channel = np.asarray(cv2.GaussianBlur(channel, (0, 0), rng.uniform(0.5, 1.5)), np.float32)
    gain, offset = 1 + config.contrast * rng.uniform(-1, 1, 2)
    channel = channel * np.float32(gain) + np.float32(offset - 1)
    noise = rng.standard_normal(channel.shape, np.float32) * np.float32(rng.random() ** 2 * config.noise)
    return np.asarray(channel + noise, np.float32)
