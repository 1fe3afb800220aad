"""The two results that are compared: opened, put in order, run again where need be, and laid over each other."""

import zlib
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from app.decision.follow_up import FollowUp, Mismatch, TimePoint, follow_up, in_order, mismatch
from app.decision.keeping import Reopened, reopen
from app.decision.opening import opening_slice
from app.decision.window import head_floor
from app.errors import InputError, StudyError
from app.evaluation.box import bounding_box
from app.imaging.grid import grid_of
from app.imaging.registration import register
from app.imaging.rigid import Rigid, bring
from app.pages import cache
from app.pages.made import made_of
from app.pages.records_room import records
from app.pages.segmentation import segment
from app.pages.sign_in import actor
from app.study import Probability, Study
from app.viewer import pack_levels

PLACES = ("follow-up-baseline", "follow-up-later")
"""Where this session's belongings hold the two."""
AGAIN = "follow-up-again"
"""Where in the session's state is which pairs are to be run again."""


@dataclass(frozen=True, eq=False)
class Pair:
    """Two results of a patient in the order of their days."""

    baseline: TimePoint
    later: TimePoint
    swapped: bool
    """Whether they were asked for in the other order."""
    again: bool
    """Whether both are now those of the network that is here, in place of those that were saved."""

    @property
    def sides(self) -> tuple[TimePoint, TimePoint]:
        """Baseline and later."""
        return self.baseline, self.later


def open_pair(baseline_id: str, later_id: str) -> Pair:
    """Open two saved results, as they were saved or as somebody had them run again.

    Raises RecordsError; InputError for two of different patients, or one twice.
    """
    if baseline_id == later_id:
        raise InputError("A result is compared with another one. Go back to the card and tick two.")
    opened = [_reopened(id, place) for id, place in zip((baseline_id, later_id), PLACES, strict=True)]
    if opened[0].patient.id != opened[1].patient.id:
        raise InputError("These are results of two patients. Go back to a patient's card and tick two there.")
    first, second = (_time_point(one) for one in opened)
    baseline, later = in_order(first, second)
    asked: set[frozenset[str]] = st.session_state.setdefault(AGAIN, set())
    if frozenset((baseline_id, later_id)) not in asked:
        return Pair(baseline, later, baseline is not first, again=False)
    return Pair(_as_here(baseline), _as_here(later), baseline is not first, again=True)


def ask_again(baseline_id: str, later_id: str) -> None:
    """Have both results made by the network that is here, where they are not yet."""
    asked: set[frozenset[str]] = st.session_state.setdefault(AGAIN, set())
    asked.add(frozenset((baseline_id, later_id)))


def run_missing(pair: Pair, place: DeltaGenerator) -> bool:
    """Run the network on whichever scan it has not seen; returns whether there was one. Raises CheckpointError."""
    card = cache.card()
    for side in pair.sides:
        if pair.again and cache.result(side.study, card.sha256) is None:
            with place:
                segment(side.study, first_slice=opening_slice(side.study, None, card.threshold))
            return True
    return False


def is_complete(pair: Pair) -> bool:
    """Whether no run is outstanding."""
    return not pair.again or all(cache.result(side.study, side.card.sha256) is not None for side in pair.sides)


def differs(pair: Pair) -> Mismatch | None:
    """What keeps the two from being compared at one threshold, which takes no new run; None where nothing does."""
    return mismatch(*pair.sides, threshold=pair.later.threshold)


def registered(pair: Pair) -> Rigid | StudyError:
    """Later to baseline, found once and kept with the baseline's scan; or why that did not work."""
    fixed, moving = (side.study for side in pair.sides)

    def find() -> Rigid | StudyError:
        try:
            with st.spinner("Laying the later scan over the baseline…"):
                return register(fixed, moving)
        except StudyError as error:
            return error.with_traceback(None)

    return made_of(fixed).once(("registration", moving.sha256), find)


def as_scanned(side: TimePoint) -> tuple[Study, Probability]:
    """A scan and its result as they were saved, without the reference: nobody is scored here."""
    study = side.study
    if study.reference is None:
        return study, side.result
    return made_of(study).once(("without reference",), lambda: replace(study, reference=None)), side.result


def brought(pair: Pair, rigid: Rigid) -> tuple[Study, Probability]:
    """The later scan and its result on the baseline's grid, to be looked at; nothing is measured on it."""
    fixed, (study, result) = pair.baseline.study, (pair.later.study, pair.later.result)
    grids = grid_of(study.source), grid_of(fixed.source)
    moving, target = grids
    if moving is None or target is None:
        raise ValueError("What is registered lies somewhere in space.")

    def images() -> Study:
        with st.spinner("Bringing the later scan to the baseline's slices…"):
            box = _head_box(fixed)
            moved = {s: _within(box, bring(v, moving, target, rigid.to_fixed)) for s, v in study.images.items()}
        name = f"{study.name}, registered"
        return replace(study, name=name, images=moved, source=fixed.source, spacing=fixed.spacing, reference=None)

    there = made_of(fixed).once(("brought", study.sha256), images)

    def levels() -> Probability:
        moved = bring(result.levels, moving, target, rigid.to_fixed)
        kinds = result.classes
        classes = None if kinds is None else bring(kinds, moving, target, rigid.to_fixed, labels=True)
        return Probability(moved, there.sha256, result.checkpoint_sha256, classes)

    return there, made_of(there).once(("brought levels", _of(result)), levels)


def _head_box(study: Study) -> tuple[slice, ...]:
    """Around the head, as the viewer draws it."""
    heads = [image > head_floor(image) for image in study.images.values()]
    return bounding_box(np.logical_or.reduce(heads))


def _within(box: tuple[slice, ...], image: NDArray[np.float32]) -> NDArray[np.float32]:
    """Nothing outside the box, so that both scans are drawn at one scale whatever lies around the head."""
    kept = np.full_like(image, image.min())
    kept[box] = image[box]
    return kept


def compared(pair: Pair, rigid: Rigid, threshold: float) -> FollowUp:
    """What changed, at one threshold for both; kept with the baseline's scan."""
    names = _of(pair.baseline.result), _of(pair.later.result)

    def make() -> FollowUp:
        found = follow_up(*pair.sides, rigid, threshold)
        if isinstance(found, Mismatch):
            raise ValueError("The page asks first whether two results may be compared.")
        return found

    return made_of(pair.baseline.study).once(("follow-up", pair.later.study.sha256, *names, f"{threshold:.3f}"), make)


def levels_of(study: Study, result: Probability) -> bytes:
    """A result as the browser wants it; like `cache.levels_blob`, but of this very result."""
    return made_of(study).once(
        ("these levels", _of(result)),
        lambda: pack_levels(result.levels, study, result.checkpoint_sha256, complete=True, classes=result.classes),
    )


def _of(result: Probability) -> str:
    """What a result is called, beside one that the same checkpoint made with another calibration."""
    return f"{result.checkpoint_sha256} {zlib.crc32(np.ascontiguousarray(result.levels).data):08x}"


def _reopened(segmentation_id: str, place: str) -> Reopened:
    with st.spinner(cache.READING):
        return cache.belongings().reopen(segmentation_id, lambda: reopen(records(), actor(), segmentation_id), place)


def _time_point(saved: Reopened) -> TimePoint:
    return TimePoint(
        saved.study, saved.result, saved.card, saved.row.threshold, saved.study_row.taken_on, saved.study.name
    )


def _as_here(side: TimePoint) -> TimePoint:
    """As the network that is here sees the scan; as it was saved while that is outstanding."""
    card = cache.card()
    anew = cache.result(side.study, card.sha256)
    return replace(side, card=card, threshold=card.threshold, result=side.result if anew is None else anew)
