"""Synthetic studies for the browser tests: an ellipsoid head, a ball of tumour, and levels that fall off around it."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from app.evaluation.threshold_curve import ThresholdCurve
from app.study import LEVELS, Sequence, Source, Study

SHAPE = (24, 80, 72)
CHECKPOINT, OTHER_CHECKPOINT = ("c0ffee" + "0" * 58, "decaf" + "0" * 59)
CORE, OEDEMA, ENHANCING = 1, 2, 4
"""Labels of the tumour classes, in references too."""
DEFAULT_THRESHOLD = 0.3
TILT = np.radians(10)
AFFINE = np.array(
    [
        [-1.1, 0, 0, 45],
        [0, -np.cos(TILT), -2.5 * np.sin(TILT), 30],
        [0, -np.sin(TILT), 2.5 * np.cos(TILT), -20],
        [0, 0, 0, 1],
    ]
)
"""Of their files: axes to left, back and head as in the study, the head bent forward, voxels of 1.1 x 1.0 x 2.5 mm."""

Levels = NDArray[np.uint8]
Labels = NDArray[np.uint8]


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
    labelled: bool = False,
    tumour: bool = True,
    slices: int = SHAPE[0],
    spacing: tuple[float, float, float] | None = (2.5, 1.0, 1.1),
) -> tuple[Study, Levels]:
    """A study and made-up levels for it; the tumour's centre lies at column `tumour_x`.

    The reference is 1 in the tumour, or where it is labelled, `shells` of three classes.
    """
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
    source = Source("volume", shape[::-1], AFFINE) if spacing else Source("picture", shape[1:])
    mask = np.where(inside, shells(to_tumour) if labelled else np.uint8(1), np.uint8(0)) if reference else None
    return Study(name, images, source, spacing, mask), levels


def shells(to_tumour: NDArray[np.float64]) -> Labels:
    """A core, a rim that takes up contrast, and oedema around them, by the distance to the tumour's centre."""
    return np.select([to_tumour < 0.4, to_tumour < 0.7], [CORE, ENHANCING], OEDEMA).astype(np.uint8)


def classes_for(levels: Levels) -> Labels:
    """`(z, y, x)`: pretended tumour classes of a network, from high levels inward to low ones outside."""
    return np.select([levels >= 0.95 * LEVELS, levels >= 0.8 * LEVELS], [CORE, ENHANCING], OEDEMA).astype(np.uint8)


STUDIES: dict[str, Callable[[], tuple[Study, Levels]]] = {
    "right": lambda: make("Tumour on the patient's right", 22, 1, labelled=True),
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
