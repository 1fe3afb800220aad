"""The two sides of a comparison, and how they differ."""

import math
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from app.decision.opening import opening_slice
from app.evaluation.confusion import ratio
from app.evaluation.threshold_curve import ThresholdCurve
from app.model.checkpoint import CARD, FOLDER, NETWORK, Card
from app.pages.as_text import as_text
from app.pages.performance_scores import percent
from app.study import Probability, Study, threshold_level
from app.viewer.solid import volume_text

CHECKPOINTS = "GLIOLENS_CHECKPOINTS"
"""Names the folder of further checkpoints. Only who runs the server sets it: a network's file can run code, so it is
never taken from a visitor."""
SHORT = 8
"""Digits of a sha256 that are shown."""


@dataclass(frozen=True, eq=False)
class Side:
    """A study as one checkpoint sees it."""

    name: str
    """ "left" or "right"."""
    study: Study
    folder: Path
    """Of the checkpoint."""
    card: Card
    """The checkpoint's."""
    result: Probability | None
    """None while it is still to be made."""

    @cached_property
    def first_slice(self) -> int:
        """The slice, counted from 0, that it is opened with."""
        return opening_slice(self.study, self.result, self.card.threshold)

    @cached_property
    def curve(self) -> ThresholdCurve | None:
        """Voxels at every threshold; without a reference none of them is in the tumour, and recall is NaN."""
        if self.result is None:
            return None
        reference = self.study.reference
        inside = np.broadcast_to(np.False_, self.study.shape) if reference is None else reference > 0
        return ThresholdCurve.from_levels(self.result.levels, inside)


def checkpoint_folders() -> dict[Path, str]:
    """Folder to title of every checkpoint: the shipped one, then those below what `GLIOLENS_CHECKPOINTS` names."""
    folders = {FOLDER: "Shipped checkpoint"}
    if os.environ.get(CHECKPOINTS):
        top = Path(os.environ[CHECKPOINTS])
        found = sorted(path.parent for path in top.rglob(CARD) if path.with_name(NETWORK).is_file())
        folders |= {folder: folder.relative_to(top).as_posix() for folder in found}
    return folders


def heading(side: Side) -> str:
    """The line over a side's picture, Markdown."""
    name, checkpoint = as_text(side.study.name), side.card.sha256[:SHORT]
    return f"**{name}** · checkpoint `{checkpoint}`, default threshold {side.card.threshold:.3f}"


def row(side: Side, threshold: float) -> dict[str, str]:
    """A side's line in the table: recall, precision and Dice are exact, and "–" where there is no reference."""
    scores = volume = None
    if side.curve is not None:
        scores = side.curve.at(threshold) if side.study.reference is not None else None
        volume = volume_text(int(side.curve.predicted[threshold_level(threshold)]), side.study)
    return {
        "side": side.name,
        "study": side.study.name,
        "checkpoint": side.card.sha256[:SHORT],
        "threshold": f"{threshold:.3f}",
        "volume": volume or "–",
        "recall": percent(scores.recall) if scores else "–",
        "precision": percent(scores.precision) if scores else "–",
        "Dice": dice_text(scores.dice) if scores else "–",
    }


def difference(left: Side, right: Side, thresholds: tuple[float, float]) -> str | None:
    """How far two masks of one study agree, as a sentence; None for two studies, or without both results."""
    if left.study.sha256 != right.study.sha256 or left.result is None or right.result is None:
        return None
    one, other = left.result.mask(thresholds[0]), right.result.mask(thresholds[1])
    shared, only_left, only_right = (int(np.count_nonzero(m)) for m in (one & other, one & ~other, other & ~one))
    apart = only_left + only_right
    volume = f" ({volume_text(apart, left.study)})" if left.study.voxel_ml else ""
    dice = dice_text(ratio(2 * shared, 2 * shared + apart))
    return (
        f"The two masks differ in {apart:,} voxels{volume}: {only_left:,} in the left one alone, "
        f"{only_right:,} in the right one alone. Dice between them: {dice}."
    )


def dice_text(dice: float) -> str:
    """ "0.869"; "–" where undefined."""
    return "–" if math.isnan(dice) else f"{dice:.3f}"
