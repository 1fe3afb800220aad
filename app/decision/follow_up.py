"""Two results of one patient, what changed between them, and why that cannot be said of some."""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from app.decision.change import Category, Change, category_of
from app.decision.lesion_matching import Match, match_lesions, shares_of_smaller
from app.decision.measurements import MOST, SMALLEST_ML, Lesion, Measurements, measure, voxels_of
from app.evaluation.components import find_components
from app.imaging.grid import Grid, grid_of
from app.imaging.rigid import Rigid
from app.model.checkpoint import Card
from app.study import Probability, Study

MEASURABLE_MM = 10.0
"""Both diameters of a measurable lesion reach it, and twice the slice thickness (RANO; Wen et al. 2010)."""
FEWEST_SLICES = 2
"""In which a measurable lesion is seen (Wen et al. 2010)."""
MOST_TARGETS = 5
"""Lesions whose products are added up: the largest measurable ones of the baseline (Wen et al. 2010)."""


@dataclass(frozen=True, eq=False)
class TimePoint:
    """A result of a patient's scan."""

    study: Study
    result: Probability
    card: Card
    """Of the checkpoint that made the result."""
    threshold: float
    """A multiple of 0.005."""
    day: date | None
    """Of the scan; None where it is not known."""
    title: str
    """For people."""


@dataclass(frozen=True)
class Mismatch:
    """Why two results are not to be compared: what differs, as (what, baseline, later)."""

    differences: tuple[tuple[str, str, str], ...]

    @property
    def only_threshold(self) -> bool:
        """Whether another threshold is all, which takes no new run: levels are kept."""
        return [what for what, _, _ in self.differences] == ["threshold"]


@dataclass(frozen=True)
class Target:
    """Target lesions that belong together, with what became of them."""

    match: Match
    lesions: tuple[int, ...]
    """Numbers of the target lesions, of those of the match at the baseline."""
    products: Change
    """Sums in mm²: of these lesions, and of all lesions of the match later."""


@dataclass(frozen=True)
class FollowUp:
    """What changed."""

    threshold: float
    baseline: Measurements
    later: Measurements
    volume: Change
    """In ml, of all that is marked."""
    matches: tuple[Match, ...]
    targets: tuple[Target, ...]
    measurable: int
    """Lesions of the baseline that are measurable; at most `MOST_TARGETS` of them are targets."""
    bidimensional: Change
    """Sums of the targets' products of diameters, in mm²."""
    category: Category


def in_order(first: TimePoint, second: TimePoint) -> tuple[TimePoint, TimePoint]:
    """Baseline and later: exchanged where the days say so; where one is not known they stay."""
    swapped = first.day is not None and second.day is not None and second.day < first.day
    return (second, first) if swapped else (first, second)


def mismatch(baseline: TimePoint, later: TimePoint, threshold: float | None = None) -> Mismatch | None:
    """What keeps two results from being compared; None where nothing does.

    Args:
        baseline, later: any.
        threshold: for both; None for the one that each has.
    """
    pairs = [
        ("checkpoint", baseline.result.checkpoint_sha256, later.result.checkpoint_sha256),
        ("preprocessing", str(baseline.card.preprocessing), str(later.card.preprocessing)),
        ("calibration", _short(baseline.card.calibrations), _short(later.card.calibrations)),
        ("smoothing", _short(baseline.card.serving), _short(later.card.serving)),
    ]
    if threshold is None:
        pairs.append(("threshold", f"{baseline.threshold:.3f}", f"{later.threshold:.3f}"))
    different = tuple(pair for pair in pairs if pair[1] != pair[2])
    return Mismatch(different) if different else None


def follow_up(
    baseline: TimePoint, later: TimePoint, rigid: Rigid, threshold: float | None = None
) -> FollowUp | Mismatch:
    """Compare two results of one head.

    Volumes and diameters are measured on each scan as it was taken; the registration only tells which lesion is which.

    Args:
        baseline: with spacing, as everything that could be registered has.
        later: registered to it.
        rigid: from later to baseline.
        threshold: for both, a multiple of 0.005; None for their own, which must be the same.
    """
    if (refused := mismatch(baseline, later, threshold)) is not None:
        return refused
    at = baseline.threshold if threshold is None else threshold
    sides = baseline, later
    smallest = [voxels_of(SMALLEST_ML, _voxel_ml(side)) for side in sides]
    before, after = (measure(side.study, side.result, at, n) for side, n in zip(sides, smallest, strict=True))
    labels = [lesion_labels(side.result.mask(at), side_n) for side, side_n in zip(sides, smallest, strict=True)]
    matches = match_lesions(shares_of_smaller((labels[0], labels[1]), _grids(baseline, later), rigid.to_fixed))
    volume = Change(*(float(np.count_nonzero(side.result.mask(at))) * _voxel_ml(side) for side in sides))
    targets, measurable = targets_of(before, after, matches, _slice_mm(baseline))
    sums = Change(sum(t.products.before for t in targets), sum(t.products.after for t in targets))
    return FollowUp(at, before, after, volume, matches, targets, measurable, sums, category_of(sums))


def lesion_labels(mask: NDArray[np.bool_], smallest: int) -> NDArray[np.uint8]:
    """`(z, y, x)`: the number of each voxel's lesion, as `measure` counts them; 0 outside."""
    labels = np.zeros(mask.shape, np.uint8)
    for number, component in enumerate(find_components(mask, smallest, MOST).kept, 1):
        labels[component.box][component.mask] = number
    return labels


def is_measurable(lesion: Lesion, slice_mm: float) -> bool:
    """Whether both diameters are long enough, and the lesion is seen in enough slices."""
    if lesion.longest is None or lesion.perpendicular is None:
        return False
    least, (first, last) = max(MEASURABLE_MM, 2 * slice_mm), lesion.slices
    return min(lesion.longest.mm, lesion.perpendicular.mm) >= least and last - first + 1 >= FEWEST_SLICES


def targets_of(
    before: Measurements, after: Measurements, matches: tuple[Match, ...], slice_mm: float
) -> tuple[tuple[Target, ...], int]:
    """The target lesions of the baseline with what became of them, and how many are measurable.

    A lesion that split counts with the sum of its parts, several that merged with the one that they became.
    """
    measurable = [lesion for lesion in before.lesions if is_measurable(lesion, slice_mm)]
    largest = sorted(measurable, key=lambda lesion: (-(lesion.bidimensional_mm2 or 0.0), lesion.number))
    chosen = {lesion.number for lesion in largest[:MOST_TARGETS]}
    targets = []
    for match in matches:
        lesions = tuple(number for number in match.baseline if number in chosen)
        if lesions:
            targets.append(Target(match, lesions, Change(_products(before, lesions), _products(after, match.later))))
    return tuple(targets), len(measurable)


def _short(settings: object) -> str:
    """Settings that are too long to be shown, told apart."""
    return sha256(repr(settings).encode()).hexdigest()


def _products(measured: Measurements, numbers: tuple[int, ...]) -> float:
    return sum(measured.lesions[number - 1].bidimensional_mm2 or 0.0 for number in numbers)


def _voxel_ml(side: TimePoint) -> float:
    if side.study.voxel_ml is None:
        raise ValueError(f"A follow-up is measured in ml. Received: {side.title} without spacing")
    return side.study.voxel_ml


def _slice_mm(side: TimePoint) -> float:
    return 0.0 if side.study.spacing is None else side.study.spacing[0]


def _grids(baseline: TimePoint, later: TimePoint) -> tuple[Grid, Grid]:
    first, second = (grid_of(side.study.source) for side in (baseline, later))
    if first is None or second is None:
        raise ValueError("A follow-up lies somewhere in space. Received: a study without an affine")
    return first, second
