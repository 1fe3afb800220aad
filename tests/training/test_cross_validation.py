from types import SimpleNamespace

from app.model.checkpoint import Curve
from app.study import Sequence
from app.training.cross_validation import pooled_curves

FLAIR, T1, *_ = Sequence


def curve(dataset, sequences, patients, tp, predicted, name):
    return Curve(dataset, sequences, patients, (tp,) * 201, (predicted,) * 201, 10 * tp, 1000, {name: {"dice": 0.5}})


def test_folds_are_pooled_by_data_set_and_sequences():
    cards = [
        SimpleNamespace(curves=(curve("brats", (FLAIR, T1), 2, 3, 4, "a"), curve("brats", (FLAIR,), 2, 1, 2, "a"))),
        SimpleNamespace(curves=(curve("brats", (FLAIR, T1), 1, 5, 9, "b"), curve("lgg", (FLAIR,), 7, 6, 8, "c"))),
    ]
    both, alone, lgg = pooled_curves(cards)
    assert both == Curve(
        "brats", (FLAIR, T1), 3, (8,) * 201, (13,) * 201, 80, 2000, {"a": {"dice": 0.5}, "b": {"dice": 0.5}}
    )
    assert (alone, lgg) == (cards[0].curves[1], cards[1].curves[1])
