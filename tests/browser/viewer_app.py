"""A page with nothing but the viewer, for the browser tests.

Its buttons, and the query parameter `study`, open the studies of `viewer_studies`; "unsegmented" never gets levels, and
"right" has tumour classes. The query parameter `stage` holds back what is still to come: "loading" (no scan yet),
"scan" (no levels), "partial" (levels for the lower half of the slices). The button "finish" brings it. With `link` the
address follows the view. `pair` names a study for a second viewer beside the first, both compact and linked; where it
is the same study, another checkpoint sees half of every level there.
"""

import numpy as np
import streamlit as st
from viewer_studies import (
    CHECKPOINT,
    DEFAULT_THRESHOLD,
    OTHER_CHECKPOINT,
    STUDIES,
    classes_for,
    fullest_slice,
    validation_curve,
)

from app.decision.validation import Validation
from app.viewer import engine, levels_loader, pack_levels, pack_scan, scan_loader, viewer

st.set_page_config(layout="wide")
engine()
st.html("<style>.stMainBlockContainer {padding: 3.5rem 1rem 0}</style>")


@st.cache_resource
def _study(name: str):
    study, levels = STUDIES[name]()
    return study, levels, pack_scan(study)


def _room(study, first_slice, checkpoint=CHECKPOINT, **options):
    view = viewer(
        study,
        checkpoint_sha256=checkpoint,
        threshold=DEFAULT_THRESHOLD,
        first_slice=first_slice,
        validation=Validation("8 BraTS validation patients, FLAIR alone", validation_curve())
        if study.name.startswith("FLAIR")
        else None,
        **options,
    )
    st.code(repr(view), language=None)


@st.fragment
def _reading_room(study, first_slice, link):
    _room(study, first_slice, link=link)


@st.fragment
def _two_rooms(study, first_slice, other, other_first_slice, other_checkpoint):
    left, right = st.columns(2)
    with left:
        _room(study, first_slice, compact=True, group="pair")
    with right:
        _room(other, other_first_slice, other_checkpoint, compact=True, group="pair", key="viewer-pair")


with st.container(horizontal=True):
    for button in STUDIES:
        if st.button(button, key=f"open-{button}"):
            st.session_state["open"] = button
    if st.button("finish", key="finish"):
        st.session_state["stage"] = "complete"
name = st.session_state.get("open", st.query_params.get("study", "right"))
study, levels, scan = _study(name)
pair = st.query_params.get("pair")
stage = st.session_state.get("stage", st.query_params.get("stage", "complete"))
if stage == "partial":
    levels = np.where(np.arange(len(levels))[:, None, None] < len(levels) // 2, levels, 0).astype(np.uint8)
classes = classes_for(levels) if name == "right" else None
first_slice = fullest_slice(levels) if stage == "complete" else len(levels) // 2
with st.container():  # one place on the page, whatever has come: else the viewer would move, and be mounted anew
    if stage != "loading":
        scan_loader(scan)
    if stage not in ("loading", "scan") and not study.name.startswith("Unsegmented"):
        levels_loader(pack_levels(levels, study, CHECKPOINT, complete=stage == "complete", classes=classes))
    if pair:
        other, other_levels, other_scan = _study(pair)
        other_checkpoint = OTHER_CHECKPOINT if pair == name else CHECKPOINT
        if pair == name:
            other_levels = other_levels // 2
        else:
            scan_loader(other_scan, key="scan-pair")
        levels_loader(pack_levels(other_levels, other, other_checkpoint, complete=True), key="levels-pair")
if pair:
    _two_rooms(study, first_slice, other, fullest_slice(other_levels), other_checkpoint)
else:
    _reading_room(study, first_slice, name if "link" in st.query_params else None)
