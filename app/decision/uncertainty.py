"""How sure the network is of one study: further looks at it, and what such looks were worth on validation patients."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.decision.guarantee import guarantee_for
from app.decision.validation import DATASET_TITLES, datasets_like, sequences_text
from app.evaluation.conformal_interval import LEAST
from app.evaluation.spread import log_spread, spread_of, volumes_of
from app.evaluation.volume_interval import volume_interval
from app.model.appearance import Appearance
from app.model.calibration_patients import CalibrationPatients
from app.model.checkpoint import Card
from app.model.uncertainty_record import LooksGroup, UncertaintyRecord
from app.study import Probability, Study, threshold_level

BAND = 0.05
"""How far the threshold is moved, either way, to see what hangs on it."""
ANY_ALPHA = 0.20
"""With which the guarantee is asked whether a scan is unlike the calibration patients; the answer is the same for all
for which there are enough of them."""


@dataclass(frozen=True, eq=False)
class Looks:
    """What several looks at one study gave, for every threshold; the network is not needed any more."""

    spread: NDArray[np.uint8]
    """`(z, y, x)`, 0 to 200: how far the looks are apart, see `evaluation.spread.spread_of`."""
    volumes: NDArray[np.int64]
    """`(1 + further looks, 201)`: voxels with level k or more; the plain look first."""
    study_sha256: str
    checkpoint_sha256: str


@dataclass(frozen=True)
class Uncertainty:
    """What the looks say of the tumour's volume at one threshold, in voxels."""

    threshold: float
    volume: int
    """Of the plain look, which is the one on screen."""
    looks: tuple[int, ...]
    """Of the further looks."""
    band: tuple[int, int]
    """Of the plain look at a threshold higher and lower by `BAND`, as far as there are such."""
    interval: tuple[float, float] | None
    """Where the true volume lies, with `group.level`; None where none is given."""
    reason: str | None
    """Why none is given, a sentence for people; None where one is."""
    group: LooksGroup
    """The validation patients on whom it was measured."""


def looks_of(result: Probability, further: Sequence[NDArray[np.uint8]]) -> Looks:
    """Put a result and the levels of further looks at the same study together."""
    levels = (result.levels, *further)
    return Looks(spread_of(levels), volumes_of(levels), result.study_sha256, result.checkpoint_sha256)


def uncertainty_at(looks: Looks, group: LooksGroup, threshold: float) -> Uncertainty:
    """What the looks say at a threshold.

    Args:
        looks: of the study.
        group: those who speak for it, see `group_for`.
        threshold: a multiple of 0.005.
    """
    level = threshold_level(threshold)
    plain, *further = (int(volume) for volume in looks.volumes[:, level])
    band = [int(looks.volumes[0, threshold_level(min(max(threshold + d, 0.0), 1.0))]) for d in (BAND, -BAND)]
    interval, reason = None, None
    if plain == 0:
        reason = "Nothing is marked at this threshold."
    elif group.level is None:
        reason = (
            f"{who(group)} are too few: an interval that holds the true volume in {LEAST * 100:.0f} % of patients "
            "needs seven."
        )
    else:
        spread = float(log_spread(looks.volumes)[level])
        interval = volume_interval(plain, spread, group.low[level], group.high[level])
    return Uncertainty(threshold, plain, tuple(further), (band[0], band[1]), interval, reason, group)


def group_for(record: UncertaintyRecord | None, study: Study) -> LooksGroup | None:
    """The validation patients who speak for a study: of the data set most like it, given the same sequences."""
    if record is None:
        return None
    datasets = tuple(dict.fromkeys(group.dataset for group in record.groups))
    most_like = datasets_like(study, datasets)[:1]
    return record.group(most_like[0], study.sequences) if most_like else None


def refusal(record: UncertaintyRecord | None, study: Study) -> str | None:
    """Why nothing is said of a study's uncertainty: it was not measured on such studies. None where it was."""
    if record is None:
        return "How far this checkpoint is to be trusted when it looks again was not measured."
    if group_for(record, study) is not None:
        return None
    measured = "; ".join(f"{_title(group)} with {sequences_text(group.sequences)}" for group in record.groups)
    return (
        f"What further looks are worth was not measured on scans like this one with {sequences_text(study.sequences)}, "
        f"only on {measured}."
    )


def unlike(card: Card, patients: CalibrationPatients | None, study: Study, appearance: Appearance) -> str | None:
    """Why a study is unlike those on whom the network was measured; None where it is like them, or nobody can tell.

    Args: as for `guarantee_for`.
    """
    guarantee = guarantee_for(card, patients, study, ANY_ALPHA, appearance)
    return guarantee.reason if guarantee.unlikeness is not None else None


def who(group: LooksGroup) -> str:
    """ "8 BraTS validation patients, FLAIR alone"."""
    return f"{len(group.patients)} {_title(group)} validation patients, {sequences_text(group.sequences)}"


def _title(group: LooksGroup) -> str:
    return DATASET_TITLES.get(group.dataset, group.dataset)
