"""Time points made by hand: boxes in an empty volume of 2 x 1 x 1 mm."""

from datetime import date

import numpy as np
from readings import CARD

from app.decision.follow_up import TimePoint
from app.imaging.rigid import Quality, Rigid
from app.study import Probability, Sequence, Source, Study

SHAPE = (6, 40, 60)
SPACING = (2.0, 1.0, 1.0)
AFFINE = np.array([[-1.0, 0, 0, 0], [0, -1, 0, 0], [0, 0, 2, 0], [0, 0, 0, 1]])
STILL = Rigid(np.eye(4), Quality(Sequence.FLAIR, 1.3, 0.97, "the middles of the heads", True, 0.0, 0.0))


def box(levels, first, past, level=100):
    levels[tuple(slice(a, b) for a, b in zip(first, past, strict=True))] = level


def time_point(*boxes, day=None, card=CARD, threshold=0.3, title="P-7", sequences=(Sequence.FLAIR,), affine=AFFINE):
    levels = np.zeros(SHAPE, np.uint8)
    for each in boxes:
        box(levels, *each)
    image = np.full(SHAPE, 50.0, np.float32)
    image[:, 0] = 0
    study = Study(
        title,
        dict.fromkeys(sequences, image),
        Source("volume", SHAPE[::-1], affine),
        SPACING if affine is not None else None,
    )
    return TimePoint(study, Probability(levels, study.sha256, card.sha256), card, threshold, day, title)


BEFORE = ((0, 2, 2), (4, 22, 22)), ((1, 25, 40), (3, 31, 46))
"""4 x 20 x 20 voxels, 3.2 ml, both diameters over 10 mm; 2 x 6 x 6 voxels, 0.144 ml."""
AFTER = ((0, 2, 2), (4, 32, 32)), ((4, 5, 45), (6, 15, 55))
"""The first is half as long and as wide again, 7.2 ml; the second has gone, another one of 0.4 ml is new."""
JANUARY, MAY = date(2026, 1, 9), date(2026, 5, 3)
