"""A saved result beside the one that the network gives when it is run again."""

from dataclasses import dataclass

import numpy as np

from app.decision.keeping import Reopened
from app.evaluation.confusion import Confusion
from app.study import LEVELS, Probability


@dataclass(frozen=True)
class Difference:
    """How two results of one study differ, voxel for voxel."""

    voxels: int
    """Of the study."""
    levels: int
    """Voxels whose level differs."""
    mask: int
    """Voxels that are in one mask alone, at the threshold that was saved."""
    classes: int | None
    """Voxels whose likeliest class differs; None where one of the two has no classes."""
    largest: float
    """The largest difference of the probability, a multiple of 0.005."""
    dice: float
    """Of both masks; NaN where the saved one is empty."""
    ml_before: float | None
    """Volume of the mask; None without spacing, as `ml_after`."""
    ml_after: float | None
    slice: int | None
    """With the most voxels that differ, counted from 0; None where none does."""
    same_checkpoint: bool
    """Whether one checkpoint made both."""

    @property
    def same(self) -> bool:
        """Whether no voxel differs."""
        return self.slice is None


def compare(kept: Reopened, anew: Probability) -> Difference:
    """Compare a saved result with another one of the same study.

    Raises ValueError for a result of another study.
    """
    before = kept.result
    if (anew.study_sha256, anew.levels.shape) != (before.study_sha256, before.levels.shape):
        raise ValueError(f"Both results are of one study. Received: {before.study_sha256}, {anew.study_sha256}")
    apart = np.abs(before.levels.astype(np.int16) - anew.levels)
    differs, classes = apart != 0, None
    if before.classes is not None and anew.classes is not None:
        others = before.classes != anew.classes
        differs, classes = differs | others, int(np.count_nonzero(others))
    masks = Confusion.from_masks(anew.mask(kept.row.threshold), before.mask(kept.row.threshold))
    ml, of_slice = kept.study.voxel_ml, np.count_nonzero(differs, axis=(1, 2))
    return Difference(
        voxels=before.levels.size,
        levels=int(np.count_nonzero(apart)),
        mask=masks.false_positives + masks.false_negatives,
        classes=classes,
        largest=int(apart.max()) / LEVELS,
        dice=masks.dice,
        ml_before=None if ml is None else masks.positives * ml,
        ml_after=None if ml is None else (masks.true_positives + masks.false_positives) * ml,
        slice=int(of_slice.argmax()) if differs.any() else None,
        same_checkpoint=anew.checkpoint_sha256 == before.checkpoint_sha256,
    )
