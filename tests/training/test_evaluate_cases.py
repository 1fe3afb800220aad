from dataclasses import dataclass

import numpy as np
import pytest

from app.errors import UnreadableFileError
from app.study import Probability, Sequence, Source, Study
from app.training.evaluate_cases import LeftOut, Measured, evaluate_cases

REFERENCE = np.zeros((2, 8, 12), np.uint8)
REFERENCE[0, 2:6, 3:7] = 1
REFERENCE[0, 2, 3] = 4


@dataclass(frozen=True)
class FakeCase:
    """A case that holds its study, or the error that reading it raises."""

    name: str
    found: Study | Exception
    patient: str = "p"
    key: str = "brats/x"

    def study(self) -> Study:
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


def study(*sequences: Sequence, reference: np.ndarray | None = REFERENCE) -> Study:
    image = np.random.default_rng(2).random(REFERENCE.shape).astype(np.float32) + 1
    image[:, :, 9:] = 0
    return Study("s", {s: image for s in sequences}, Source("picture", REFERENCE.shape), None, reference)


def segment(study: Study) -> Probability:
    """Finds the reference and the row below it."""
    levels = np.zeros(study.shape, np.uint8)
    levels[0, 2:7, 3:7] = 80
    return Probability(levels, study.sha256, "c" * 64)


def with_classes(study: Study) -> Probability:
    probability = segment(study)
    return Probability(probability.levels, study.sha256, "c" * 64, np.full(study.shape, 4, np.uint8))


def test_a_case_is_scored():
    (measured,) = evaluate_cases([FakeCase("a", study(Sequence.T1, Sequence.FLAIR))], segment, 0.4)
    assert isinstance(measured, Measured)
    assert (measured.scored.name, measured.scored.patient, measured.scored.sequences) == ("a", "p", "FLAIR+T1")
    scores = measured.scored.scores
    assert scores.regions.keys() == {"whole"}
    assert (scores.regions["whole"].confusion.true_positives, scores.regions["whole"].confusion.false_positives) == (
        16,
        4,
    )
    assert scores.head.predicted[0] == 2 * 8 * 9
    assert measured.said == "Dice 0.889"


def test_classes_are_scored_where_they_are_made():
    (measured,) = evaluate_cases([FakeCase("a", study(Sequence.T1))], with_classes, 0.4)
    enhancing = measured.scored.scores.regions["enhancing"].confusion
    assert (enhancing.true_positives, enhancing.false_positives, enhancing.false_negatives) == (1, 19, 0)


def test_only_the_sequences_that_are_asked_for():
    given = []

    def watched(study: Study) -> Probability:
        given.append(study.sequences)
        return segment(study)

    cases = [FakeCase("both", study(Sequence.T2, Sequence.FLAIR)), FakeCase("one", study(Sequence.T2))]
    first, second = evaluate_cases(cases, watched, 0.4, [Sequence.FLAIR])
    assert given == [(Sequence.FLAIR,)]
    assert (first.study.sequences, first.scored.sequences) == ((Sequence.FLAIR,), "FLAIR")
    assert isinstance(second, LeftOut)
    assert (second.case.name, second.said, second.readable) == ("one", "lacks FLAIR", True)


def test_a_broken_case_does_not_stop_the_others():
    cases = [
        FakeCase("broken", UnreadableFileError("b.nii is damaged. Copy it again.")),
        FakeCase("bare", study(Sequence.T1, reference=None)),
        FakeCase("sound", study(Sequence.T1)),
    ]
    broken, bare, sound = evaluate_cases(cases, segment, 0.4)
    assert isinstance(broken, LeftOut) and isinstance(bare, LeftOut) and isinstance(sound, Measured)
    assert (broken.said, broken.readable) == ("b.nii is damaged. Copy it again.", False)
    assert "has no reference mask" in bare.said


def test_an_empty_reference_is_said():
    (measured,) = evaluate_cases([FakeCase("h", study(Sequence.T1, reference=REFERENCE * 0))], segment, 0.4)
    assert measured.said == "empty reference"


def test_an_error_in_the_code_is_not_hidden():
    with pytest.raises(KeyError):
        list(evaluate_cases([FakeCase("a", KeyError("x"))], segment, 0.4))
