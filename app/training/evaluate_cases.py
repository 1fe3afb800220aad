"""A network over the cases of a data set: read, segment, measure, one after another."""

import math
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from app.errors import AppError, DatasetError
from app.evaluation.case_scores import score_case
from app.evaluation.summary import ScoredCase
from app.model.checkpoint import subset_name
from app.model.network_input import prepare
from app.study import Probability, Sequence, Study
from app.training.datasets import Case

Segment = Callable[[Study], Probability]


@dataclass(frozen=True)
class Measured:
    """A case that was scored, with what it was scored on."""

    case: Case
    study: Study
    """With the sequences that the network was given."""
    probability: Probability
    scored: ScoredCase

    @property
    def said(self) -> str:
        """How it fared, in a few words."""
        dice = self.scored.scores.regions["whole"].confusion.dice
        return "empty reference" if math.isnan(dice) else f"Dice {dice:.3f}"


@dataclass(frozen=True)
class LeftOut:
    """A case that was not scored."""

    case: Case
    said: str
    """Why."""
    readable: bool
    """True where it only lacks a sequence that was asked for; False where the files are at fault."""


def evaluate_cases(
    cases: Iterable[Case], segment: Segment, threshold: float, only: Collection[Sequence] = ()
) -> Iterator[Measured | LeftOut]:
    """Score every case, or say why not; a case that cannot be read does not stop the others.

    Args:
        cases: of one data set.
        segment: makes the probability of a study, with classes where they are known.
        threshold: 0 to 1.
        only: the sequences that are given to the network, all of them; none for whatever a case has.
    """
    for case in cases:
        try:
            study = case.study()
            lacking = subset_name(tuple(set(only) - set(study.images)))
            if lacking:
                yield LeftOut(case, f"lacks {lacking}", readable=True)
                continue
            if only:
                study = replace(study, images={s: study.images[s] for s in study.sequences if s in only})
            measured = _measure(case, study, segment(study), threshold)
        except AppError as error:
            yield LeftOut(case, str(error), readable=False)
        else:
            yield measured


def _measure(case: Case, study: Study, probability: Probability, threshold: float) -> Measured:
    if study.reference is None:
        raise DatasetError(f"{case.key} has no reference mask; add one or take the case out of the set.")
    labels = None if probability.classes is None else probability.labels(threshold)
    scores = score_case(probability.levels, study.reference, prepare(study).head, threshold, study.spacing, labels)
    return Measured(case, study, probability, ScoredCase(case.name, case.patient, subset_name(study.sequences), scores))
