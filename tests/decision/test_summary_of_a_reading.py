import numpy as np
import pytest
from readings import study_of

from app.decision.reading import read
from app.decision.summary import summary
from app.model.checkpoint import Card
from app.model.serving import Serving
from app.study import Probability

CARD = Card("c0ffee" * 10 + "0000", 0.25, "made up", 1, {}, Serving(), {}, (), (), ())


def told(study, threshold=0.25):
    levels = np.zeros(study.shape, np.uint8)
    levels[1, 2, 3:7] = [49, 50, 60, 100]
    result = Probability(levels, study.sha256, CARD.sha256, np.full(study.shape, 2, np.uint8))
    return summary(read(study, result, CARD, None, threshold=threshold))


def test_with_a_reference():
    reference = np.zeros((4, 8, 20), np.uint8)
    reference[1, 2, 5:10] = 4
    assert told(study_of(reference=reference, notes=("Read so.",))) == {
        "study": "Head one",
        "sequences": ["FLAIR"],
        "threshold": 0.25,
        "tumour_ml": pytest.approx(3 * 0.0025),
        "precision": pytest.approx(2 / 3),
        "recall": pytest.approx(2 / 5),
        "dice": pytest.approx(4 / 8),
        "notes": ["Read so."],
        "checkpoint": "c0ffee" * 10 + "0000",
    }


def test_undefined_scores_and_an_unknown_volume_are_none():
    made = told(study_of(reference=np.zeros((4, 8, 20), np.uint8)), threshold=1.0)
    assert (made["tumour_ml"], made["precision"], made["recall"], made["dice"]) == (0, None, None, None)
    assert told(study_of(spacing=None, affine=None))["tumour_ml"] is None
