"""Readings for the tests of this folder: a small head with a tumour whose every voxel is known."""

import numpy as np

from app.decision.reading import Reading, read
from app.model.checkpoint import Card
from app.model.serving import Serving
from app.study import Probability, Sequence, Source, Study

CARD = Card("c0ffee" * 10 + "0000", 0.5, "made up", 1, {}, Serving(), {}, (), (), ())
SHAPE = (9, 30, 24)
SPACING = (2.0, 1.0, 1.5)
AFFINE = np.array([[-1.5, 0, 0, 10], [0, -1, 0, 20], [0, 0, 2, -30], [0, 0, 0, 1.0]])
TUMOUR = (slice(2, 6), slice(6, 17), slice(12, 18))
"""4 x 11 x 6 voxels on the patient's left, towards the front."""


def image() -> np.ndarray:
    """A head that grows brighter to the back, in black."""
    made = np.zeros(SHAPE, np.float32)
    made[1:8, 3:27, 3:21] = np.linspace(100, 200, 24, dtype=np.float32)[:, np.newaxis]
    return made


def levels() -> np.ndarray:
    made = np.zeros(SHAPE, np.uint8)
    made[TUMOUR] = 120
    made[TUMOUR][1:3, 2:8, 1:4] = 180
    return made


def classes() -> np.ndarray:
    """Oedema, in it an enhancing rim, in it a core of one row of voxels."""
    made = np.full(SHAPE, 2, np.uint8)
    made[TUMOUR][1:3, 2:8, 1:4] = 4
    made[TUMOUR][1:3, 4, 2] = 1
    return made


def reference() -> np.ndarray:
    """The tumour, shifted one voxel to the right."""
    made = np.zeros(SHAPE, np.uint8)
    made[2:6, 6:17, 11:17] = 4
    return made


def study(name: str = "p1", *, spacing: tuple[float, float, float] | None = SPACING, labelled: bool = False) -> Study:
    """With spacing a volume, without it a stack of pictures."""
    source = Source("picture", SHAPE) if spacing is None else Source("volume", SHAPE[::-1], AFFINE)
    return Study(name, {Sequence.FLAIR: image()}, source, spacing, reference() if labelled else None)


def reading_of(scanned: Study, *, threshold: float = 0.5, classed: bool = True) -> Reading:
    result = Probability(levels(), scanned.sha256, CARD.sha256, classes() if classed else None)
    return read(scanned, result, CARD, None, threshold=threshold, smallest=1)
