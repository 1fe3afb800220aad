"""What outlives a rerun. The only file that uses Streamlit's caches, which belong to the whole process and are bounded.

Networks, cards and samples are everybody's. What a visitor brought is held by the visitor's session alone
(`belongings`), and what was made from a study goes with the study (`made`). Keys are digests of content, so a session
is only ever given what it brought itself, or what is byte for byte the same.
"""

import gc
import os
from collections.abc import Callable, Iterator
from collections.abc import Sequence as ListOf
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from app.decision.mesh import Mesh, head_mesh
from app.decision.uncertainty import Looks
from app.imaging import Opened, Part, read_files, read_study
from app.model.calibration_patients import PATIENTS, CalibrationPatients, load_patients
from app.model.checkpoint import CARD, FOLDER, Card, load_card
from app.model.engine_choice import make_engine
from app.model.inference import BATCH, Progress
from app.model.runs import Run, Runs
from app.model.turns import Turns, inferences_at_once
from app.model.uncertainty_record import RECORD, UncertaintyRecord, load_uncertainty
from app.pages.belongings import Belongings, Roles, Upload
from app.pages.departures import watch
from app.pages.made import keep_result, made_of, result_of
from app.pages.samples import Sample
from app.study import Probability, Study
from app.viewer import pack_levels, pack_scan

if TYPE_CHECKING:
    from app.model.segmenter import Segmenter

SAMPLES, NETWORKS, CARDS = 8, 3, 32
"""How many of each are kept; a sample with four sequences takes 143 MB."""
READING = "Reading the scan…"
BELONGINGS = "belongings"
"""Where in a session's state its belongings are."""


def segmenter(folder: Path = FOLDER) -> "Segmenter":
    """The network of a checkpoint, made ready once a process; where it runs, `GLIOLENS_ENGINE` says.

    The first call takes seconds. Raises CheckpointError, and InputError for a choice of engine that there is not.
    """
    return _segmenter(card(folder).sha256, folder)


@st.cache_resource(show_spinner=False, max_entries=NETWORKS)
def _segmenter(sha256: str, _folder: Path) -> "Segmenter":
    from app.model.segmenter import Segmenter

    segmenter = Segmenter(_folder, make_engine(_folder, card(_folder), os.environ))
    gc.collect()
    gc.freeze()  # Streamlit collects garbage after every run, and need not walk through all that TensorFlow brought
    return segmenter


def card(folder: Path = FOLDER) -> Card:
    """The card of a checkpoint, read again when its file has changed. Raises CheckpointError."""
    path = folder / CARD
    return _card(str(folder), path.stat().st_mtime_ns if path.exists() else 0)


@st.cache_resource(show_spinner=False, max_entries=CARDS)
def _card(folder: str, changed: int) -> Card:  # Streamlit leaves out of its keys what begins with _
    return load_card(Path(folder))


def patients(folder: Path = FOLDER) -> CalibrationPatients | None:
    """The calibration patients of a checkpoint, read again when their file has changed; None where there are none.

    Raises CheckpointError.
    """
    path, known = folder / PATIENTS, card(folder)
    return _patients(str(folder), path.stat().st_mtime_ns if path.exists() else 0, known.sha256, known)


@st.cache_resource(show_spinner=False, max_entries=CARDS)
def _patients(folder: str, changed: int, sha256: str, _card: Card) -> CalibrationPatients | None:
    return load_patients(Path(folder), _card)


def uncertainty(folder: Path = FOLDER) -> UncertaintyRecord | None:
    """What was measured of a checkpoint's looks, read again when the file has changed; None where nothing was.

    Raises CheckpointError.
    """
    path, known = folder / RECORD, card(folder)
    return _uncertainty(str(folder), path.stat().st_mtime_ns if path.exists() else 0, known.sha256, known)


@st.cache_resource(show_spinner=False, max_entries=CARDS)
def _uncertainty(folder: str, changed: int, sha256: str, _card: Card) -> UncertaintyRecord | None:
    return load_uncertainty(_card, Path(folder))


def sample_study(sample: Sample, place: str = "") -> Study:
    """Open a sample that comes with the app at a place; what was open there is let go."""
    study = _sample_study(sample)
    belongings().put_sample(place, study)
    return study


@st.cache_resource(show_spinner=READING, max_entries=SAMPLES)
def _sample_study(sample: Sample) -> Study:
    return read_study(read_files(sample.paths))


def parts(uploads: ListOf[Upload], place: str = "") -> tuple[Part, ...]:
    """What files that a person dropped hold, as it was recognised. They are read once, not at every rerun.

    Raises InputError when they cannot be opened at all.
    """
    with st.spinner(READING):
        return belongings().parts(uploads, place)


def opened(uploads: ListOf[Upload], roles: Roles | None = None, place: str = "") -> Opened:
    """Open files that a person dropped at a place; what was open there is let go.

    Args:
        uploads: as Streamlit's uploader gives them.
        roles: of parts that were not recognised rightly, by `(Part.file, Part.index)`.
        place: which choice of the page it is.

    Raises InputError when they cannot be opened at all, and ReaderError.
    """
    with st.spinner(READING):
        return belongings().open(uploads, roles, place)


def keep_only(*places: str) -> None:
    """Let go of what this session has open at other places, those of other pages."""
    belongings().keep_only(places)


def run(study: Study, checkpoint_sha256: str, start: Callable[[], Iterator[Progress]]) -> Run:
    """The segmentation of a study, held by this session while the study is open; begun with `start` if need be."""
    key = study.sha256, checkpoint_sha256
    held = belongings().runs
    held[key] = _runs().of(key, study.shape[0], start)
    return held[key]


def run_looks(study: Study, checkpoint_sha256: str, start: Callable[[], Iterator[Progress]]) -> Run:
    """Further looks at a study, held and begun as `run` does it."""
    return run(study, _looking(checkpoint_sha256), start)


def run_beside(study: Study, checkpoint_sha256: str, what: str, start: Callable[[], Iterator[Progress]]) -> Run:
    """Something else that a network computes of a study, which `what` tells apart; held and begun as `run` does it."""
    return run(study, f"{checkpoint_sha256} {what}", start)


def end_run(study: Study, checkpoint_sha256: str, what: str) -> None:
    """Let go of what `run_beside` began, with all that it needed."""
    belongings().runs.pop((study.sha256, f"{checkpoint_sha256} {what}"), None)


def seconds_a_slice() -> float | None:
    """How long the network took for a slice lately, on this server; None before the first."""
    return _turns().seconds_a_slice


def _looking(checkpoint_sha256: str) -> str:
    """What a run of looks is called beside the segmentation by the same checkpoint."""
    return f"{checkpoint_sha256} looks"


@cache
def _runs() -> Runs:
    return Runs(_turns())


@cache
def _turns() -> Turns:
    return Turns(inferences_at_once(), BATCH)


def belongings() -> Belongings:
    """What this session has open."""
    watch()
    held: Belongings = st.session_state.setdefault(BELONGINGS, Belongings())
    return held


def scan_blob(study: Study) -> bytes:
    """The scan as the browser wants it."""
    return made_of(study).once(("scan",), lambda: pack_scan(study))


def levels_blob(study: Study, result: Probability) -> bytes:
    """A finished overlay as the browser wants it."""
    sha256 = result.checkpoint_sha256
    return made_of(study).once(
        ("levels", sha256), lambda: pack_levels(result.levels, study, sha256, complete=True, classes=result.classes)
    )


def head(study: Study) -> Mesh:
    """The surface of a study's head, for drawing in 3-D."""
    return made_of(study).once(("head",), lambda: head_mesh(study))


def result(study: Study, checkpoint_sha256: str) -> Probability | None:
    """What a checkpoint made of a study, or None when it was never made or has gone."""
    return result_of(study, checkpoint_sha256)


def keep(study: Study, result: Probability) -> Probability:
    """Keep a finished result for as long as somebody holds its study; returns it, or its equal that is kept already."""
    belongings().runs.pop((study.sha256, result.checkpoint_sha256), None)
    return keep_result(study, result)


def looks(study: Study, checkpoint_sha256: str) -> Looks | None:
    """What further looks at a study gave, or None when nobody asked for them or they have gone."""
    known = made_of(study).known(("looks", checkpoint_sha256))
    return known if isinstance(known, Looks) else None


def keep_looks(study: Study, looks: Looks) -> Looks:
    """Keep finished looks with their study; returns them, or those that are kept already."""
    belongings().runs.pop((study.sha256, _looking(looks.checkpoint_sha256)), None)
    return made_of(study).once(("looks", looks.checkpoint_sha256), lambda: looks)
