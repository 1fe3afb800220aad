"""What the page "Performance" says, computed from the checkpoint's card."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from app.decision.validation import sequences_text, threshold_curve
from app.evaluation.bootstrap import bootstrap_interval
from app.evaluation.calibration import Reliability, reliability
from app.evaluation.choose import PRECISION_FLOOR, RECALL_TARGET
from app.evaluation.threshold_curve import Scores
from app.model.checkpoint import Card, Curve

TITLES = {
    "recall": "Recall",
    "precision": "Precision",
    "dice": "Dice",
    "core": "Core Dice",
    "enhancing": "Enhancing Dice",
}
"""What people call the scores that the card has of a case."""


@dataclass(frozen=True)
class OverCases:
    """One score over the cases for which it is defined, at least one."""

    cases: dict[str, float]
    """Case to score, 0 to 1."""
    undefined: tuple[str, ...]
    """Cases left out: recall and Dice need tumour in the reference, precision needs something found."""
    one_each: bool
    """Whether cases are patients. Else cases of one patient are alike, and the card does not say which they are."""

    @property
    def mean(self) -> float:
        """Every case weighs the same."""
        return float(np.mean(list(self.cases.values())))

    @property
    def median(self) -> float:
        """Half of the cases are better."""
        return float(np.median(list(self.cases.values())))

    @property
    def worst(self) -> str:
        """The case with the lowest score."""
        return min(self.cases, key=self.cases.__getitem__)

    @cached_property
    def interval(self) -> tuple[float, float]:
        """95 % bootstrap interval of the mean; NaN for a single case, and where cases are not patients."""
        if not self.one_each:
            return math.nan, math.nan
        return bootstrap_interval(np.array(list(self.cases.values())), list(self.cases), lambda drawn: drawn.mean())


def over_cases(curve: Curve) -> dict[str, OverCases]:
    """Title to score at the default threshold; those alone that some case has."""
    one_each = curve.patients == len(curve.patient_scores)
    found = {}
    for name, title in TITLES.items():
        given = {case: scores[name] for case, scores in curve.patient_scores.items() if name in scores}
        defined = {case: value for case, value in given.items() if value is not None}
        if defined:
            undefined = tuple(case for case, value in given.items() if value is None)
            found[title] = OverCases(defined, undefined, one_each)
    return found


def subsets(card: Card, dataset: str) -> list[Curve]:
    """The curves of a data set, those with the most sequences first."""
    return sorted((curve for curve in card.curves if curve.dataset == dataset), key=lambda curve: -len(curve.sequences))


def subset_row(curve: Curve, default: float) -> dict[str, object]:
    """A subset's line in the table, everything at the default threshold."""
    scores, dice = threshold_curve(curve).at(default), over_cases(curve).get("Dice")
    return {
        "sequences": sequences_text(curve.sequences),
        "patients": curve.patients,
        "cases": len(curve.patient_scores),
        "recall": scores.recall,
        "precision": scores.precision,
        "Dice": scores.dice,
        "target missed": " and ".join(missed_targets(scores)) or "–",
        "case Dice: mean": dice and dice.mean,
        "case Dice: median": dice and dice.median,
        "case Dice: worst": dice and dice.cases[dice.worst],
        "ECE": reliability_of(curve).ece,
    }


def case_row(title: str, score: OverCases) -> dict[str, object]:
    """A score's line in the table of cases."""
    low, high = score.interval
    return {
        "score": title,
        "mean": score.mean,
        "95 % interval": "–" if math.isnan(low) else f"{low:.3f} to {high:.3f}",
        "median": score.median,
        "worst": score.cases[score.worst],
        "worst case": score.worst,
        "cases": len(score.cases),
    }


def reliability_of(curve: Curve) -> Reliability:
    """The reliability inside the heads. Raises ValueError when the card's counts do not fit together."""
    return reliability(curve.true_positives, curve.predicted, curve.positives, curve.head_voxels)


def missed_targets(scores: Scores) -> list[str]:
    """Of recall and precision, those that miss their target; what is undefined misses it."""
    return [name for name, (share, target) in targets(scores).items() if not share >= target]


def targets(scores: Scores) -> dict[str, tuple[float, float]]:
    """What is measured against a target, and the target."""
    return {"recall": (scores.recall, RECALL_TARGET), "precision": (scores.precision, PRECISION_FLOOR)}


def beyond_target(share: float, target: float) -> str | None:
    """Points of per cent above or below the target, rounded down as by `percent`; None where undefined."""
    return None if math.isnan(share) else f"{(_floored(share) - 100 * target):+.1f}"


def percent(share: float) -> str:
    """ "95.0 %", rounded down, so that a shown 95.0 % has reached the target; "–" where undefined."""
    return "–" if math.isnan(share) else f"{_floored(share):.1f} %"


def _floored(share: float) -> float:
    return math.floor(share * 1000 + 1e-9) / 10
