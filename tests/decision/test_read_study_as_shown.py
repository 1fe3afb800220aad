"""A study as it is read at first, and with what is known already."""

from dataclasses import replace

from app.decision.measurements import default_smallest
from app.decision.reading import DEFAULT_ALPHA, read
from app.study import Probability, Sequence
from tests.decision.readings import CARD, levels, study_of


def test_the_defaults_are_those_of_the_page() -> None:
    study = study_of()
    reading = read(study, Probability(levels(), study.sha256, CARD.sha256), CARD, None)
    assert (reading.threshold, reading.slice, reading.sequence) == (0.3, 1, Sequence.FLAIR)
    assert reading.measurements.smallest == default_smallest(study) and reading.measurements.threshold == 0.3
    assert reading.guarantee.alpha == DEFAULT_ALPHA and not reading.guarantee.offered


def test_the_opening_slice_is_that_of_the_default_threshold() -> None:
    """At 0.75 nothing is left of slice 3, which does not matter: there is most tumour in slice 1, as at 0.30."""
    study = study_of()
    result = Probability(levels(), study.sha256, CARD.sha256)
    assert read(study, result, CARD, None, threshold=0.8).slice == 1
    assert read(study, result, CARD, None, threshold=0.8, smallest=1).measurements.lesions == ()


def test_measurements_that_are_known_are_taken() -> None:
    study = study_of()
    result = Probability(levels(), study.sha256, CARD.sha256)
    known = replace(read(study, result, CARD, None, smallest=1).measurements, left_out=7)
    assert read(study, result, CARD, None, measurements=known).measurements is known
