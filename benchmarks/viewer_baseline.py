"""What `st.slider` and `st.image` do with the same study, for benchmarks/viewer.py: one plane, drawn by Python.

The query parameter `study` names the study that is open first, a button opens each of them.
"""

import gc
import sys
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from viewer_study import THRESHOLD, Case, read_cases

from app.study import threshold_level

TUMOUR = np.array([255, 107, 87], np.float32)
OPACITY = 0.4

st.set_page_config(layout="wide")


@st.cache_resource
def _greys() -> dict[str, tuple[Case, NDArray[np.float32]]]:
    """Every study with the grey values of its first sequence, 0 to 255: the result is in memory."""
    greys = {}
    for name, case in read_cases(Path(sys.argv[1])).items():
        image = next(iter(case.study.images.values()))
        low, high = np.percentile(image[image > image.min()], (1, 99.5))
        greys[name] = case, ((image - low) * (255 / (high - low))).clip(0, 255).astype(np.float32)
    gc.collect()
    gc.freeze()  # as the app does once the network is loaded
    return greys


@st.fragment
def _reading_room(case: Case, grey: NDArray[np.float32]) -> None:
    index = st.slider("Slice", 0, len(grey) - 1, case.first_slice, key="slice")
    threshold = st.slider("Threshold", 0.0, 1.0, THRESHOLD, 0.005, format="%.3f", key="threshold")
    picture = np.repeat(grey[index][..., None], 3, axis=2)
    tumour = case.levels[index] >= threshold_level(threshold)
    picture[tumour] = (1 - OPACITY) * picture[tumour] + OPACITY * TUMOUR
    st.image(picture.astype(np.uint8), width=720)
    st.html(f"<p id='heard'>{threshold:.3f}</p>")


with st.container(horizontal=True):
    for name in _greys():
        if st.button(name, key=f"open-{name}"):
            st.session_state["open"] = name
_reading_room(*_greys()[st.session_state.get("open", st.query_params.get("study", "all"))])
