"""Everything that is measured of one case at one threshold."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.evaluation.confusion import Confusion
from app.evaluation.lesions import LesionScores, lesion_scores
from app.evaluation.surface import SurfaceScores, surface_scores
from app.evaluation.threshold_curve import ThresholdCurve
from app.study import threshold_level

REGIONS = {"core": (1, 4), "enhancing": (4,)}
"""Parts of the tumour and their BraTS labels; "whole" is all of it (Menze et al., IEEE TMI 34(10), 2015)."""


@dataclass(frozen=True)
class RegionScores:
    """The whole tumour, or one part of it, against the reference."""

    confusion: Confusion
    lesions: LesionScores
    surface: SurfaceScores | None
    """None where the spacing is not known."""


@dataclass(frozen=True)
class CaseScores:
    """One case."""

    curve: ThresholdCurve
    """Over all voxels."""
    head: ThresholdCurve
    """Over the voxels inside the head, for calibration."""
    regions: dict[str, RegionScores]
    """"whole", and where the classes are known "core" and "enhancing"."""


def score_case(
    levels: NDArray[np.uint8],
    reference: NDArray[np.uint8],
    head: NDArray[np.bool_],
    threshold: float,
    spacing: tuple[float, float, float] | None,
    labels: NDArray[np.uint8] | None = None,
) -> CaseScores:
    """Measure one case.

    Args:
        levels: `(z, y, x)`, floor(probability * 200).
        reference: `(z, y, x)`, 0 outside the tumour; 1, 2 and 4 inside where `labels` is given.
        head: `(z, y, x)`, True inside the head.
        threshold: 0 to 1.
        spacing: voxel size in mm along (z, y, x), or None where it is not known.
        labels: `(z, y, x)`, the predicted 1, 2 or 4 inside the mask at the threshold; None where only tumour or not
            is known.

    Raises:
        ValueError: the shapes differ, a level is above 200, or the threshold outside [0, 1].
    """
    tumour = reference != 0
    masks = {"whole": (levels >= threshold_level(threshold), tumour)}
    if labels is not None:
        masks |= {name: (np.isin(labels, of), np.isin(reference, of)) for name, of in REGIONS.items()}
    return CaseScores(
        ThresholdCurve.from_levels(levels, tumour),
        ThresholdCurve.from_levels(levels[head].reshape(1, 1, -1), tumour[head].reshape(1, 1, -1)),
        {
            name: RegionScores(
                Confusion.from_masks(*pair),
                lesion_scores(*pair),
                None if spacing is None else surface_scores(*pair, spacing),
            )
            for name, pair in masks.items()
        },
    )


def named_scores(region: RegionScores) -> Iterator[tuple[str, float]]:
    """Every score of a region by name, 0 to 1 or in mm; NaN where undefined. Surface scores only with a spacing."""
    for name in ("recall", "precision", "dice", "iou"):
        yield name, getattr(region.confusion, name)
    if region.surface is not None:
        yield "hd95_mm", region.surface.hd95_mm
        yield "surface_dice_1mm", region.surface.surface_dice
    for name in ("recall", "precision", "dice"):
        yield f"lesion_{name}", getattr(region.lesions, name)
