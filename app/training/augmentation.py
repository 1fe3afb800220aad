"""What a training slice may look like: geometry moves image and labels together, the rest changes the image alone.

Everything starts from the prepared uint8 planes, so that geometry and tables cost little.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from app.model.intensity import CLIP
from app.training.intensity_changes import IntensityConfig, change_intensity

Bytes = NDArray[np.uint8]
Image = NDArray[np.float32]


@dataclass(frozen=True)
class AugmentationConfig:
    """How strongly, and how often."""

    rows: int = 192
    """Size of the crop, in pixels; both divide by 16."""
    columns: int = 160
    shift: float = 16.0
    """The crop's centre moves this many pixels at most."""
    rotation: float = 35.0
    """Degrees, either way."""
    scale: float = 0.25
    """Size changes by up to this factor, on a log scale."""
    flip: float = 0.5
    """Chance of a left-right flip."""
    elastic: float = 0.2
    """Chance of an elastic deformation."""
    elastic_pixels: float = 6.0
    """How far it moves a point at most."""
    low_resolution: float = 0.1
    """Chance that the picture loses resolution, up to threefold."""
    scalp: float = 0.1
    """Chance that a ring of scalp is drawn around the head, as before skull-stripping."""
    peel: float = 0.05
    """Chance that the head's outermost pixels are taken off, as by a rough skull-stripping."""
    all_sequences: float = 0.5
    """Chance that all sequences of a case are kept."""
    flair_alone: float = 0.2
    """Chance that only FLAIR is kept; otherwise each is kept with even odds, and at least one."""
    neighbours: float = 0.8
    """Chance that the neighbouring slices are kept; without them the slice is a single picture."""
    intensity: IntensityConfig = field(default_factory=IntensityConfig)


def augment(
    group: Sequence[Bytes | None],
    target: Bytes,
    present: NDArray[np.bool_],
    keep: NDArray[np.bool_],
    config: AugmentationConfig,
    rng: np.random.Generator,
) -> tuple[Image, Bytes]:
    """One slice with its neighbours, changed and cropped to `(rows, columns)`.

    Args:
        group: the slice and then its neighbours, `(240, 240, c)` uint8 each with the c sequences that are present, as
            the prepared set has them; None for a neighbour that is not there.
        target: `(240, 240)`.
        present: `(4,)`, the sequences that the case has.
        keep: `(4,)`, those of them that stay.

    Returns:
        `(rows, columns, 4 * len(group))` normalised intensities within `CLIP`, 0 in planes that are not there or not
        kept; and the target.
    """
    channels = np.flatnonzero(present)
    shown = np.array([4 * n + c for n, planes in enumerate(group) if planes is not None for c in channels if keep[c]])
    moved, target = _move([planes for planes in group if planes is not None], target, config, rng)
    moved = moved[..., np.tile(keep[channels], moved.shape[-1] // len(channels))]
    if rng.random() < config.low_resolution:
        moved = _coarser(moved, rng.uniform(1.2, 3.0))
    if rng.random() < config.scalp:
        moved = _with_scalp(moved, rng)
    if rng.random() < config.peel:
        moved, target = _peeled(moved, target, int(rng.integers(2, 9)))
    image = np.zeros((*target.shape, 4 * len(group)), np.float32)
    for sequence in np.flatnonzero(keep):
        same = shown % 4 == sequence
        image[..., shown[same]] = change_intensity(moved[..., same], config.intensity, rng)
    return np.clip(image, *CLIP, out=image), target


def choose_sequences(
    present: NDArray[np.bool_], config: AugmentationConfig, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """`(4,)`: the sequences to keep out of those present; never none."""
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
    group: Sequence[Bytes], target: Bytes, config: AugmentationConfig, rng: np.random.Generator
) -> tuple[Bytes, Bytes]:
    """Rotate, scale, flip, deform and crop in one resampling; beyond the edge each plane is black."""
    rows, columns = target.shape
    turn, size = rng.uniform(-1, 1) * config.rotation, np.exp(rng.uniform(-1, 1) * config.scale)
    matrix = np.asarray(cv2.getRotationMatrix2D((columns / 2, rows / 2), turn, size), np.float64)
    matrix[:, 2] += (config.columns / 2, config.rows / 2) - np.array((columns / 2, rows / 2))
    matrix[:, 2] += rng.uniform(-1, 1, 2) * config.shift
    if rng.random() < config.flip:
        matrix[0] = (0, 0, config.columns - 1) - matrix[0]
    x, y = _source_pixels(matrix, config)
    if rng.random() < config.elastic:
        bend = rng.uniform(-1, 1, (2, 5, 4)).astype(np.float32) * config.elastic_pixels
        x, y = (
            a + cv2.resize(b, a.shape[::-1], interpolation=cv2.INTER_CUBIC) for a, b in zip((x, y), bend, strict=True)
        )
    x, y = x.astype(np.float32), y.astype(np.float32)
    coarse, fine = cv2.convertMaps(x, y, cv2.CV_16SC2)
    moved = []
    for planes in group:
        black = [int(value) for value in planes.reshape(-1, planes.shape[-1]).min(axis=0)]
        image = cv2.remap(np.ascontiguousarray(planes), coarse, fine, cv2.INTER_LINEAR, borderValue=black)
        moved.append(image.reshape(*x.shape, -1))
    # not by the fixed-point maps, of which OpenCV 5.0.0 takes a wrong neighbour (its issue 24106)
    return np.concatenate(moved, axis=-1), np.asarray(cv2.remap(target, x, y, cv2.INTER_NEAREST), np.uint8)


def _source_pixels(matrix: NDArray[np.float64], config: AugmentationConfig) -> tuple[Image, Image]:
    """For each pixel of the crop, where it comes from: columns and rows, `(rows, columns)` each."""
    back = cv2.invertAffineTransform(matrix)
    columns, rows = _grid(config.rows, config.columns)
    return back[0, 0] * columns + back[0, 1] * rows + back[0, 2], back[1, 0] * columns + back[1, 1] * rows + back[1, 2]


@cache
def _grid(rows: int, columns: int) -> tuple[Image, Image]:
    x, y = np.meshgrid(np.arange(columns, dtype=np.float32), np.arange(rows, dtype=np.float32))
    return x, y


def _coarser(planes: Bytes, factor: float) -> Bytes:
    rows, columns = planes.shape[:2]
    small = (max(1, round(columns / factor)), max(1, round(rows / factor)))
    result = np.empty_like(planes)
    for channel in range(planes.shape[-1]):
        plane = cv2.resize(np.ascontiguousarray(planes[..., channel]), small, interpolation=cv2.INTER_AREA)
        result[..., channel] = cv2.resize(plane, (columns, rows), interpolation=cv2.INTER_LINEAR)
    return result


def _with_scalp(planes: Bytes, rng: np.random.Generator) -> Bytes:
    """A dark gap, then a bright shell of uneven brightness, around whatever is head."""
    outside = _head(planes) == 0
    distance = cv2.distanceTransform(outside.astype(np.uint8), cv2.DIST_L2, 3)
    gap = rng.uniform(3, 9)
    shell = (distance > gap) & (distance < gap + rng.uniform(3, 10))
    uneven = cv2.resize(rng.uniform(0.3, 1.0, (6, 5)).astype(np.float32), shell.shape[::-1])
    result = planes.copy()
    for channel in range(planes.shape[-1]):
        low, high = int(planes[..., channel].min()), int(planes[..., channel].max())
        bright = low + uneven[shell] * (rng.uniform(0.4, 1.0) * (high - low))
        result[shell, channel] = bright.astype(np.uint8)
    return result


def _peeled(planes: Bytes, target: Bytes, depth: int) -> tuple[Bytes, Bytes]:
    """Black, and no label, where the head's edge is nearer than `depth` pixels."""
    peel = cv2.distanceTransform(_head(planes), cv2.DIST_L2, 3) < depth
    return np.where(peel[..., np.newaxis], planes.min(axis=(0, 1)), planes), np.where(peel, np.uint8(0), target)


def _head(planes: Bytes) -> Bytes:
    """`(rows, columns)`, 1 inside the outline of what is brighter than black in the first plane, 0 outside."""
    plane = planes[..., 0]
    low, high = int(plane.min()), int(plane.max())
    head = (plane > low + 0.08 * (high - low)).astype(np.uint8)
    contours, _ = cv2.findContours(head, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return np.asarray(cv2.drawContours(head, contours, -1, 1, cv2.FILLED), np.uint8)
