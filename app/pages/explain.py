"""Asking the network what its answer hangs on, in turns with other visitors."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.decision.lesion_mask import lesion_mask
from app.decision.map_share import MapShare, map_share
from app.decision.measurements import Lesion
from app.decision.reading import Reading
from app.model.checkpoint import FOLDER
from app.model.inference import Progress
from app.model.network_input import prepare
from app.model.runs import Run
from app.pages import cache
from app.pages.made import made_of
from app.pages.segmentation import PATIENCE, waiting_text
from app.study import Probability, Sequence, threshold_level
from app.viewer import OverlayMap, pack_map

if TYPE_CHECKING:
    from app.model.segmenter import Segmenter

SEEN = "why-seen"
"""Where in the session's state the map is that was made last. Only one is kept."""


@dataclass(frozen=True, eq=False)
class SeenMap:
    """What counted for a lesion."""

    study_sha256: str
    checkpoint_sha256: str
    overlay: OverlayMap
    blob: bytes
    """Of `pack_map`."""
    empty: bool
    """Whether the map is 0 everywhere."""
    share: MapShare | None
    """None without spacing, and of an empty map."""


def map_name(reading: Reading, lesion: Lesion) -> str:
    """Of a lesion's map: all that it is made of besides the study."""
    return f"why-{reading.card.sha256[:12]}-{threshold_level(reading.threshold)}-{lesion.number}"


def seen_map(study_sha256: str, checkpoint_sha256: str) -> SeenMap | None:
    """The map that was made last, if it is of this study and checkpoint."""
    seen: SeenMap | None = st.session_state.get(SEEN)
    if seen is None or (seen.study_sha256, seen.checkpoint_sha256) != (study_sha256, checkpoint_sha256):
        return None
    return seen


def look_at(reading: Reading, lesion: Lesion, folder: Path = FOLDER) -> SeenMap:
    """Make the map of a lesion and keep it; draws its progress. Raises CheckpointError."""
    study, sha256, name = reading.study, reading.card.sha256, map_name(reading, lesion)
    bar = st.progress(0.0, "Loading the network…")
    segmenter = cache.segmenter(folder)
    mask = lesion_mask(reading, lesion)
    run = cache.run_beside(study, sha256, name, lambda: segmenter.stream_map(study, mask))
    values = finish(run, bar, "Looking").levels
    cache.end_run(study, sha256, name)
    empty = not values.any()
    share = None if study.spacing is None or empty else map_share(values, mask, prepare(study).head, study.spacing)
    overlay = OverlayMap(name, f"What counted for lesion {lesion.number} at {reading.threshold:.3f}", "nothing", "most")
    seen = SeenMap(study.sha256, sha256, overlay, pack_map(values, study, name), empty, share)
    st.session_state[SEEN] = seen
    bar.empty()
    return seen


def left_out(reading: Reading) -> dict[Sequence, Probability] | None:
    """The result without each of the sequences; None until all are there."""
    made, names = made_of(reading.study), {s: _name(reading, s) for s in reading.study.sequences}
    known = {sequence: made.known(name) for sequence, name in names.items()}
    results = {sequence: result for sequence, result in known.items() if isinstance(result, Probability)}
    return results if len(results) == len(names) else None


def leave_out_each(reading: Reading, folder: Path = FOLDER) -> None:
    """Segment a study without each of its sequences, of which it has several; draws its progress.

    The results are kept with the study, 9 MB each for a BraTS study; what was there when somebody left is not made
    again. Raises CheckpointError.
    """
    study, bar = reading.study, st.progress(0.0, "Loading the network…")
    segmenter = cache.segmenter(folder)
    for number, sequence in enumerate(study.sequences):
        if made_of(study).known(_name(reading, sequence)) is None:
            result = _leave_out(reading, sequence, segmenter, bar, number)
            made_of(study).once(_name(reading, sequence), partial(_given, result))
    bar.empty()


def _leave_out(
    reading: Reading, sequence: Sequence, segmenter: "Segmenter", bar: DeltaGenerator, number: int
) -> Probability:
    study, sha256, what = reading.study, reading.card.sha256, f"without {sequence}"
    rest = study.with_sequences(tuple(s for s in study.sequences if s != sequence))
    run = cache.run_beside(study, sha256, what, lambda: segmenter.stream(rest))
    step = finish(run, bar, f"Without {sequence}", number, len(study.sequences))
    cache.end_run(study, sha256, what)
    return Probability(step.levels, rest.sha256, sha256)


def _given(result: Probability) -> Probability:
    return result


def _name(reading: Reading, sequence: Sequence) -> tuple[str, ...]:
    return ("without", sequence, reading.card.sha256)


def finish(run: Run, bar: DeltaGenerator, said: str, number: int = 0, of: int = 1) -> Progress:
    """Compute a run to its end, and tell how far it is; it is the one with this number, from 0, of so many."""
    with run:
        while not run.finished:
            moved = run.advance(PATIENCE)
            step = run.latest
            share = 0.0 if step is None else step.done / max(1, step.total)
            bar.progress((number + share) / of, f"{said}: {100 * share:.0f} %" if moved else waiting_text(run.job))
    if run.latest is None:
        raise RuntimeError("A run that has finished has a last step.")
    return run.latest
