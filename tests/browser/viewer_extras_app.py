"""A page with the viewer and all that a page may ask of it, for the browser tests.

Its buttons open studies, bring and take away maps ("foreign" names a map that only the other study has), and inside the
fragment send the viewer somewhere: "go" to a slice and a threshold, "point" to a point, "here" to the threshold that it
has at first. The query parameter `extras` lists what else there is: "marks", "guarantee", "interval"; with `link` the
address follows.
"""

from uuid import uuid4

import streamlit as st
from viewer_extras import GUARANTEE, INTERVAL, MAP_COLUMNS, MARKS, PROMISE, map_values
from viewer_studies import CHECKPOINT, DEFAULT_THRESHOLD, STUDIES, fullest_slice

from app.viewer import (
    Go,
    OverlayMap,
    engine,
    levels_loader,
    map_loader,
    pack_levels,
    pack_map,
    pack_scan,
    scan_loader,
    viewer,
)

PLACES = {"go": (5, 0.42, None), "point": (None, None, (30, 50)), "here": (None, DEFAULT_THRESHOLD, None)}

st.set_page_config(layout="wide")
engine()
st.html("<style>.stMainBlockContainer {padding: 3.5rem 1rem 0}</style>")
extras = st.query_params.get("extras", "").split(",")
state = st.session_state


@st.cache_resource
def _study(name: str):
    study, levels = STUDIES[name]()
    return study, fullest_slice(levels), pack_scan(study), pack_levels(levels, study, CHECKPOINT, complete=True)


@st.fragment
def _reading_room(study, first_slice, overlay_map, link):
    with st.container(horizontal=True):
        for place, where in PLACES.items():
            if st.button(place, key=f"place-{place}"):
                state["go"] = Go(uuid4().hex, *where)
    view = viewer(
        study,
        checkpoint_sha256=CHECKPOINT,
        threshold=DEFAULT_THRESHOLD,
        first_slice=first_slice,
        link=link,
        go=state.get("go"),
        marks=MARKS if "marks" in extras else None,
        marks_threshold=DEFAULT_THRESHOLD,
        overlay_map=overlay_map,
        guarantee=GUARANTEE if "guarantee" in extras else None,
        guarantee_label=PROMISE,
        interval=INTERVAL if "interval" in extras else None,
    )
    st.code(repr(view), language=None)


with st.container(horizontal=True):
    for button in MAP_COLUMNS:
        if st.button(button, key=f"open-{button}"):
            state["open"] = button
    for button in ("first", "second", "foreign", "none"):
        if st.button(button, key=f"map-{button}"):
            state["map"] = button
name = state.get("open", st.query_params.get("study", "right"))
study, first_slice, scan, levels = _study(name)
chosen = state.get("map", "none")
columns = MAP_COLUMNS[name]
with st.container():  # one place on the page, whatever has come
    scan_loader(scan)
    levels_loader(levels)
    if chosen in columns:
        map_loader(pack_map(map_values(study, columns[chosen]), study, chosen))
    if chosen == "foreign":
        other = _study("left" if name == "right" else "right")[0]
        map_loader(pack_map(map_values(other, 36), other, chosen))
named = None if chosen == "none" else OverlayMap(chosen, f"The {chosen} map", "sure", "unsure", 0.0, 0.5)
_reading_room(study, first_slice, named, name if "link" in st.query_params else None)
