"""The viewer alone on a page, for benchmarks/viewer.py: `streamlit run benchmarks/viewer_page.py FOLDER`.

The query parameter `study` names the study that is open first, a button opens each of them.
"""

import gc
import sys
from pathlib import Path

import streamlit as st
from viewer_study import CHECKPOINT, THRESHOLD, Case, read_cases

from app.viewer import engine, levels_loader, pack_levels, pack_scan, scan_loader, viewer

st.set_page_config(layout="wide")


@st.cache_resource
def _blobs() -> dict[str, tuple[Case, bytes, bytes]]:
    """Every study with its scan and its levels packed: the result is in memory."""
    blobs = {
        name: (
            case,
            pack_scan(case.study),
            pack_levels(case.levels, case.study, CHECKPOINT, complete=True, classes=case.classes),
        )
        for name, case in read_cases(Path(sys.argv[1])).items()
    }
    gc.collect()
    gc.freeze()  # as the app does once the network is loaded
    return blobs


@st.fragment
def _reading_room(case: Case) -> None:
    view = viewer(case.study, checkpoint_sha256=CHECKPOINT, threshold=THRESHOLD, first_slice=case.first_slice)
    st.html(f"<p id='heard'>{view['threshold'] if view else THRESHOLD:.3f}</p>")


with st.container(horizontal=True):
    for name in _blobs():
        if st.button(name, key=f"open-{name}"):
            st.session_state["open"] = name
case, scan, levels = _blobs()[st.session_state.get("open", st.query_params.get("study", "all"))]
with st.container():
    engine()
    scan_loader(scan)
    levels_loader(levels)
_reading_room(case)
