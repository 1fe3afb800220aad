"""What is said of a saved result and the one that the network gives now."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.decision.again import Difference
from app.study import Probability

MOST = 500
"""Slices that a table lists."""


def same_text(found: Difference) -> str:
    """That nothing differs."""
    classes = "" if found.classes is None else " and class"
    return (
        f":green[:material/check_circle:] **Identical.** The network ran again, and all {found.voxels:,} voxels have "
        f"the probability{classes} that was saved."
    )


def difference_text(found: Difference, threshold: float) -> str:
    """What differs, in numbers."""
    said = [
        f":orange[:material/difference:] **Not identical.** {_voxels(found.levels)} of {found.voxels:,} "
        f"{'has' if found.levels == 1 else 'have'} another probability, by {found.largest:.3f} at most.",
        f"At threshold {threshold:.3f}, {_voxels(found.mask)} {'is' if found.mask == 1 else 'are'} in one of both "
        f"masks alone (Dice {_score(found.dice)}).",
    ]
    if found.ml_before is not None and found.ml_after is not None:
        said.append(f"Volume {found.ml_after:.2f} ml, saved {found.ml_before:.2f} ml.")
    if found.classes is not None:
        said.append(f"{_voxels(found.classes)} {'has' if found.classes == 1 else 'have'} another likeliest class.")
    return " ".join(said)


def slice_table(before: Probability, anew: Probability, threshold: float) -> tuple[list[int], dict[str, list[int]]]:
    """The slices in which anything differs, counted from 0, those with most first; and the table of them.

    The table counts slices from 1, as the page does.
    """
    levels = _differ(before.levels, anew.levels)
    masks = _differ(before.mask(threshold), anew.mask(threshold))
    both = before.classes is not None and anew.classes is not None
    classes = _differ(before.classes, anew.classes) if both else np.zeros_like(levels)
    total = levels + classes
    slices = [int(index) for index in np.argsort(-total, kind="stable") if total[index]][:MOST]
    table = {"slice": [index + 1 for index in slices], "probability": levels[slices].tolist()}
    table["in one mask alone"] = masks[slices].tolist()
    if both:
        table["class"] = classes[slices].tolist()
    return slices, table


def _differ(one: NDArray[Any] | None, other: NDArray[Any] | None) -> NDArray[np.intp]:
    """Voxels of each slice `(z, y, x)` that are not the same."""
    return np.asarray(np.count_nonzero(np.asarray(one != other), axis=(1, 2)))


def _voxels(count: int) -> str:
    return f"{count:,} voxel{'' if count == 1 else 's'}"


def _score(score: float) -> str:
    return "–" if math.isnan(score) else f"{score:.4f}"
