"""What the recall guarantee promises and how it held, as text for the terminal."""

import math
from collections.abc import Sequence

from app.decision.coverage import SHARE, SPLITS, coverage_of, transfers_of
from app.decision.guarantee import guarantee_of, who
from app.evaluation.shift_test import false_alarms
from app.model.appearance import grains
from app.model.calibration_patients import CalibrationPatients, PatientGroup
from app.study import LEVELS

HEADS = ("alpha", "t*", "missed", "precision", "splits", "in splits", "± splits", "± patients")


def coverage_text(patients: CalibrationPatients, alphas: Sequence[float]) -> str:
    """For every group and bound: threshold, what its patients miss there, and what random splits gave."""
    said = [
        f"missed: mean false-negative rate of the calibration patients at t*. In splits: mean over {SPLITS} random "
        f"splits, {SHARE:.0%} of the patients for calibration, the others looked at; splits without a threshold "
        "have no part in it."
    ]
    for group in patients.groups:
        said += ["", who(group), *_lines([HEADS, *(_row(group, alpha) for alpha in alphas)])]
        said += [line for alpha in alphas for line in _transfers(group, alpha)]
        if len(group.patients) > 2:
            alarms = false_alarms(group.features, grains(group.feature_names))
            said.append(f"  looks unlike the others: {alarms:.1%} of these patients")
    return "\n".join(said)


def _row(group: PatientGroup, alpha: float) -> tuple[str, ...]:
    found, measured = guarantee_of(group, alpha), coverage_of(group, alpha)
    promised = (_number(found.threshold), _number(found.false_negative_rate, 4), _number(found.precision))
    if measured is None:
        return (f"{alpha:.2f}", *promised, "–", "–", "–", "–")
    rates = (measured.mean, measured.split_error, measured.patient_error)
    return (f"{alpha:.2f}", *promised, str(measured.offered), *(_number(rate, 4) for rate in rates))


def _transfers(group: PatientGroup, alpha: float) -> list[str]:
    return [
        f"  alpha {alpha:.2f}, chosen on the other networks' patients: t* "
        f"{_number(each.level and each.level / LEVELS)}, and the {each.patients} of {each.network} miss "
        f"{_number(each.rate, 4)}"
        for each in transfers_of(group, alpha)
    ]


def _lines(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  " + "  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True)) for row in rows]


def _number(value: float | None, digits: int = 3) -> str:
    return "–" if value is None or math.isnan(value) else f"{value:.{digits}f}"
