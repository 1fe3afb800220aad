"""Calibration: so that the default threshold is the one that finds enough tumour, whatever sequences are given.

For each subset of sequences the temperature makes the probabilities as likely as can be (Guo et al., ICML 2017), and a
shift then puts the logit that is to be the threshold onto the default threshold (Platt, 1999).
"""

import sys
from collections.abc import Iterable, Mapping
from functools import reduce
from itertools import combinations
from operator import add

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from app.evaluation.choose import choose_operating_point
from app.model.calibration import Calibration
from app.model.checkpoint import subset_name
from app.model.inference import Network
from app.study import Sequence
from app.training.datasets import DATASETS, Case
from app.training.logits import CENTRES, STEP, LogitCounts, count_logits

THRESHOLD = 0.30
"""The default threshold of every calibrated network."""
SIMULATED = "simulated"
"""The set on which nothing is calibrated or scored: its patients are not real."""

Subset = tuple[Sequence, ...]
Counts = dict[str, LogitCounts]
"""Data set to its pooled counts."""


def subsets(dataset: str) -> list[Subset]:
    """Every subset of the sequences that cases of a data set can have, the fullest first."""
    possible = DATASETS[dataset].possible
    return [subset for count in range(len(possible), 0, -1) for subset in combinations(possible, count)]


def fit_calibrations(network: Network, cases: Mapping[str, list[Case]]) -> dict[str, Calibration]:
    """The calibration of every subset that the validation cases of some data set have, by `subset_name`."""
    counted: dict[Subset, Counts] = {}
    for dataset, of in cases.items():
        for case in of:
            study = case.study()
            for subset in subsets(dataset):
                if set(subset) <= set(study.images):
                    counts = count_logits(network, study.with_sequences(subset))
                    pooled = counted.setdefault(subset, {})
                    pooled[dataset] = pooled[dataset] + counts if dataset in pooled else counts
        print(f"counted the logits of {len(of)} cases of {DATASETS[dataset].title}", file=sys.stderr, flush=True)
    return {subset_name(subset): fit_calibration(decisive(subset, counts)) for subset, counts in counted.items()}


def decisive(subset: Subset, counts: Counts) -> list[LogitCounts]:
    """What a subset is calibrated on, of the pooled counts of each data set."""
    return [counts[dataset] for dataset in deciding(subset, counts)]


def deciding(subset: Subset, datasets: Iterable[str]) -> list[str]:
    """A subset that is all that some data set has is calibrated on that set, as such cases come; others on all sets."""
    among = list(datasets)
    return [dataset for dataset in among if DATASETS[dataset].possible == subset] or among


def fit_calibration(counts: list[LogitCounts]) -> Calibration:
    """Temperature and shift from the counts of each data set."""
    temperature = fit_temperature(counts)
    threshold = operating_logit(counts)
    return Calibration(temperature, float(np.log(THRESHOLD / (1 - THRESHOLD)) - threshold / temperature))


def fit_temperature(counts: list[LogitCounts]) -> float:
    """The temperature with the least log loss; data sets weigh the same however many voxels they have."""
    tumour, other = (
        reduce(add, (getattr(c, side) / (c.tumour.sum() + c.other.sum()) for c in counts))
        for side in ("tumour", "other")
    )

    def log_loss(log_temperature: float) -> float:
        scaled = CENTRES / np.exp(log_temperature)
        return float((tumour * np.logaddexp(0, -scaled) + other * np.logaddexp(0, scaled)).sum())

    return float(np.exp(minimize_scalar(log_loss, bounds=(-1.5, 2.5), method="bounded").x))


def operating_logit(counts: list[LogitCounts]) -> float:
    """The tumour logit from which a voxel is to count as tumour.

    The recall is that of the set with the least: no set's tumours are to be missed for another's sake. The precision is
    that of all sets' voxels together.
    """
    recall: NDArray[np.float64] = np.min([c.recall for c in counts], axis=0)
    precision = reduce(add, counts).precision
    return float(CENTRES[choose_operating_point(recall, precision)] - STEP / 2)
