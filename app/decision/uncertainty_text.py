"""What the page says of a study's uncertainty, as Markdown."""

import numpy as np

from app.decision.uncertainty import BAND, Uncertainty, who
from app.evaluation.spread import SpreadCounts
from app.model.looks import LOOKS
from app.model.uncertainty_record import LooksGroup


def interval_text(found: Uncertainty, voxel_ml: float | None) -> str:
    """Where the true volume lies, or why that is not said."""
    if found.interval is None:
        return f":gray[{found.reason}]"
    return f"**True volume: {_range(found.interval, voxel_ml)}**, with a chance of {percent(found.group.level)}."


def basis_text(group: LooksGroup) -> str:
    """What the interval rests on; empty without one."""
    if group.level is None:
        return ""
    return (
        f"The chance is that of conformal prediction from {who(group)}, and holds if this patient could have been one "
        "of them. It widens with the spread of the looks' volumes. The true volume is what their references outline."
    )


def volumes_text(found: Uncertainty, voxel_ml: float | None) -> str:
    """The volume of every look, and at thresholds nearby."""
    looks = "; ".join(f"{look.title} {_volume(seen, voxel_ml)}" for look, seen in zip(LOOKS, found.looks, strict=True))
    near = f"{max(0.0, found.threshold - BAND):.3f} to {min(1.0, found.threshold + BAND):.3f}"
    return (
        f"Marked at {found.threshold:.3f}: {_volume(found.volume, voxel_ml)}; {looks}.\n\n"
        f"At t ± {BAND:.2f}, {near}: {_range(found.band, voxel_ml)}."
    )


def map_text(group: LooksGroup) -> str:
    """What the map was worth on the validation patients."""
    spread, single = spread_counts(group), single_counts(group)
    agree, apart = spread.bins[0], spread.bins[-1]
    return (
        f"On {who(group)}, at the default threshold: where the looks agree within {agree.high:.2f}, "
        f"{percent(agree.wrong)} of the voxels that some look sees were wrong; where they are {apart.low:.1f} or more "
        f"apart, {percent(apart.wrong)}. {percent(spread.agreed_errors)} of the errors lie where the looks agree, so "
        f"no colour is no proof. Area under the ROC curve for telling errors: {spread.auroc:.2f}; of the doubt that "
        f"the look on screen has by itself: {single.auroc:.2f}."
    )


def spread_counts(group: LooksGroup) -> SpreadCounts:
    """Voxels by how far the looks are apart."""
    return SpreadCounts(np.array(group.right, np.int64), np.array(group.wrong, np.int64))


def single_counts(group: LooksGroup) -> SpreadCounts:
    """The same voxels by the doubt of the plain look alone."""
    return SpreadCounts(np.array(group.single_right, np.int64), np.array(group.single_wrong, np.int64))


def percent(share: float | None) -> str:
    """ "78 %", with a decimal below 10; a dash where there is none."""
    if share is None or np.isnan(share):
        return "–"
    return f"{share * 100:.0f} %" if share >= 0.1 else f"{share * 100:.1f} %"


def _volume(voxels: float, voxel_ml: float | None) -> str:
    return f"{voxels:,.0f} voxels" if voxel_ml is None else f"{voxels * voxel_ml:.1f} ml"


def _range(ends: tuple[float, float], voxel_ml: float | None) -> str:
    low, high = sorted(ends)
    if voxel_ml is None:
        return f"{low:,.0f} to {high:,.0f} voxels"
    return f"{low * voxel_ml:.1f} to {high * voxel_ml:.1f} ml"
