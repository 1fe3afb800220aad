"""Looking at a study again, in turns with other visitors; what the looks gave is kept with the study."""

import math
from pathlib import Path

import streamlit as st

from app.decision.uncertainty import Looks, looks_of
from app.model.checkpoint import FOLDER
from app.model.looks import LooksProgress
from app.model.runs import Run
from app.pages import cache
from app.pages.segmentation import PATIENCE, waiting_text
from app.study import Probability, Study


def look_again(study: Study, result: Probability, folder: Path = FOLDER) -> Looks:
    """Run the network of a checkpoint once for each look. Draws its progress, or how long there is to wait.

    What another visitor has computing already is waited for, not computed again. Raises CheckpointError.
    """
    known = cache.looks(study, result.checkpoint_sha256)
    if known is not None:
        return known
    bar = st.progress(0.0, "Loading the network…")
    segmenter = cache.segmenter(folder)
    run = cache.run_looks(study, result.checkpoint_sha256, lambda: segmenter.stream_looks(study))
    with run:
        while not run.finished:
            moved = run.advance(PATIENCE)
            share, said = _progress(run)
            bar.progress(share, said if moved else waiting_text(run.job))
    bar.empty()
    if not isinstance(run.latest, LooksProgress):
        raise RuntimeError("A run of looks that has finished has looks.")
    return cache.keep_looks(study, looks_of(result, run.latest.looks))


def _progress(run: Run) -> tuple[float, str]:
    step = run.latest
    if step is None:
        return 0.0, ""
    return step.done / step.total, f"Looking again: {math.floor(100 * step.done / step.total)} %"
