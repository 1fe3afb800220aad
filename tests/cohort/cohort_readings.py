"""A reading for the tests of this folder, whose every number is known."""

from dataclasses import replace

import numpy as np

from app.decision.guarantee import Guarantee
from app.decision.reading import Reading, read
from app.model.checkpoint import Card
from app.model.serving import Serving
from app.study import Probability, Sequence, Source, Study

CARD = Card("c0ffee" * 10 + "0000", 0.25, "made up", 1, {}, Serving(), {}, (), (), ())
SPACING = (5.0, 2.0, 1.0)
"""10 mm³ a voxel."""
SHAPE = (4, 12, 20)
LIKE = Guarantee(0.05, 0.105, None, 38, "made up", False, 0.04, 0.9, 0.5, (Sequence.FLAIR,))
UNLIKE = replace(LIKE, reason="This scan is unlike <theirs>.", unlikeness=0.02)


def tumour() -> np.ndarray:
    """200 voxels: 2 slices of 10 rows of 10; of them 20 of core and 60 that enhance."""
    classes = np.zeros(SHAPE, np.uint8)
    classes[1:3, 1:11, 5:15] = 2
    classes[1, 1:3, 5:15] = 1
    classes[2, 1:7, 5:15] = 4
    return classes


def study_of(*, spacing: tuple[float, float, float] | None = SPACING, reference: bool = False) -> Study:
    """One sequence; the reference lacks a tenth of the tumour and has nothing more."""
    marked = tumour()
    marked[:, 1, :] = 0
    source = Source("volume", SHAPE[::-1], np.diag([1.0, 2.0, 5.0, 1.0])) if spacing else Source("picture", SHAPE)
    image = np.arange(np.prod(SHAPE), dtype=np.float32).reshape(SHAPE)
    return Study(
        "p<1>", {Sequence.FLAIR: image}, source, spacing, marked if reference else None, ("Read so.", "Or so.")
    )


def reading_of(study: Study, guarantee: Guarantee | None = None, *, empty: bool = False) -> Reading:
    """At the threshold 0.25, from which on all of the tumour is found, or none."""
    found = np.zeros_like(tumour()) if empty else tumour()
    result = Probability((found > 0).astype(np.uint8) * 100, study.sha256, CARD.sha256, found)
    reading = read(study, result, CARD, None, smallest=1)
    return reading if guarantee is None else replace(reading, guarantee=guarantee)
