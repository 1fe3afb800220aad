"""What each patient gives whom a network has not seen: the record that a guarantee rests on.

Every patient is predicted by a network that did not train on the patient, and calibrated without the patient: the
temperature and the shift are fitted on the network's other held-back patients.
"""

import hashlib
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Sequence as ListOf
from dataclasses import dataclass
from functools import reduce
from operator import add
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.errors import DatasetError
from app.evaluation.threshold_curve import ThresholdCurve
from app.model.appearance import Appearance, appearance_of
from app.model.calibration import Calibration
from app.model.calibration_patients import CalibrationPatients, PatientGroup
from app.model.checkpoint import Card, subset_name
from app.model.inference import Network, levels_of
from app.model.network_file import unpack_network
from app.model.serving import ABSENT, Serving, cap_islands
from app.study import Sequence, Study, threshold_level
from app.training.calibrate import SIMULATED, THRESHOLD, Subset, deciding, decisive, fit_calibration
from app.training.datasets import DATASETS
from app.training.logit_store import LogitStore
from app.training.logits import LogitCounts, trained_network
from app.training.prepared import PreparedCase

NAMELESS = "figshare"
"""The set whose cases are single slices: its patients cannot be told apart well enough to be counted."""


@dataclass(frozen=True, eq=False)
class HeldBack:
    """A network and the cases that it never saw."""

    name: str
    """`SHIPPED`, or the fold's."""
    network: Network
    store: LogitStore
    """Of this network."""
    cases: ListOf[PreparedCase]


@dataclass(frozen=True, eq=False)
class Given:
    """What one case gave with one subset of sequences."""

    dataset: str
    subset: Subset
    patient: str
    network: str
    curve: ThresholdCurve
    appearance: Appearance


def held_back(
    name: str, data: bytes, card: Card, keys: Iterable[str], cases: Mapping[str, PreparedCase], cache: Path
) -> HeldBack:
    """A network with those of its held-back cases that are at hand.

    Args:
        name: `SHIPPED`, or the fold's.
        data: its `.keras` file.
        card: of the shipped network; every network is served as it is.
        keys: of the held-back cases.
        cases: key to case.
        cache: where the logits of all networks are kept.
    """
    network = trained_network(unpack_network(data), card.serving)
    store = LogitStore(cache, hashlib.sha256(data).hexdigest())
    return HeldBack(name, network, store, [cases[key] for key in keys if key in cases])


def wanted_subsets(case: PreparedCase, wanted: Collection[Subset]) -> list[Subset]:
    """Of the wanted subsets those that a case has; where none are named, all sequences of its set, and FLAIR alone."""
    asked = wanted or (DATASETS[case.case.dataset].possible, (Sequence.FLAIR,))
    return [subset for subset in dict.fromkeys(asked) if set(subset) <= set(case.sequences)]


def countable(cases: Iterable[PreparedCase]) -> list[PreparedCase]:
    """The cases of real patients who are known by name."""
    return [case for case in cases if case.case.dataset not in (SIMULATED, NAMELESS)]


def measure_network(held: HeldBack, wanted: Collection[Subset], card: Card) -> Iterator[Given]:
    """Stream whatever the store does not have yet, then count every case at its own calibration.

    Args:
        held: a network and its cases.
        wanted: subsets of sequences; none for the usual two.
        card: of the shipped network, whose data sets decide which calibrations can be fitted alike.
    """
    _stream(held, wanted)
    counts: dict[Subset, dict[tuple[str, str], LogitCounts]] = {}
    for case in held.cases:
        for subset in wanted_subsets(case, wanted):
            own = held.store.counts(case.entry.sha256, subset)
            patients = counts.setdefault(subset, {})
            key = case.case.dataset, case.patient
            patients[key] = patients[key] + own if key in patients else own
    for case in held.cases:
        study = case.case.study()
        for subset in wanted_subsets(case, wanted):
            calibration = calibration_without(case, subset, counts[subset], card)
            if calibration is not None:
                curve = _curve(held, case, study, subset, calibration)
                given = study.with_sequences(subset)
                yield Given(case.case.dataset, subset, case.patient, held.name, curve, appearance_of(given))


def calibration_without(
    case: PreparedCase, subset: Subset, counts: Mapping[tuple[str, str], LogitCounts], card: Card
) -> Calibration | None:
    """The calibration of a subset from all patients but the case's own.

    Args:
        case: the one to be left out, with all cases of its patient.
        subset: of sequences.
        counts: data set and patient to the counts of all held-back patients of the network.
        card: whose calibration of this subset is to be followed.

    Returns:
        None where it cannot be fitted as the shipped network's was: on the same data sets, by somebody else.
    """
    pooled: dict[str, LogitCounts] = {}
    for (dataset, patient), own in counts.items():
        if (dataset, patient) != (case.case.dataset, case.patient):
            pooled[dataset] = pooled[dataset] + own if dataset in pooled else own
    followed = deciding(subset, [dataset for dataset in card.datasets if card.curve(dataset, subset)])
    return fit_calibration(decisive(subset, pooled)) if followed and set(followed) <= set(pooled) else None


def served_levels(logits: NDArray[np.float16], calibration: Calibration, serving: Serving) -> NDArray[np.uint8]:
    """`(z, y, x)`: the levels that `stream_levels` makes of these logits in the end."""
    levels = np.zeros(logits.shape, np.uint8)
    for index, plane in enumerate(logits):
        logit = plane.astype(np.float32)
        levels[index] = np.where(logit > ABSENT, levels_of(calibration.probability(logit)), 0)
    cap_islands(levels, threshold_level(THRESHOLD), serving.smallest_island)
    return levels


def gather(given: Iterable[Given], card: Card) -> CalibrationPatients:
    """The record of all that the networks gave; a patient's cases are counted together.

    Raises DatasetError when two networks were given the same patient, or when nobody was measured.
    """
    found: dict[tuple[str, str], dict[str, list[Given]]] = {}
    for each in given:
        found.setdefault((each.dataset, subset_name(each.subset)), {}).setdefault(each.patient, []).append(each)
    if not found:
        raise DatasetError("There is no held-back patient of BraTS or LGG among these cases; prepare such a set.")
    ordered = sorted(found.items(), key=lambda item: (item[0][0], -item[0][1].count("+"), item[0][1]))
    return CalibrationPatients(card.sha256, tuple(_group(patients) for _, patients in ordered))


def _stream(held: HeldBack, wanted: Collection[Subset]) -> None:
    for number, case in enumerate(held.cases, 1):
        missing = [s for s in wanted_subsets(case, wanted) if (case.entry.sha256, s) not in held.store]
        if missing:
            study = case.case.study()
            for subset in missing:
                held.store.keep(case.entry.sha256, study, subset, held.network)
            print(f"{held.name}: {number} of {len(held.cases)} cases, {case.key}", file=sys.stderr, flush=True)


def _curve(
    held: HeldBack, case: PreparedCase, study: Study, subset: Subset, calibration: Calibration
) -> ThresholdCurve:
    levels = served_levels(held.store.logits(case.entry.sha256, subset), calibration, held.network.serving)
    reference = np.zeros(study.shape, bool) if study.reference is None else study.reference > 0
    return ThresholdCurve.from_levels(levels, reference)


def _group(patients: Mapping[str, list[Given]]) -> PatientGroup:
    for patient, given in patients.items():
        if len({each.network for each in given}) > 1:
            raise DatasetError(f"{patient} was held back by two networks; give folds that share no patient.")
    first = next(iter(patients.values()))[0]
    names = tuple(patients)
    features = tuple(first.appearance)
    curves = [reduce(add, (each.curve for each in patients[name])) for name in names]
    looks = [[[each.appearance[f] for f in features] for each in patients[name]] for name in names]
    return PatientGroup(
        first.dataset,
        first.subset,
        names,
        tuple(patients[name][0].network for name in names),
        np.array([curve.true_positives for curve in curves]),
        np.array([curve.predicted for curve in curves]),
        np.array([curve.positives for curve in curves]),
        np.array([np.mean(each, axis=0) for each in looks]),
        features,
    )
