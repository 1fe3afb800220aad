"""Running the network on a study, with the overlay growing on the screen, in turns with other visitors."""

import math
import time
from pathlib import Path

import streamlit as st

from app import log
from app.decision.opening import opening_slice
from app.model.checkpoint import FOLDER
from app.model.runs import Run
from app.model.turns import Job
from app.pages import cache
from app.pages.audited import noted
from app.records.who import Act
from app.study import Probability, Study
from app.viewer import levels_loader, pack_levels

SECONDS_BETWEEN_OVERLAYS = 0.7
PATIENCE = 0.5
"""Seconds to wait for a turn before the page says so, again and again: Streamlit stops the script of a visitor who has
left only where it says something."""


def segment(study: Study, folder: Path = FOLDER, *, first_slice: int) -> Probability:
    """Run the network of a checkpoint, `first_slice` (counted from 0) and those around it first.

    Draws its progress, or how long there is to wait, where it is called, and sends the overlay to the browser as it
    grows. What another visitor has computing already is waited for, not computed again. The result has the tumour
    classes and is kept with the study, see `cache.result`; the audit log is told of it. Raises CheckpointError, and
    RecordsError where the audit log cannot be told and has to be.
    """
    bar = st.progress(0.0, "Loading the network…")
    place = st.empty()
    segmenter = cache.segmenter(folder)
    sha256 = segmenter.card.sha256
    run = cache.run(study, sha256, lambda: segmenter.stream(study, first_slice, classes=True))
    started, shown, sent = time.monotonic(), 0, 0.0
    with run:
        while not run.finished:
            moved = run.advance(PATIENCE)
            step = run.latest
            if step is not None and step.done > shown and time.monotonic() - sent > SECONDS_BETWEEN_OVERLAYS:
                run.job.rest()  # others compute while this one packs
                with place.container():
                    levels_loader(
                        pack_levels(step.levels, study, sha256, complete=False, classes=step.classes),
                        key=f"levels-{study.sha256}-{sha256}-{step.done}",
                    )
                shown, sent = step.done, time.monotonic()
            bar.progress(_share(run), _noted(_progress_text(run) if moved else waiting_text(run.job), segmenter.state))
    step = run.latest
    if step is None:
        raise RuntimeError("A run that has finished has a last step.")
    log.segmented(slices=step.total, seconds=time.monotonic() - started)
    noted(Act.SEGMENT, f"scan {study.sha256[:12]}", checkpoint=sha256[:12], slices=step.total)
    return cache.keep(study, Probability(step.levels, study.sha256, sha256, step.classes))


def waiting_text(job: Job) -> str:
    """ "Waiting: 2 studies are ahead, about 15 s"; without a time while none was measured."""
    ahead, seconds = job.position, job.seconds_left
    if ahead == 0:
        return "Waiting: this study is next"
    studies = "1 study is" if ahead == 1 else f"{ahead} studies are"
    if seconds is None:
        return f"Waiting: {studies} ahead"
    time_left = f"{max(1, math.ceil(seconds))} s" if seconds < 90 else f"{math.ceil(seconds / 60)} min"
    return f"Waiting: {studies} ahead, about {time_left}"


def _share(run: Run) -> float:
    return 0.0 if run.latest is None else run.latest.done / max(1, run.latest.total)


def _progress_text(run: Run) -> str:
    return "" if run.latest is None else f"Segmenting: {run.latest.done} of {run.latest.total} slices"


def _noted(text: str, state: str) -> str:
    """Progress, and why it may be slower than usual."""
    return f":material/cloud_off: {text}, {state}" if state else text


def slice_on_screen(study: Study, threshold: float, viewer_key: str = "viewer") -> int:
    """The slice, counted from 0, that a viewer shows of a study that has no result yet."""
    view = (st.session_state.get(viewer_key) or {}).get("view")
    if view and view["study"] == study.sha256:
        return int(view["slice"])
    return opening_slice(study, None, threshold)
