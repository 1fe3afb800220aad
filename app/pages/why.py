"""The inside of the popover "Why": what the network's answer hangs on. It explains the network, not the disease.

The page draws it with `draw`, and at its end, where nothing waits any more, computes with `explain`.
"""

import math

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.decision.ablation import ablation, change_table, reference_table
from app.decision.lesion_mask import lesion_mask
from app.decision.lesion_table import size_text, unit_of
from app.decision.map_share import NEAR_MM
from app.decision.measurements import Lesion
from app.decision.reading import Reading
from app.model.checkpoint import subset_name
from app.pages import cache, lesions
from app.pages.explain import leave_out_each, left_out, look_at, map_name, seen_map
from app.study import Probability, Sequence, Study
from app.viewer import OverlayMap

WANTED = "why-wanted"
"""Where in the session's state is what was asked for, and of what it is to be made."""
SHOWN = "why-map"
"""Key of the switch that shows the map."""
LOOK = "why-look"
"""Key of the button that asks for it."""
FOLLOWED = "why-followed"
"""The lesion of the popover "Lesions" that this one has followed."""
NOT_THE_DISEASE = (
    "Both explain the network, not the disease: they show what its answer hangs on. Neither says whether the answer is "
    "right, and neither is a finding."
)
PASSES = 2
"""Times the work of segmenting a slice that it takes to map it: forward, and half of it back."""


def draw(reading: Reading) -> DeltaGenerator | None:
    """The inside of the popover.

    Returns:
        The place for `explain`, when something has been asked for that is still to be made; else None.
    """
    st.caption(NOT_THE_DISEASE)
    if not reading.measurements.lesions:
        st.markdown(f"No lesion at threshold {reading.threshold:.3f}: there is nothing to explain.")
        return None
    lesion = _lesion(reading)
    of_map, of_sequences = _map(reading, lesion), _without(reading, lesion)
    return of_map or of_sequences


def explain(place: DeltaGenerator | None, reading: Reading) -> bool:
    """Make what was asked for; `place` is what `draw` returned.

    Returns whether there was something to do: then the page is to be drawn again.
    """
    if place is None:
        return False
    with place.container():
        lesion = _selected(reading)
        if st.session_state[WANTED] == _names_of_map(reading, lesion):
            look_at(reading, lesion)
        else:
            leave_out_each(reading)
    del st.session_state[WANTED]
    return True


def overlay(study: Study, result: Probability | None) -> tuple[OverlayMap, bytes] | None:
    """The map made last and its blob for `map_loader`, while the switch is on; to be asked before drawing."""
    on = bool(st.session_state.get(SHOWN, False))
    st.session_state[SHOWN] = on  # Streamlit forgets a switch when the popover is closed
    seen = None if result is None else seen_map(study.sha256, result.checkpoint_sha256)
    return (seen.overlay, seen.blob) if seen is not None and on else None


def _map(reading: Reading, lesion: Lesion) -> DeltaGenerator | None:
    st.markdown("**Where did it look?**")
    seen = seen_map(reading.study.sha256, reading.card.sha256)
    if seen is not None and not seen.empty:
        st.toggle(f"Show {seen.overlay.title[0].lower()}{seen.overlay.title[1:]}", key=SHOWN)
    if seen is None or seen.overlay.id != map_name(reading, lesion):
        first, last = lesion.slices
        return _asked(
            "Map what counted",
            ":material/visibility:",
            LOOK,
            _names_of_map(reading, lesion),
            f"Seg-Grad-CAM of lesion {lesion.number}, slice by slice. {_effort(PASSES * (last - first + 1))}",
        )
    if seen.empty:
        st.markdown("The map is empty: no feature of the layer that was asked raised the tumour logit within the head.")
        return None
    agrees = ""
    if seen.share is not None:
        agrees = (
            f" {_percent(seen.share.near)} of the map lies within {NEAR_MM:.0f} mm of the lesion; "
            f"{_percent(seen.share.by_chance)} would by chance."
        )
    st.caption(
        "Bright is where features of the network's second lowest level raised the tumour logit of the lesion most "
        f"(Seg-Grad-CAM). The map is coarse, cut off at the head, and made for each slice alone.{agrees}"
    )
    return None


def _without(reading: Reading, lesion: Lesion) -> DeltaGenerator | None:
    study = reading.study
    st.markdown("**Without one sequence**")
    if len(study.sequences) == 1:
        st.markdown(f":gray[The study has one sequence, {study.sequences[0]}: there is none to leave out.]")
        return None
    results = left_out(reading)
    if results is None:
        count = len(study.sequences)
        return _asked(
            f"Leave out each of {count}",
            ":material/layers_clear:",
            "why-without",
            _names_of_sequences(reading),
            f"Segments the study {count} more times. {_effort(study.shape[0] * count)}",
        )
    _tables(reading, lesion, results)
    return None


def _tables(reading: Reading, lesion: Lesion, results: dict[Sequence, Probability]) -> None:
    study, mask = reading.study, lesion_mask(reading, lesion)
    compared = [(None, reading.result), *results.items()]
    rows = [
        ablation(reading.result, result, reading.threshold, without=sequence, lesion=mask, reference=study.reference)
        for sequence, result in compared
    ]
    st.dataframe(change_table(rows, study, lesion.number), hide_index=True, key="why-change")
    if study.reference is not None:
        st.markdown("Against the reference:")
        st.dataframe(reference_table(rows), hide_index=True, key="why-reference")
    st.caption(
        f"All at threshold {reading.threshold:.3f}. {_calibrated(reading)} Size and overlap are of all that is marked; "
        f"the last column of the first table is the share of lesion {lesion.number} that is still found."
    )


def _calibrated(reading: Reading) -> str:
    sequences = reading.study.sequences
    missing = [
        sequence
        for sequence in sequences
        if subset_name(tuple(s for s in sequences if s != sequence)) not in reading.card.calibrations
    ]
    if not missing:
        return "Each row is calibrated for the sequences that are left."
    return f"Not calibrated for what is left: without {', '.join(missing)}."


def _asked(label: str, icon: str, key: str, names: tuple[str, ...], said: str) -> DeltaGenerator | None:
    """A button, or the place where what it asks for is being made."""
    place = st.empty()
    if st.session_state.get(WANTED) == names:
        return place
    with place.container():
        st.button(label, icon=icon, key=key, on_click=_want, args=(names, key))
        st.caption(said)
    return None


def _want(names: tuple[str, ...], key: str) -> None:
    st.session_state[WANTED] = names
    if key == LOOK:
        st.session_state[SHOWN] = True  # once it is made


def _names_of_map(reading: Reading, lesion: Lesion) -> tuple[str, ...]:
    return reading.study.sha256, map_name(reading, lesion)


def _names_of_sequences(reading: Reading) -> tuple[str, ...]:
    return reading.study.sha256, reading.card.sha256


def _lesion(reading: Reading) -> Lesion:
    """A box to choose a lesion; it follows the table of lesions when another one is chosen there."""
    key, chosen = _key(reading), lesions.chosen(reading)
    if chosen is not None and st.session_state.get(FOLLOWED) != (key, chosen.number):
        st.session_state[key], st.session_state[FOLLOWED] = chosen.number, (key, chosen.number)
    found = reading.measurements.lesions
    number: int = st.selectbox(
        "Lesion",
        [lesion.number for lesion in found],
        format_func=lambda number: _title(found[number - 1], reading.study),
        key=key,
    )
    return found[number - 1]


def _selected(reading: Reading) -> Lesion:
    number: int = st.session_state[_key(reading)]
    return reading.measurements.lesions[number - 1]


def _key(reading: Reading) -> str:
    """Of the box: the numbers are those of one threshold, and of one size from which on lesions count."""
    made_of = reading.study.sha256[:12], reading.card.sha256[:12]
    return "-".join(("why", *made_of, f"{reading.threshold:.3f}", str(reading.measurements.smallest)))


def _title(lesion: Lesion, study: Study) -> str:
    """ "Lesion 1: 42.3 ml, left"."""
    side = "" if lesion.side is None else f", {lesion.side}"
    return f"Lesion {lesion.number}: {size_text(lesion.voxels, study)} {unit_of(study)}{side}"


def _effort(slices: int) -> str:
    """How long the network takes for so many slices."""
    pace = cache.seconds_a_slice()
    if pace is None:
        return "Takes some seconds."
    seconds = max(1, math.ceil(pace * slices))
    said = f"{seconds} s" if seconds < 90 else f"{math.ceil(seconds / 60)} min"
    return f"Takes about {said} when nobody else computes."


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
