"""The validation patients that speak for a study without a reference."""

from dataclasses import dataclass

import numpy as np

from app.evaluation.threshold_curve import ThresholdCurve
from app.model.checkpoint import Card, Curve
from app.study import Sequence, Study

DATASET_TITLES = {"brats": "BraTS", "lgg": "LGG"}


@dataclass(frozen=True)
class Validation:
    """What validation patients gave, shown for a study without a reference."""

    label: str
    """Who they are, "8 BraTS validation patients, FLAIR alone"."""
    curve: ThresholdCurve


def validation_for(card: Card, study: Study) -> Validation | None:
    """The validation patients with the same sequences, of the data set most like the study."""
    for dataset in datasets_like(study, card.datasets):
        curve = card.curve(dataset, study.sequences)
        if curve is not None:
            title = DATASET_TITLES.get(dataset, dataset)
            label = f"{curve.patients} {title} validation patients, {sequences_text(study.sequences)}"
            return Validation(label, threshold_curve(curve))
    return None


def datasets_like(study: Study, datasets: tuple[str, ...]) -> list[str]:
    """The data sets, the one that is most like a study first: LGG for pictures, BraTS otherwise."""
    return sorted(datasets, key=lambda name: (name == "lgg") != (study.spacing is None))


def threshold_curve(curve: Curve) -> ThresholdCurve:
    """A curve of the card, for computing with."""
    return ThresholdCurve(np.array(curve.true_positives), np.array(curve.predicted), curve.positives)


def sequences_text(sequences: tuple[Sequence, ...]) -> str:
    """ "FLAIR alone", "FLAIR + T1"."""
    return f"{sequences[0]} alone" if len(sequences) == 1 else " + ".join(sequences)
