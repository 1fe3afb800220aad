"""From the scores of every case to what is reported of a data set."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import reduce
from operator import add
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.evaluation.bootstrap import RESAMPLES, bootstrap_interval
from app.evaluation.calibration import reliability
from app.evaluation.case_scores import CaseScores, RegionScores, named_scores
from app.evaluation.confusion import Confusion
from app.evaluation.scores import pool
from app.evaluation.threshold_curve import ThresholdCurve
from app.study import LEVELS

POOLED = ("recall", "precision", "specificity", "accuracy", "dice", "iou")


@dataclass(frozen=True)
class ScoredCase:
    """A case that was measured."""

    name: str
    patient: str
    sequences: str
    """What the network was given, such as `FLAIR+T1ce`."""
    scores: CaseScores


def summarise(cases: Sequence[ScoredCase], threshold: float, resamples: int = RESAMPLES) -> dict[str, Any]:
    """Pooled scores, scores over cases, regions, lesions, calibration, best threshold, curve and every single case.

    Intervals hold 95 % of the draws of patients (`bootstrap_interval`). Undefined scores are NaN; a case with an empty
    reference has no recall, Dice or distance, and is named under `empty_references`.

    Args:
        cases: at least one, all measured at `threshold`.
        threshold: 0 to 1.
        resamples: how often patients are drawn.

    Raises:
        TypeError: there is no case.
    """
    curve = pool(case.scores.curve for case in cases)
    head = pool(case.scores.head for case in cases)
    counts = [case.scores.regions["whole"].confusion for case in cases]
    confusion = reduce(add, counts)
    return {
        "threshold": threshold,
        "cases": len(cases),
        "patients": len({case.patient for case in cases}),
        "sequences": dict(Counter(case.sequences for case in cases)),
        "pooled": _pooled(cases, counts, resamples),
        "confusion": asdict(confusion),
        "classification_report": {"background": _class(confusion.inverse), "tumour": _class(confusion)},
        "regions": {
            name: _region(cases, name, resamples) for name in ("whole", "core", "enhancing") if _having(cases, name)
        },
        "best": _best(cases, curve, resamples),
        "calibration": asdict(reliability(head.true_positives, head.predicted, head.positives, int(head.predicted[0]))),
        "curve": curve.to_dict(),
        "per_case": {case.name: _case(case) for case in cases},
    }


def _pooled(cases: Sequence[ScoredCase], counts: Sequence[Confusion], resamples: int) -> dict[str, Any]:
    """The pooled scores, each with its interval."""
    rows = np.array([list(asdict(each).values()) for each in counts], float)
    patients = [case.patient for case in cases]

    def score(name: str) -> Callable[[NDArray[np.float64]], float]:
        return lambda drawn: float(getattr(Confusion(*drawn.sum(axis=0).astype(int).tolist()), name))

    return {
        name: {
            "value": score(name)(rows),
            "interval": bootstrap_interval(rows, patients, score(name), resamples=resamples),
        }
        for name in POOLED
    }


def _class(confusion: Confusion) -> dict[str, float]:
    return {
        "precision": confusion.precision,
        "recall": confusion.recall,
        "f1": confusion.dice,
        "support": confusion.positives,
    }


def _having(cases: Sequence[ScoredCase], region: str) -> list[ScoredCase]:
    return [case for case in cases if region in case.scores.regions]


def _region(cases: Sequence[ScoredCase], name: str, resamples: int) -> dict[str, Any]:
    cases = _having(cases, name)
    regions = [case.scores.regions[name] for case in cases]
    lesions = reduce(add, (region.lesions for region in regions))
    scores = [dict(named_scores(region)) for region in regions]
    return {
        "empty_references": _named(cases, regions, lambda region: region.confusion.positives == 0),
        "nothing_found": _named(
            cases, regions, lambda region: region.confusion.positives > 0 and region.confusion.dice == 0
        ),
        "pooled": _pooled(cases, [region.confusion for region in regions], resamples),
        "over_cases": {
            score: _spread(
                cases, [entry.get(score, np.nan) for entry in scores], resamples, largest_is_worst=score == "hd95_mm"
            )
            for score in dict.fromkeys(key for entry in scores for key in entry)
        },
        "lesions": {
            "found": lesions.found,
            "missed": lesions.missed,
            "false_alarms": lesions.false_alarms,
            "recall": lesions.recall,
            "precision": lesions.precision,
            "dice": lesions.dice,
        },
    }


def _named(
    cases: Sequence[ScoredCase], regions: Sequence[RegionScores], holds: Callable[[RegionScores], bool]
) -> list[str]:
    return [case.name for case, region in zip(cases, regions, strict=True) if holds(region)]


def _spread(
    cases: Sequence[ScoredCase], values: Sequence[float], resamples: int, *, largest_is_worst: bool = False
) -> dict[str, Any]:
    """Mean and median with their intervals, and the worst case, over the cases for which the score is defined."""
    defined = [(case, value) for case, value in zip(cases, values, strict=True) if not np.isnan(value)]
    if not defined:
        return {"cases": 0}
    numbers = np.array([value for _, value in defined])
    patients = [case.patient for case, _ in defined]
    worst = int(np.argmax(numbers) if largest_is_worst else np.argmin(numbers))

    def interval(statistic: Callable[[NDArray[np.float64]], float]) -> tuple[float, float]:
        return bootstrap_interval(numbers, patients, statistic, resamples=resamples)

    return {
        "cases": len(defined),
        "patients": len(set(patients)),
        "mean": float(numbers.mean()),
        "mean_interval": interval(lambda drawn: float(drawn.mean())),
        "median": float(np.median(numbers)),
        "median_interval": interval(lambda drawn: float(np.median(drawn))),
        "worst": float(numbers[worst]),
        "worst_case": defined[worst][0].name,
    }


def _best(cases: Sequence[ScoredCase], curve: ThresholdCurve, resamples: int) -> dict[str, Any]:
    """The threshold above 0 with the best pooled Dice, and how the cases fare there; None without any reference."""
    if not curve.positives:
        return {"threshold": None}
    level = int(np.argmax(curve.dice[1:])) + 1
    at_best = curve.at(level / LEVELS)
    return {
        "threshold": level / LEVELS,
        "pooled": asdict(at_best),
        "dice_over_cases": _spread(cases, [float(case.scores.curve.dice[level]) for case in cases], resamples),
    }


def _case(case: ScoredCase) -> dict[str, Any]:
    regions = {name: dict(named_scores(region)) for name, region in case.scores.regions.items()}
    return {"patient": case.patient, "sequences": case.sequences, "regions": regions}
