"""From a trained network to a checkpoint: temperature, curves on the validation patients, default threshold, card."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from itertools import combinations
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from app.errors import DatasetError
from app.evaluation.choose import PRECISION_FLOOR, RECALL_TARGET, choose_threshold
from app.evaluation.scores import pool
from app.evaluation.threshold_curve import ThresholdCurve
from app.model.checkpoint import Card, Curve, save_checkpoint
from app.model.inference import Forward, stream_levels
from app.model.network_input import prepare
from app.study import Sequence, Study
from app.training.cases import Case
from app.training.recipe import Recipe
from app.training.split import Split

DATASETS = {"brats": tuple(Sequence), "lgg": (Sequence.FLAIR, Sequence.T1, Sequence.T1CE)}
"""Sets of real patients, with the sequences that they can have."""
SAMPLED = 20_000
"""Pixels of each validation case that the temperature is fitted on."""


def check_validation(split: Split) -> None:
    """Raises DatasetError when no real patient is held back, on whom a threshold could be chosen."""
    if not any(case.source in DATASETS for case in split.validation):
        raise DatasetError("The threshold is chosen on real patients; give a BraTS or LGG folder too.")


def release(network: keras.Model, recipe: Recipe, split: Split, folder: Path) -> Card:
    """Calibrate, measure and write a checkpoint; `network` is left calibrated.

    Raises DatasetError when no threshold reaches the recall.
    """
    studies = {case: case.study() for case in split.validation if case.source in DATASETS}
    temperature = fit_temperature(network, studies.values(), recipe.seed)
    divide_logits(network, temperature)
    measured = list(measure(lambda planes: 1.0 - network.predict_on_batch(planes)[..., 0], studies))
    threshold, reason = default_threshold(measured)
    card = {
        "threshold": threshold,
        "threshold_reason": reason,
        "temperature": temperature,
        "recipe": asdict(recipe),
        "training": [case.name for case in split.training],
        "validation": [case.name for case in split.validation],
        "curves": [curve_record(*entry, threshold) for entry in measured],
    }
    return save_checkpoint(folder, network, card)


Measured = tuple[str, tuple[Sequence, ...], dict[str, ThresholdCurve]]
"""Data set, sequences, and the curve of each patient."""


def measure(forward: Forward, studies: dict[Case, Study]) -> Iterator[Measured]:
    """Every subset of sequences of every data set, over the patients that have them all."""
    for dataset, possible in DATASETS.items():
        for count in range(len(possible), 0, -1):
            for subset in combinations(possible, count):
                curves = {
                    case.folder.name: study_curve(forward, study, subset)
                    for case, study in studies.items()
                    if case.source == dataset and set(subset) <= set(study.images)
                }
                if curves:
                    print(f"measured {dataset} with {', '.join(subset)}: {len(curves)} patients", file=sys.stderr)
                    yield dataset, subset, curves


def study_curve(forward: Forward, study: Study, subset: tuple[Sequence, ...]) -> ThresholdCurve:
    """The threshold curve of one study when only these sequences are given."""
    partial = replace(study, images={sequence: study.images[sequence] for sequence in subset})
    *_, last = stream_levels(partial, forward)
    return ThresholdCurve.from_levels(last.levels, reference(study) > 0)


def default_threshold(measured: Iterable[Measured]) -> tuple[float, str]:
    """The choice of `choose_threshold` on the pooled patients of every data set, given all its sequences; and why."""
    curves = [curve for dataset, sequences, of in measured if sequences == DATASETS[dataset] for curve in of.values()]
    if not curves:
        raise DatasetError("No validation patient has all sequences; give a BraTS or LGG folder with more patients.")
    pooled = pool(curves)
    try:
        threshold = choose_threshold(pooled)
    except ValueError as error:
        raise DatasetError(f"The network is too weak on the validation patients: {error}") from error
    scores = pooled.at(threshold)
    return threshold, (
        f"All voxels of the {len(curves)} validation patients with all sequences together give a recall of "
        f"{scores.recall:.3f} and a precision of {scores.precision:.3f} there. The aim is as much recall as a "
        f"precision of {PRECISION_FLOOR:.2f} allows, and a recall of {RECALL_TARGET:.2f} in any case."
    )


def curve_record(
    dataset: str, sequences: tuple[Sequence, ...], curves: dict[str, ThresholdCurve], threshold: float
) -> Curve:
    """What the card keeps: pooled counts, and each patient's scores at the threshold."""
    pooled = pool(curves.values())
    scores = {patient: asdict(curve.at(threshold)) for patient, curve in curves.items()}
    return Curve(
        dataset,
        sequences,
        len(curves),
        tuple(pooled.true_positives.tolist()),
        tuple(pooled.predicted.tolist()),
        pooled.positives,
        {p: {k: None if np.isnan(v) else v for k, v in entry.items()} for p, entry in scores.items()},
    )


def fit_temperature(network: keras.Model, studies: Iterable[Study], seed: int) -> float:
    """The temperature that minimises the log loss of tumour or not on head slices of the studies.

    Source: Guo, Pleiss, Sun, Weinberger, "On calibration of modern neural networks", ICML 2017.
    """
    rng = np.random.default_rng(seed)
    logits_of = keras.Model(network.inputs, network.get_layer("logits").output)
    samples = [sample_logits(logits_of, study, rng) for study in studies]
    logits = np.concatenate([s[0] for s in samples])
    tumour = np.concatenate([s[1] for s in samples])

    def log_loss(log_temperature: float) -> float:
        scaled = logits / np.exp(log_temperature)
        total = np.logaddexp.reduce(scaled, axis=1)
        inside = np.logaddexp.reduce(scaled[:, 1:], axis=1) - total
        return -float(np.where(tumour, inside, scaled[:, 0] - total).mean())

    return float(np.exp(minimize_scalar(log_loss, bounds=(-2, 2), method="bounded").x))


def sample_logits(
    logits_of: keras.Model, study: Study, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """`(SAMPLED, 4)` logits and `(SAMPLED,)` whether tumour, of random pixels of random head slices."""
    network_input = prepare(study)
    indices = np.sort(rng.choice(network_input.head_slices, min(32, len(network_input.head_slices)), replace=False))
    planes = network_input.planes(indices)
    logits = np.concatenate([logits_of.predict_on_batch(planes[i : i + 8]) for i in range(0, len(planes), 8)])
    mask = reference(study)[indices] > 0
    tumour = np.stack([network_input.geometry.to_plane(slice_.astype(np.float32), 0.0) >= 0.5 for slice_ in mask])
    picked = rng.integers(tumour.size, size=SAMPLED)
    return logits.reshape(-1, logits.shape[-1])[picked].astype(np.float64), tumour.ravel()[picked]


def divide_logits(network: keras.Model, temperature: float) -> None:
    """Put the temperature into the last layer's weights, so that the network's own softmax is calibrated."""
    layer = network.get_layer("logits")
    layer.set_weights([weights / temperature for weights in layer.get_weights()])


def reference(study: Study) -> NDArray[np.uint8]:
    """The study's reference mask; raises DatasetError without one."""
    if study.reference is None:
        raise DatasetError(f"{study.name} has no reference mask.")
    return study.reference
