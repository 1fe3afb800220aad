"""The inside of the popover "Uncertainty": further looks at the study, what they say of its volume, and their map.

The page draws it with `draw`, and at its end, where nothing waits any more, computes with `look`.
"""

import math

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from app.decision.uncertainty import Looks, group_for, refusal, uncertainty_at, who
from app.decision.uncertainty_text import basis_text, interval_text, map_text, percent, volumes_text
from app.model.looks import LOOKS
from app.model.uncertainty_record import LooksGroup, UncertaintyRecord
from app.pages import cache
from app.pages.looks import look_again
from app.pages.made import made_of
from app.study import LEVELS, Probability, Study
from app.viewer import Interval, OverlayMap, pack_map

WANTED = "uncertainty-wanted"
"""Where in the session's state is what the looks were asked for: (sha256 of the study, of the checkpoint)."""
MAP = "uncertainty-map"
"""Key of the switch that shows the map."""
FULL = 0.5
"""The spread that the map draws brightest; more is seldom."""
WHAT_IT_IS = (
    f"The network looks {len(LOOKS)} more times: at the picture "
    f"{', '.join(look.title for look in LOOKS[:-1])} and {LOOKS[-1].title}. What stays the same is surer than what "
    "does not."
)


def draw(
    study: Study,
    result: Probability,
    record: UncertaintyRecord | None,
    threshold: float,
    unlike: str | None = None,
) -> DeltaGenerator | None:
    """The inside of the popover.

    Args:
        study: on screen.
        result: of this study.
        record: of the result's checkpoint, `cache.uncertainty()`.
        threshold: on screen.
        unlike: why the study is unlike those on whom the record was measured; then nothing is offered.

    Returns:
        The place for `look`, when the looks have been asked for and are still to be made; else None.
    """
    said = refusal(record, study) or unlike
    group = group_for(record, study)
    if said is not None or group is None:
        st.markdown(f":gray[{said}]")
        return None
    place = st.empty()
    known = cache.looks(study, result.checkpoint_sha256)
    if known is not None:
        _show(place, known, study, group, threshold)
        return None
    if st.session_state.get(WANTED) == _names(result):
        return place
    with place.container():
        st.markdown(WHAT_IT_IS)
        st.button(
            f"Look again, {len(LOOKS)} times",
            icon=":material/replay:",
            key="uncertainty-look",
            on_click=_want,
            args=(_names(result),),
        )
        st.caption(f"{_effort(study)}Measured on {who(group)}.")
    return None


def look(
    place: DeltaGenerator | None, study: Study, result: Probability, record: UncertaintyRecord | None, threshold: float
) -> bool:
    """Make the looks that were asked for, and show what they gave; `place` is what `draw` returned.

    Returns whether there was something to do: then `interval_on_screen` has changed.
    """
    group = group_for(record, study)
    if place is None or group is None:
        return False
    with place.container():
        looks = look_again(study, result)
    _show(place, looks, study, group, threshold)
    return True


def overlay(study: Study, result: Probability | None) -> tuple[OverlayMap, bytes] | None:
    """The map and its blob for `map_loader`, while the switch is on and there are looks; to be asked before drawing."""
    looks = None if result is None else cache.looks(study, result.checkpoint_sha256)
    if looks is None or not st.session_state.get(MAP, False):
        return None
    name = f"looks-{looks.checkpoint_sha256}"
    shown = OverlayMap(name, "How far the looks are apart", "agree", f"{FULL} or more", 0.0, FULL)
    return shown, made_of(study).once(
        ("looks-map", looks.checkpoint_sha256), lambda: pack_map(_heat(looks), study, name)
    )


def interval_on_screen(
    study: Study, result: Probability | None, record: UncertaintyRecord | None, threshold: float
) -> Interval | None:
    """The interval for the viewer's column; None while there is none."""
    looks = None if result is None else cache.looks(study, result.checkpoint_sha256)
    group = group_for(record, study)
    if looks is None or group is None:
        return None
    found = uncertainty_at(looks, group, threshold)
    if found.interval is None:
        return None
    low, high = (end * (study.voxel_ml or 1.0) for end in found.interval)
    return Interval(low, high, f"{percent(group.level)} interval", threshold, f"Measured on {who(group)}")


def _show(place: DeltaGenerator, looks: Looks, study: Study, group: LooksGroup, threshold: float) -> None:
    found = uncertainty_at(looks, group, threshold)
    with place.container():
        st.markdown(interval_text(found, study.voxel_ml))
        if found.interval is not None:
            st.caption(basis_text(group))
        st.markdown(volumes_text(found, study.voxel_ml))
        st.toggle("Show where the looks disagree", key=MAP)
        st.caption(map_text(group))


def _heat(looks: Looks) -> NDArray[np.uint8]:
    full = round(FULL * LEVELS)
    return np.asarray(np.minimum(looks.spread, full) * (LEVELS / full), np.uint8)


def _want(names: tuple[str, str]) -> None:
    st.session_state[WANTED] = names


def _names(result: Probability) -> tuple[str, str]:
    return result.study_sha256, result.checkpoint_sha256


def _effort(study: Study) -> str:
    pace = cache.seconds_a_slice()
    if pace is None:
        return ""
    seconds = max(1, math.ceil(pace * study.shape[0] * len(LOOKS)))
    said = f"{seconds} s" if seconds < 90 else f"{math.ceil(seconds / 60)} min"
    return f"Takes about {said} when nobody else computes. "
