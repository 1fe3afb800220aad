"""From a trained network to a checkpoint: calibrated, measured on the validation patients, written with its card."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

import keras
import numpy as np

from app.durable import write_whole
from app.errors import DatasetError
from app.evaluation.case_scores import REGIONS
from app.evaluation.choose import CONCESSION, PRECISION_FLOOR, RECALL_TARGET
from app.evaluation.confusion import Confusion
from app.evaluation.scores import pool
from app.evaluation.threshold_curve import ThresholdCurve
from app.model.calibration import Calibration
from app.model.calibration_patients import PATIENTS
from app.model.checkpoint import Card, Curve, save_checkpoint, subset_name
from app.model.inference import Network, stream_levels
from app.model.network_input import prepare
from app.study import Probability, Sequence, Study, threshold_level
from app.training.calibrate import SIMULATED, THRESHOLD, fit_calibrations, subsets
from app.training.datasets import DATASETS, Case
from app.training.logits import trained_network
from app.training.recipe import Recipe
from app.training.split import SPLIT, Split

Scored = tuple[ThresholdCurve, int, dict[str, float | None]]
"""Of one case: its curve, the voxels of its head, and its scores at the default threshold."""


def real_cases(split: Split) -> dict[str, list[Case]]:
    """Data set to its validation cases, without simulated ones.

    Raises DatasetError when there are none, on whom a threshold could be chosen.
    """
    found: dict[str, list[Case]] = {}
    for case in split.validation:
        if case.dataset != SIMULATED:
            found.setdefault(case.dataset, []).append(case)
    if not found:
        raise DatasetError("The threshold is chosen on real patients; prepare a BraTS, LGG or figshare set too.")
    return found


def release(network: keras.Model, recipe: Recipe, split: Split, folder: Path) -> Card:
    """Calibrate, measure on the source files of the validation cases, and write network, card and split to `folder`.

    Raises DatasetError when no real patient is held back, and AppError for files that have gone or changed.
    """
    cases = real_cases(split)
    served = trained_network(network, recipe.serving)
    calibrations = fit_calibrations(served, cases)
    curves = [curve for dataset, of in cases.items() for curve in measure(served, calibrations, dataset, of)]
    card = {
        "threshold": THRESHOLD,
        "threshold_reason": threshold_reason(curves),
        "calibrations": calibrations,
        "serving": recipe.serving,
        "recipe": asdict(recipe),
        "training": [case.key for case in split.training],
        "validation": [case.key for case in split.validation],
        "curves": curves,
    }
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / SPLIT, split.to_json().encode())
    saved = save_checkpoint(folder, network, card)
    (folder / PATIENTS).unlink(missing_ok=True)  # of another network; `python -m app guarantee` makes the new one
    return saved


def measure(
    network: Network, calibrations: Mapping[str, Calibration], dataset: str, cases: list[Case]
) -> Iterator[Curve]:
    """The curve of every subset of sequences over the cases of a data set that have them all."""
    scored: dict[tuple[Sequence, ...], dict[str, Scored]] = {subset: {} for subset in subsets(dataset)}
    patients: dict[str, str] = {}
    for number, case in enumerate(cases, 1):
        study = case.study()
        patients[case.name] = case.patient
        for subset in scored:
            if set(subset) <= set(study.images):
                calibration = calibrations[subset_name(subset)]
                scored[subset][case.name] = score(network, calibration, study.with_sequences(subset), dataset)
        if number % 20 == 0 or number == len(cases):
            print(f"measured {number} of {len(cases)} cases of {DATASETS[dataset].title}", file=sys.stderr, flush=True)
    for subset, of in scored.items():
        if of:
            yield curve_record(dataset, subset, of, len({patients[name] for name in of}))


def score(network: Network, calibration: Calibration, study: Study, dataset: str) -> Scored:
    """Measure one study with a reference."""
    known = DATASETS[dataset].classes_known
    *_, last = stream_levels(study, network, calibration, threshold_level(THRESHOLD), classes=known)
    reference = np.zeros(study.shape, np.uint8) if study.reference is None else study.reference
    curve = ThresholdCurve.from_levels(last.levels, reference > 0)
    scores = asdict(curve.at(THRESHOLD))
    if known:
        labels = Probability(last.levels, "", "", last.classes).labels(THRESHOLD)
        for region, of in REGIONS.items():
            scores[region] = Confusion.from_masks(np.isin(labels, of), np.isin(reference, of)).dice
    asked = prepare(study).head | (last.levels > 0) | (reference > 0)
    return curve, int(asked.sum()), {k: None if np.isnan(v) else v for k, v in scores.items()}


def curve_record(dataset: str, subset: tuple[Sequence, ...], scored: Mapping[str, Scored], patients: int) -> Curve:
    """What the card keeps: pooled counts, and each case's scores at the default threshold."""
    pooled = pool(curve for curve, _, _ in scored.values())
    return Curve(
        dataset,
        subset,
        patients,
        tuple(pooled.true_positives.tolist()),
        tuple(pooled.predicted.tolist()),
        pooled.positives,
        sum(head for _, head, _ in scored.values()),
        {name: scores for name, (_, _, scores) in scored.items()},
    )


def threshold_reason(curves: list[Curve]) -> str:
    """What the default threshold gives on each data set with all its sequences, and how that came about."""
    said = []
    for curve in curves:
        if curve.sequences == DATASETS[curve.dataset].possible:
            at = ThresholdCurve.from_dict(asdict(curve)).at(THRESHOLD)
            met = at.recall >= RECALL_TARGET and at.precision >= PRECISION_FLOOR
            said.append(
                f"{DATASETS[curve.dataset].title} {at.recall:.3f} and {at.precision:.3f}{'' if met else ' (missed)'}"
            )
    return (
        f"For each subset of sequences a temperature and a shift were fitted on the validation patients so that this "
        f"threshold gives a recall of {RECALL_TARGET:.2f} and a precision of {PRECISION_FLOOR:.2f}. Where both cannot "
        f"be had, recall goes first as long as precision is {PRECISION_FLOOR - CONCESSION:.2f}; where not even that "
        f"can be had, it is the best balance with recall counting twice. Recall and precision that came out, over all "
        f"voxels and with all sequences: {'; '.join(said)}."
    )
