"""What can be asked about the study on screen: a row of popovers over the viewer, and what they tell the viewer.

What is inside a popover is computed while it is open, so that moving the threshold stays quick.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.decision.guarantee import Guarantee
from app.decision.reading import Reading, read
from app.decision.uncertainty import unlike
from app.model.checkpoint import Card
from app.pages import guarantee, lesions, measured, run_again, uncertainty, why
from app.pages.backing import GUARANTEE, UNCERTAINTY, Backing
from app.pages.going import sent
from app.pages.guard import show_error
from app.study import Probability, Sequence, Study
from app.viewer import OverlayMap, View, map_loader

POPOVERS = {
    "lesions": ("Lesions", ":material/straighten:"),
    GUARANTEE: ("Guarantee", ":material/verified:"),
    UNCERTAINTY: ("Uncertainty", ":material/blur_on:"),
    "why": ("Why", ":material/psychology_alt:"),
}
"""Key to title and icon."""
MAPS = {uncertainty.MAP: uncertainty.overlay, why.SHOWN: why.overlay, run_again.MAP: run_again.overlay}
"""The key of each switch that shows a map to who has the map."""
MAPS_ON = "maps-on"
"""Where in the session's state is which switches were on at the last run."""


@dataclass(frozen=True, eq=False)
class Screen:
    """What is on screen, once a study is segmented."""

    study: Study
    card: Card
    result: Probability
    view: View | None
    """What the hand chose; None before it did."""
    backing: Backing
    """Of the checkpoint that made the result."""

    @property
    def threshold(self) -> float:
        """Of the slider."""
        return self.card.threshold if self.view is None else self.view["threshold"]

    def promise(self) -> Guarantee | None:
        """The guarantee; None as long as nobody has measured how the scan looks, which takes a while."""
        patients = self.backing.patients
        if patients is not None and not measured.appearance_is_known(self.study):
            return None
        return guarantee.guarantee_on_screen(self.study, self.card, patients)

    def reader(self) -> "partial[Reading]":
        """Makes the reading of what is on screen now, later and in whatever thread."""
        return partial(_read, self, lesions.smallest_of(self.study), guarantee.alpha_of())


def _read(screen: Screen, smallest: int, alpha: float) -> Reading:
    study, view = screen.study, screen.view
    reading = read(
        study,
        screen.result,
        screen.card,
        screen.backing.patients,
        threshold=screen.threshold,
        alpha=alpha,
        measurements=measured.measurements(study, screen.result, screen.threshold, smallest),
        appearance=None if screen.backing.patients is None else measured.appearance(study),
    )
    return reading if view is None else replace(reading, slice=view["slice"], sequence=Sequence(view["sequence"]))


def popovers(*, disabled: bool) -> dict[str, Any]:
    """The row, empty."""
    return {
        key: st.popover(title, icon=icon, key=key, disabled=disabled, on_change="rerun")
        for key, (title, icon) in POPOVERS.items()
    }


def for_viewer(screen: Screen, row: Mapping[str, Any]) -> dict[str, Any]:
    """What `viewer` is to be told. Sends the map that is shown, where it is called."""
    study, result, threshold = screen.study, screen.result, screen.threshold
    known = measured.are_measured(study, result, threshold, lesions.smallest_of(study))
    drawn = known or row["lesions"].open or row["why"].open
    promise = screen.promise()
    promised = promise if promise is not None and promise.offered else None
    return {
        "go": sent(),
        "marks": lesions.marks_of(screen.reader()()) if drawn else None,
        "marks_threshold": threshold,
        "overlay_map": _send_map(study, result),
        "guarantee": None if promised is None else promised.threshold,
        "guarantee_label": "" if promised is None else guarantee.label(promised),
        "interval": uncertainty.interval_on_screen(study, result, screen.backing.record, threshold),
    }


def fill(screen: Screen, row: Mapping[str, Any]) -> bool:
    """Draw what is inside the popovers that are open, and at last compute what was asked for in one of them.

    Returns whether something was computed, so that the page is to be drawn again.
    """
    if row["lesions"].open:
        with row["lesions"].container(key="asked-lesions"):
            lesions.draw(screen.reader()())
    if row[GUARANTEE].open:
        with row[GUARANTEE].container(key="asked-guarantee"):
            if not _said(screen.backing, GUARANTEE):
                guarantee.draw(screen.study, screen.card, screen.backing.patients)
    if row[UNCERTAINTY].open and _uncertainty(screen, row[UNCERTAINTY]):
        return True
    if row["why"].open:
        return _why(screen, row["why"])
    return False


def _said(backing: Backing, name: str) -> bool:
    """Say why what a popover is about is not known here; returns whether there was a reason."""
    if (problem := backing.problems.get(name)) is not None:
        show_error(problem)
    elif backing.foreign is not None:
        st.markdown(f":gray[{backing.foreign} This is known of that one alone.]")
    return problem is not None or backing.foreign is not None


def _uncertainty(screen: Screen, popover: Any) -> bool:
    study, result, backing = screen.study, screen.result, screen.backing
    asked: DeltaGenerator | None = None
    with popover.container(key="asked-uncertainty"):
        if not _said(backing, UNCERTAINTY):
            patients = backing.patients
            said = None if patients is None else unlike(screen.card, patients, study, measured.appearance(study))
            asked = uncertainty.draw(study, result, backing.record, screen.threshold, said)
    return uncertainty.look(asked, study, result, backing.record, screen.threshold)


def _why(screen: Screen, popover: Any) -> bool:
    with popover.container(key="asked-why"):
        if _said(screen.backing, "why"):
            return False
        reading = screen.reader()()
        asked = why.draw(reading)
    return why.explain(asked, reading)


def _send_map(study: Study, result: Probability) -> OverlayMap | None:
    """The map whose switch was put on last; the others are put off."""
    before: set[str] = st.session_state.get(MAPS_ON, set())
    on = {key for key in MAPS if st.session_state.get(key, False)}
    newest = next(iter((on - before) or on), None)
    for key in on:
        st.session_state[key] = key == newest  # said anew, or Streamlit forgets it with its popover
    st.session_state[MAPS_ON] = {newest} - {None}
    shown = None if newest is None else MAPS[newest](study, result)
    with st.container(key="map-place"):  # always there, so that the viewer keeps its place
        if shown is not None:
            map_loader(shown[1])
    return None if shown is None else shown[0]
