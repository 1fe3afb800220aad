"""A page with nothing but the viewer, for the browser tests.

Its buttons, and the query parameter `study`, open the studies of `viewer_studies`; "unsegmented" never gets levels. The
query parameter `stage` holds back what is still to come: "loading" (no scan yet), "scan" (no levels), "partial" (levels
for the lower half of the slices). The button "finish" brings it.
"""

import numpy as np
import streamlit as st
from viewer_studies import CHECKPOINT, DEFAULT_THRESHOLD, STUDIES, fullest_slice, validation_curve

from app.viewer import Validation, levels_loader, pack_levels, pack_scan, scan_loader, viewer

st.set_page_config(layout="wide")
st.html("<style>.stMainBlockContainer {padding: 3.5rem 1rem 0}</style>")


@st.cache_resource
def _study(name: str):
    study, levels = STUDIES[name]()
    return study, levels, pack_scan(study)


@st.fragment
def _reading_room(study, first_slice):
    view = viewer(
        study,
        checkpoint_sha256=CHECKPOINT,
        threshold=DEFAULT_THRESHOLD,
        first_slice=first_slice,
        validation=Validation("8 BraTS validation patients, FLAIR alone", validation_curve())
        if study.name.startswith("FLAIR")
        else None,
    )
    st.code(repr(view), language=None)


with st.container(horizontal=True):
    for name in STUDIES:
        if st.button(name, key=f"open-{name}"):
            st.session_state["open"] = name
    if st.button("finish", key="finish"):
        st.session_state["stage"] = "complete"
study, levels, scan = _study(st.session_state.get("open", st.query_params.get("study", "right")))
stage = st.session_state.get("stage", st.query_params.get("stage", "complete"))
if stage == "partial":
    levels = np.where(np.arange(len(levels))[:, None, None] < len(levels) // 2, levels, 0).astype(np.uint8)
with st.container():  # one place on the page, whatever has come: else the viewer would move, and be mounted anew
    if stage != "loading":
        scan_loader(scan)
    if stage not in ("loading", "scan") and not study.name.startswith("Unsegmented"):
        levels_loader(pack_levels(levels, study, CHECKPOINT, complete=stage == "complete"))
_reading_room(study, fullest_slice(levels) if stage == "complete" else len(levels) // 2)
