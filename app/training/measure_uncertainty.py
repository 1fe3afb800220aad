"""What several looks at validation patients are worth: is the volume within their interval, do they show errors?"""

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.durable import write_whole
from app.errors import DatasetError
from app.evaluation.conformal_interval import ends, rank_for
from app.evaluation.spread import SpreadCounts, log_spread, spread_of, volumes_of
from app.evaluation.volume_interval import volume_errors
from app.model.checkpoint import Card, subset_name
from app.model.looks import VERSION
from app.model.network_input import prepare
from app.model.uncertainty_record import LooksGroup, PatientLooks
from app.study import LEVELS, Study, threshold_level
from app.study import Sequence as MriSequence
from app.training.calibrate import SIMULATED
from app.training.datasets import DATASETS, Case

SEEN = 10
"""Level from which on a look sees something: a probability of 0.05."""
DIGITS = 4
"""Of what is not a count in the record."""

Levels = NDArray[np.uint8]
LookAt = Callable[[Study], Sequence[Levels]]
"""The levels of every look at a study, the plain one first."""


@dataclass(frozen=True)
class CaseLooks:
    """What the looks at one case with a reference gave, counted."""

    reference: int
    volumes: list[list[int]]
    """Of every look, the plain one first, 201 counts each."""
    right: list[int]
    wrong: list[int]
    single_right: list[int]
    single_wrong: list[int]
    unseen_right: int
    unseen_wrong: int


def validation_cases(card: Card, cases: Iterable[Case]) -> list[Case]:
    """Those of real patients whom the checkpoint has never seen, one case of each: the first by name.

    Raises DatasetError when there are none, or a data set that is here lacks some: they cannot be left out at will.
    """
    known = {case.key: case for case in sorted(cases, key=lambda case: case.key) if case.dataset != SIMULATED}
    datasets = {case.dataset for case in known.values()}
    wanted = [key for key in card.validation if key.partition("/")[0] in datasets]
    if missing := [key for key in wanted if key not in known]:
        raise DatasetError(
            f"{len(missing)} validation cases of the checkpoint are not in the prepared sets, the first is "
            f"{missing[0]}; prepare the whole set."
        )
    first: dict[tuple[str, str], Case] = {}
    for key in sorted(wanted):
        first.setdefault((known[key].dataset, known[key].patient), known[key])
    if not first:
        raise DatasetError("The prepared sets hold no validation patient of the checkpoint; give BraTS or LGG.")
    return list(first.values())


def measure_groups(
    cases: Sequence[Case], subsets: Iterable[tuple[MriSequence, ...]], look_at: LookAt, threshold: float, work: Path
) -> tuple[LooksGroup, ...]:
    """One group for each data set and subset of sequences, over the cases that have them all.

    Args:
        cases: of the validation patients, one of each.
        subsets: of sequences; the empty one stands for all that a data set can have.
        look_at: the network.
        threshold: the default one.
        work: a folder for what was measured of each case, which is not measured again. It belongs to one network.

    Raises DatasetError when no case has the sequences of any subset.
    """
    measured: dict[tuple[str, tuple[MriSequence, ...]], dict[str, CaseLooks]] = {}
    work.mkdir(parents=True, exist_ok=True)
    for number, case in enumerate(cases, 1):
        study = case.study()
        possible = DATASETS[case.dataset].possible
        for subset in dict.fromkeys(chosen or possible for chosen in subsets):
            if set(subset) <= set(study.images):
                entry = work / f"{case.dataset}-{case.name}-{subset_name(subset)}-{VERSION}.json"
                looks = _kept(entry) or _keep(entry, measure_case(study.with_sequences(subset), look_at, threshold))
                measured.setdefault((case.dataset, subset), {})[case.name] = looks
        print(f"[{number}/{len(cases)}] looked at {case.key}", file=sys.stderr, flush=True)
    if not measured:
        raise DatasetError("None of the validation cases has the sequences that were asked for.")
    return tuple(_group(dataset, subset, of, threshold) for (dataset, subset), of in sorted(measured.items()))


def measure_case(study: Study, look_at: LookAt, threshold: float) -> CaseLooks:
    """Look at one study that has a reference. Raises DatasetError when it has none, or one without tumour."""
    reference = np.zeros(study.shape, bool) if study.reference is None else study.reference > 0
    if not reference.any():
        raise DatasetError(f"{study.name} has no tumour in its reference; take it out of the set.")
    looks = look_at(study)
    highest = np.maximum.reduce(looks)
    wrong = (looks[0] >= threshold_level(threshold)) != reference
    seen = highest >= SEEN
    unseen = (prepare(study).head | (highest > 0) | reference) & ~seen
    doubt = np.minimum(looks[0], np.uint8(LEVELS) - looks[0])
    counts = SpreadCounts.of(spread_of(looks)[seen], wrong[seen])
    single = SpreadCounts.of(doubt[seen], wrong[seen])
    return CaseLooks(
        int(reference.sum()),
        volumes_of(looks).tolist(),
        counts.right.tolist(),
        counts.wrong.tolist(),
        single.right.tolist(),
        single.wrong.tolist(),
        int((unseen & ~wrong).sum()),
        int((unseen & wrong).sum()),
    )


def _group(dataset: str, subset: tuple[MriSequence, ...], cases: dict[str, CaseLooks], threshold: float) -> LooksGroup:
    level = threshold_level(threshold)
    rank = rank_for(len(cases))
    volumes = {name: np.array(case.volumes) for name, case in cases.items()}
    spreads = {name: log_spread(of) for name, of in volumes.items()}
    errors = np.array([volume_errors(case.reference, volumes[n][0], spreads[n]) for n, case in cases.items()])
    low, high = ((), ()) if rank is None else (_rounded(end) for end in ends(errors, rank))
    patients = {
        name: PatientLooks(
            case.reference,
            case.volumes[0][level],
            tuple(of[level] for of in case.volumes[1:]),
            round(float(spreads[name][level]), DIGITS),
        )
        for name, case in cases.items()
    }
    counts: dict[str, Any] = {
        name: tuple(np.sum([getattr(case, name) for case in cases.values()], axis=0).tolist())
        for name in ("right", "wrong", "single_right", "single_wrong")
    }
    counts |= {name: sum(getattr(case, name) for case in cases.values()) for name in ("unseen_right", "unseen_wrong")}
    return LooksGroup(
        dataset, subset, patients, None if rank is None else round(rank.level, DIGITS), low, high, **counts
    )


def _rounded(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(round(float(value), DIGITS) for value in values)


def _kept(entry: Path) -> CaseLooks | None:
    """What was measured before; None where there is nothing, or less than all."""
    try:
        values = json.loads(entry.read_bytes())
        return CaseLooks(**{field.name: values[field.name] for field in fields(CaseLooks)})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _keep(entry: Path, looks: CaseLooks) -> CaseLooks:
    write_whole(entry, json.dumps(asdict(looks)).encode())
    return looks
