"""The inside of the popover "Run again": a saved result beside what the network that is here now makes of the scan.

Opening it runs the network, if that was not done yet; the page draws it with `draw`, and at its end, where nothing
waits any more, computes with `compute`.
"""

from dataclasses import replace
from pathlib import Path
from secrets import token_hex
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from app.decision.again import Difference, compare
from app.decision.keeping import Reopened, keep
from app.decision.reading import Reading, read
from app.errors import AppError, CheckpointError
from app.exports.small_picture import small_png
from app.model.checkpoint import FOLDER, read_card
from app.pages import cache, kept, measured
from app.pages.audited import noted
from app.pages.backing import backing_of
from app.pages.explain import finish
from app.pages.going import send
from app.pages.guard import show_error, shown_errors
from app.pages.made import made_of
from app.pages.records_room import records
from app.pages.redraw import redraw
from app.pages.run_again_words import difference_text, same_text, slice_table
from app.pages.sign_in import actor
from app.records.who import Act
from app.study import LEVELS, Probability, Sequence, Study
from app.viewer import OverlayMap, pack_map

POPOVER = "again"
"""Key of the popover."""
MAP = "again-map"
"""Key of the switch that shows where two results differ."""
WHAT = "again"
"""What the run and its result are called beside the segmentation by the same checkpoint."""
SAVED_AS = "again-saved"
"""Where in the session's state are the identifiers under which new results were saved, by the saved ones."""


def draw(saved: Reopened) -> DeltaGenerator | None:
    """The inside of the popover. Raises CheckpointError.

    Returns:
        The place for `compute`, when the network has to run first; else None.
    """
    place = st.empty()
    anew = _anew(saved)
    if anew is None:
        return place
    found = _difference(saved, anew)
    others = kept.differences(saved.card, cache.card())
    if others:
        st.markdown(f"The result was saved with {others}: the new one is of the network that is here now.")
    st.markdown(same_text(found) if found.same else difference_text(found, saved.row.threshold))
    if not found.same:
        _where(saved, anew, found)
    if others:
        _offer(saved, anew)
    return None


def compute(place: DeltaGenerator | None, saved: Reopened, folder: Path = FOLDER) -> bool:
    """Run the network anew; `place` is what `draw` returned.

    Returns whether there was something to do: then the page is to be drawn again.
    """
    if place is None:
        return False
    study = saved.study
    with place.container(), shown_errors():
        bar = st.progress(0.0, "Loading the network…")
        segmenter = cache.segmenter(folder)
        sha256 = segmenter.card.sha256
        run = cache.run_beside(study, sha256, WHAT, lambda: segmenter.stream(study, saved.row.slice, classes=True))
        step = finish(run, bar, "Running again")
        noted(Act.SEGMENT, f"segmentation {saved.row.id}", again=True, checkpoint=sha256[:12], slices=step.total)
        cache.end_run(study, sha256, WHAT)
        made_of(study).once((WHAT, sha256), lambda: Probability(step.levels, study.sha256, sha256, step.classes))
        return True
    return False


def overlay(study: Study, result: Probability | None) -> tuple[OverlayMap, bytes] | None:
    """The map of the differences and its blob for `map_loader`, while the switch is on; to be asked before drawing."""
    on = bool(st.session_state.get(MAP, False))
    st.session_state[MAP] = on  # Streamlit forgets a switch when the popover is closed
    saved = kept.on_screen()
    anew = _anew(saved) if on and saved is not None and saved.study is study else None
    if saved is None or anew is None:
        return None
    largest = _difference(saved, anew).largest
    if largest == 0:
        return None
    name = f"{WHAT}-{saved.row.id}-{anew.checkpoint_sha256[:12]}"
    shown = OverlayMap(name, "Where the new result differs", "0", f"{largest:.3f}", 0.0, largest)
    return shown, made_of(study).once((name, "map"), lambda: pack_map(_heat(saved.result, anew, largest), study, name))


def _anew(saved: Reopened) -> Probability | None:
    """What the network that is here made of the scan; None before it ran, or where there is no network."""
    try:
        known = made_of(saved.study).known((WHAT, cache.card().sha256))
    except CheckpointError:
        return None
    return known if isinstance(known, Probability) else None


def _difference(saved: Reopened, anew: Probability) -> Difference:
    name = "difference", saved.row.id, anew.checkpoint_sha256
    return made_of(saved.study).once(name, lambda: compare(saved, anew))


def _heat(before: Probability, anew: Probability, largest: float) -> NDArray[np.uint8]:
    """The difference of the levels, `largest` as 200."""
    apart = np.abs(before.levels.astype(np.int16) - anew.levels)
    return np.asarray(np.ceil(apart / largest), np.uint8).clip(0, LEVELS)


def _where(saved: Reopened, anew: Probability, found: Difference) -> None:
    """The slices that differ, each a click away, and the switch of the map."""
    slices, table = slice_table(saved.result, anew, saved.row.threshold)
    key = f"again-slices-{saved.row.id}"

    def go() -> None:
        state: dict[str, Any] = st.session_state.get(key, {})
        if rows := state.get("selection", {}).get("rows", []):
            send(slice=slices[rows[0]])

    st.dataframe(table, hide_index=True, height=220, key=key, on_select=go, selection_mode="single-row")
    st.caption("Choose a row to go there.")
    if found.largest > 0:
        st.toggle("Show where they differ", key=MAP)


def _offer(saved: Reopened, anew: Probability) -> None:
    """Save the new result as a further one of the study, once."""
    done: dict[str, str] = st.session_state.setdefault(SAVED_AS, {})
    name = f"{saved.row.id}-{anew.checkpoint_sha256}"
    if name in done:
        st.markdown(":green[:material/check_circle:] Saved beside the old one, which stays.")
        st.button(
            "Open the new one",
            icon=":material/open_in_new:",
            key="again-open",
            on_click=kept.open_here,
            args=(done[name], POPOVER),
        )
        return
    if st.button("Save the new result too", icon=":material/save:", key="again-save", type="primary"):
        new_id = made_of(saved.study).once((WHAT, "id", name), lambda: token_hex(16))
        reading = _reading(saved, anew)
        try:
            keep(
                records(),
                actor(),
                reading,
                patient_id=saved.patient.id,
                taken_on=saved.study_row.taken_on,
                card_json=read_card(),
                thumbnail=small_png(reading),
                segmentation_id=new_id,
            )
        except AppError as error:
            show_error(error)
        else:
            done[name] = new_id
            redraw()


def _reading(saved: Reopened, anew: Probability) -> Reading:
    """The new result at the threshold and on the slice of the old one."""
    row, patients = saved.row, backing_of(None).patients
    reading = read(
        saved.study,
        anew,
        cache.card(),
        patients,
        threshold=row.threshold,
        smallest=row.smallest,
        appearance=None if patients is None else measured.appearance(saved.study),
    )
    return replace(reading, slice=row.slice, sequence=Sequence(row.sequence))
