"""Running the network on a study, with the overlay growing on the screen."""

import time
from pathlib import Path

import streamlit as st

from app.model.checkpoint import FOLDER
from app.pages import cache
from app.pages.opening import opening_slice
from app.study import Probability, Study
from app.viewer import levels_loader, pack_levels

SECONDS_BETWEEN_OVERLAYS = 0.7


def segment(study: Study, folder: Path = FOLDER, *, first_slice: int) -> Probability:
    """Run the network of a checkpoint, `first_slice` (counted from 0) and those around it first.

    Draws its progress where it is called, and sends the overlay to the browser as it grows. The result has the tumour
    classes and is kept in `cache.results()`. Raises CheckpointError.
    """
    bar = st.progress(0.0, "Loading the network…")
    place = st.empty()
    sent = 0.0
    segmenter = cache.segmenter(folder)
    sha256 = segmenter.card.sha256
    for number, step in enumerate(segmenter.stream(study, first_slice, classes=True)):
        if time.monotonic() - sent > SECONDS_BETWEEN_OVERLAYS:
            with place.container():
                levels_loader(
                    pack_levels(step.levels, study, sha256, complete=False, classes=step.classes),
                    key=f"levels-{study.sha256}-{sha256}-{number}",
                )
            sent = time.monotonic()
        bar.progress(step.done / max(1, step.total), f"Segmenting: {step.done} of {step.total} slices")
    result = Probability(step.levels, study.sha256, sha256, step.classes)
    cache.results().put(result)
    return result


def slice_on_screen(study: Study, threshold: float, viewer_key: str = "viewer") -> int:
    """The slice, counted from 0, that a viewer shows of a study that has no result yet."""
    view = (st.session_state.get(viewer_key) or {}).get("view")
    if view and view["study"] == study.sha256:
        return int(view["slice"])
    return opening_slice(study, None, threshold)
