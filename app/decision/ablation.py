"""What the network finds without one of the sequences: how much hangs on each."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.decision.lesion_table import UNDEFINED, share_text, size_text, unit_of
from app.evaluation.confusion import Confusion, ratio
from app.study import Probability, Sequence, Study

Table = dict[str, list[str]]
"""The cells of each column, by its title."""


@dataclass(frozen=True)
class Ablation:
    """A result beside the one with all sequences, both at one threshold. Undefined is NaN."""

    without: Sequence | None
    """What was left out; None for nothing, the row that the others are held against."""
    voxels: int
    change: float
    """Of the number of voxels: -0.1 for a tenth fewer. NaN where nothing was found with all sequences."""
    overlap: float
    """Dice of both masks, 0 to 1; NaN where both are empty."""
    found: float
    """Share of the lesion that is found, 0 to 1; NaN without a lesion."""
    recall: float
    """Against the reference, as the following; NaN without one."""
    precision: float
    dice: float


def ablation(
    full: Probability,
    reduced: Probability,
    threshold: float,
    *,
    without: Sequence | None = None,
    lesion: NDArray[np.bool_] | None = None,
    reference: NDArray[np.uint8] | None = None,
) -> Ablation:
    """Compare a result with the one that all sequences gave.

    Args:
        full: with all sequences.
        reduced: of the same study without one; `full` again for the first row of the table.
        threshold: of both, a multiple of 0.005.
        without: which one.
        lesion: `(z, y, x)`, of the full result.
        reference: `(z, y, x)` labels; tumour where not 0.
    """
    before, after = full.mask(threshold), reduced.mask(threshold)
    voxels = [int(np.count_nonzero(mask)) for mask in (before, after)]
    scores = None if reference is None else Confusion.from_masks(after, reference > 0)
    return Ablation(
        without=without,
        voxels=voxels[1],
        change=ratio(voxels[1] - voxels[0], voxels[0]),
        overlap=ratio(2 * int(np.count_nonzero(before & after)), sum(voxels)),
        found=math.nan if lesion is None else _share(after, lesion),
        recall=math.nan if scores is None else scores.recall,
        precision=math.nan if scores is None else scores.precision,
        dice=math.nan if scores is None else scores.dice,
    )


def change_table(rows: Iterable[Ablation], study: Study, lesion: int) -> Table:
    """How size and place of what is found change; `lesion` is the number of the one that `found` speaks of."""
    rows = list(rows)
    return {
        "Without": [_title(row) for row in rows],
        f"Size, {unit_of(study)}": [size_text(row.voxels, study) for row in rows],
        "Change": [UNDEFINED if row.without is None else signed_percent(row.change) for row in rows],
        "Overlap (Dice)": [dice_text(row.overlap) for row in rows],
        f"Of lesion {lesion}": [_percent(row.found) for row in rows],
    }


def reference_table(rows: Iterable[Ablation]) -> Table:
    """What is found against the reference."""
    rows = list(rows)
    return {
        "Without": [_title(row) for row in rows],
        "Recall": [_percent(row.recall) for row in rows],
        "Precision": [_percent(row.precision) for row in rows],
        "Dice": [dice_text(row.dice) for row in rows],
    }


def signed_percent(share: float) -> str:
    """ "+12.3 %", with a minus sign below 0; "–" where undefined."""
    return UNDEFINED if math.isnan(share) else f"{100 * share:+.1f} %".replace("-", "\N{MINUS SIGN}")


def dice_text(dice: float) -> str:
    """ "0.869"; "–" where undefined."""
    return UNDEFINED if math.isnan(dice) else f"{dice:.3f}"


def _title(row: Ablation) -> str:
    return "none" if row.without is None else str(row.without)


def _percent(share: float) -> str:
    return UNDEFINED if math.isnan(share) else share_text(share)


def _share(mask: NDArray[np.bool_], part: NDArray[np.bool_]) -> float:
    return ratio(int(np.count_nonzero(mask & part)), int(np.count_nonzero(part)))
