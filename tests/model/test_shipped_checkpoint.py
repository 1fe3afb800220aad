"""What is shipped in `checkpoints/` is whole, says where it came from, and is as good as it must be."""

import hashlib

import pytest

from app.evaluation.choose import PRECISION_FLOOR, RECALL_TARGET
from app.model.checkpoint import FOLDER, NETWORK, load_card
from app.study import Sequence, threshold_level

CARD = load_card()
LARGEST = 16 * 2**20


def test_the_network_is_the_one_on_the_card() -> None:
    data = (FOLDER / NETWORK).read_bytes()
    assert hashlib.sha256(data).hexdigest() == CARD.sha256
    assert len(data) <= LARGEST
    assert CARD.sha256 in (FOLDER / "README.md").read_text(encoding="utf-8")


def test_validation_patients_were_not_trained_on() -> None:
    assert CARD.validation and not set(CARD.validation) & set(CARD.training)
    for curve in CARD.curves:
        assert {f"{curve.dataset}/{patient}" for patient in curve.patient_scores} <= set(CARD.validation)
        assert len(curve.patient_scores) >= curve.patients


def test_every_subset_of_the_sequences_has_a_curve() -> None:
    assert len({curve.sequences for curve in CARD.curves if curve.dataset == "brats"}) == 2 ** len(Sequence) - 1


@pytest.mark.parametrize(
    ("dataset", "sequences"), [("brats", tuple(Sequence)), ("lgg", (Sequence.FLAIR, Sequence.T1, Sequence.T1CE))]
)
def test_all_sequences_reach_recall_and_precision(dataset: str, sequences: tuple[Sequence, ...]) -> None:
    curve = CARD.curve(dataset, sequences)
    assert curve is not None
    found, called = (counts[threshold_level(CARD.threshold)] for counts in (curve.true_positives, curve.predicted))
    assert found / curve.positives >= RECALL_TARGET
    assert found / called >= PRECISION_FLOOR
