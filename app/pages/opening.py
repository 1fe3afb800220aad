"""What a study is opened with: its slice, and the validation patients that speak for it."""

import numpy as np

from app.evaluation.threshold_curve import ThresholdCurve
from app.model.checkpoint import Card, Curve
from app.study import Probability, Sequence, Study
from app.viewer import Validation

DATASET_TITLES = {"brats": "BraTS", "lgg": "LGG"}


def opening_slice(study: Study, result: Probability | None, threshold: float) -> int:
    """The slice with most tumour, found or else in the reference; the middle of the study where there is none."""
    for tumour in (None if result is None else result.mask(threshold), study.reference):
        if tumour is not None and tumour.any():
            return int(np.count_nonzero(tumour, axis=(1, 2)).argmax())
    return study.shape[0] // 2


def validation_for(card: Card, study: Study) -> Validation | None:
    """The validation patients with the same sequences: LGG for pictures, BraTS otherwise, or what there is."""
    order = sorted(card.datasets, key=lambda name: (name == "lgg") != (study.spacing is None))
    for dataset in order:
        curve = card.curve(dataset, study.sequences)
        if curve is not None:
            title = DATASET_TITLES.get(dataset, dataset)
            label = f"{curve.patients} {title} validation patients, {sequences_text(study.sequences)}"
            return Validation(label, threshold_curve(curve))
    return None


def threshold_curve(curve: Curve) -> ThresholdCurve:
    """A curve of the card, for computing with."""
    return ThresholdCurve(np.array(curve.true_positives), np.array(curve.predicted), curve.positives)


def sequences_text(sequences: tuple[Sequence, ...]) -> str:
    """ "FLAIR alone", "FLAIR + T1"."""
    return f"{sequences[0]} alone" if len(sequences) == 1 else " + ".join(sequences)
