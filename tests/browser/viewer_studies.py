"""Synthetic studies for the browser tests: an ellipsoid head, a ball of tumour, and levels that fall off around it."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from app.evaluation.threshold_curve import ThresholdCurve
from app.study import LEVELS, Sequence, Source, Study

SHAPE = (24, 80, 72)
CHECKPOINT = "c0ffee" + "0" * 58
DEFAULT_THRESHOLD = 0.3

Levels = NDArray[np.uint8]


def _distance(
    centre: tuple[float, float, float], radii: tuple[float, float, float], shape: tuple[int, int, int]
) -> NDArray[np.float64]:
    grid = np.indices(shape).astype(float)
    offsets = [(axis - c) / r for axis, c, r in zip(grid, centre, radii, strict=True)]
    return np.sqrt(sum(offset**2 for offset in offsets))


def make(
    name: str,
    tumour_x: float,
    seed: int,
    *,
    sequences: tuple[Sequence, ...] = tuple(Sequence),
    reference: bool = True,
    tumour: bool = True,
    slices: int = SHAPE[0],
    spacing: tuple[float, float, float] | None = (2.5, 1.0, 1.1),
) -> tuple[Study, Levels]:
    """A study and made-up levels for it; the tumour's centre lies at column `tumour_x`."""
    rng = np.random.default_rng(seed)
    shape = (slices, *SHAPE[1:])
    middle = slices / 2 - 0.5
    head = _distance((middle, 40, 36), (middle + 1, 36, 29), shape) < 1
    to_tumour = _distance((middle + 3, 34, tumour_x), (6.0, 9.0, 8.0), shape)
    inside = (to_tumour < 1) & head if tumour else np.zeros(shape, bool)
    images = {}
    for i, sequence in enumerate(sequences):
        tissue = 300 + 60 * i + 40 * np.sin(np.indices(shape)[1] / (4 + i))
        image = (tissue + (250 - 40 * i) * inside + rng.normal(0, 12, shape)) * head
        images[sequence] = image.astype(np.float32)
    probability = 1 / (1 + np.exp(6 * (to_tumour - 1.05))) + rng.normal(0, 0.04, shape)
    levels = (np.floor(np.clip(probability, 0, 0.999) * LEVELS) * head).astype(np.uint8)
    source = Source("nifti", shape[::-1], np.eye(4)) if spacing else Source("picture", shape[1:])
    mask = inside.astype(np.uint8) if reference else None
    return Study(name, images, source, spacing, mask), levels


STUDIES: dict[str, Callable[[], tuple[Study, Levels]]] = {
    "right": lambda: make("Tumour on the patient's right", 22, 1),
    "left": lambda: make("Tumour on the patient's left", 50, 2),
    "bare": lambda: make("FLAIR alone, no reference", 22, 3, sequences=(Sequence.FLAIR,), reference=False),
    "healthy": lambda: make("Healthy, with an empty reference", 22, 4, tumour=False),
    "unsegmented": lambda: make("Unsegmented", 50, 6),
    "picture": lambda: make("One picture", 50, 5, sequences=(Sequence.T1, Sequence.T2), slices=1, spacing=None),
}


def validation_curve() -> ThresholdCurve:
    """Counts of pretended validation patients; undefined precision at the top."""
    k = np.arange(LEVELS + 1)
    true_positives = 1000 - 4 * k
    return ThresholdCurve(true_positives, np.where(k < LEVELS, 1600 - 7 * k, 0), 1000)


def fullest_slice(levels: Levels) -> int:
    """The slice with most tumour at the default threshold, counted from 0."""
    return int((levels >= DEFAULT_THRESHOLD * LEVELS).sum(axis=(1, 2)).argmax())
