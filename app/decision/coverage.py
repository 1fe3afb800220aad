"""Whether the recall guarantee holds: measured on the calibration patients themselves, dealt anew again and again."""

from dataclasses import dataclass

import numpy as np

from app.evaluation.risk_control import Coverage, coverage, false_negative_rates, leave_network_out
from app.model.calibration_patients import SHIPPED, PatientGroup

SPLITS, SEED = 1000, 7
SHARE = 0.75
"""Of the patients on whom the threshold is chosen in each split; the others are looked at."""


@dataclass(frozen=True)
class Transfer:
    """A threshold that was chosen on the patients of all other networks, tried on those of one."""

    network: str
    patients: int
    """Of this network, with tumour in the reference."""
    level: int | None
    """None where the others have no threshold."""
    rate: float
    """The mean false-negative rate of this network's patients there; NaN without a threshold."""


def coverage_of(group: PatientGroup, alpha: float) -> Coverage | None:
    """What random splits of a group's patients give, the same ones every time; None with fewer than two patients."""
    rates = false_negative_rates(group.true_positives, group.positives)
    return coverage(rates, alpha, SPLITS, SEED, SHARE) if len(rates) > 1 else None


def transfers_of(group: PatientGroup, alpha: float) -> list[Transfer]:
    """Every network of a group against the others, the shipped one first; empty where there is only one."""
    rates = false_negative_rates(group.true_positives, group.positives)
    owners = np.array(group.networks)[group.with_tumour]
    names = sorted(set(owners.tolist()), key=lambda name: (name != SHIPPED, name))
    if len(names) < 2:
        return []
    numbers = np.array([names.index(owner) for owner in owners.tolist()])
    return [
        Transfer(names[number], int((numbers == number).sum()), level, rate)
        for number, level, rate in leave_network_out(rates, numbers, alpha)
    ]
