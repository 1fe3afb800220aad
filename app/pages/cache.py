"""What outlives a rerun, shared by all sessions and bounded. The only file that uses Streamlit's caches.

Keys are digests of content, so a session is only ever given what it brought itself, or what is byte for byte the same.
"""

import gc
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from app.imaging import Role, ScanFile, read_files, read_study
from app.model.checkpoint import CARD, FOLDER, Card, load_card
from app.pages.samples import Sample
from app.study import Probability, Study
from app.viewer import pack_levels, pack_scan
from app.viewer.mesh import Mesh, head_mesh

if TYPE_CHECKING:
    from app.model.segmenter import Segmenter

Roles = Mapping[tuple[str, int], Role | None]

STUDIES, RESULTS, BLOBS, NETWORKS, CARDS, HEADS = 3, 16, 6, 3, 32, 4
"""How many of each are kept; a four-sequence BraTS study takes 143 MB, its levels 9 MB and its classes 9 MB."""
READING = "Reading the scan…"


def segmenter(folder: Path = FOLDER) -> "Segmenter":
    """The network of a checkpoint, loaded once a process. The first call imports TensorFlow, which takes seconds.

    Raises CheckpointError.
    """
    return _segmenter(card(folder).sha256, folder)


@st.cache_resource(show_spinner=False, max_entries=NETWORKS)
def _segmenter(sha256: str, _folder: Path) -> "Segmenter":
    from app.model.segmenter import Segmenter

    segmenter = Segmenter(_folder)
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


def uploaded_study(files: list[ScanFile], roles: Roles) -> Study:
    """Files that a person brought, as a study; raises InputError."""
    digest = hashlib.sha256(repr(sorted(roles.items(), key=repr)).encode())
    for file in files:
        digest.update(f"{file.name}:{len(file.data)}:".encode())
        digest.update(file.data)
    return _study(digest.hexdigest(), files, roles)


@st.cache_resource(show_spinner=READING, max_entries=STUDIES)
def sample_study(sample: Sample) -> Study:
    """A sample that comes with the app."""
    return read_study(read_files(sample.paths))


@st.cache_resource(show_spinner=READING, max_entries=STUDIES)
def _study(digest: str, _files: list[ScanFile], _roles: Roles) -> Study:
    return read_study(_files, _roles)


def scan_blob(study: Study) -> bytes:
    """The scan as the browser wants it."""
    return _scan_blob(study.sha256, study)


@st.cache_data(show_spinner=False, max_entries=BLOBS)
def _scan_blob(study_sha256: str, _study: Study) -> bytes:
    return pack_scan(_study)


def levels_blob(study: Study, result: Probability) -> bytes:
    """A finished overlay as the browser wants it."""
    reference = None if study.reference is None else hashlib.sha256(study.reference.data).hexdigest()
    return _levels_blob((study.sha256, reference, result.checkpoint_sha256), study, result)


@st.cache_data(show_spinner=False, max_entries=BLOBS)
def _levels_blob(key: tuple[str | None, ...], _study: Study, _result: Probability) -> bytes:
    return pack_levels(_result.levels, _study, _result.checkpoint_sha256, complete=True, classes=_result.classes)


def head(study: Study) -> Mesh:
    """The surface of a study's head, for drawing in 3-D."""
    return _head(study.sha256, study)


@st.cache_resource(show_spinner=False, max_entries=HEADS)
def _head(study_sha256: str, _study: Study) -> Mesh:
    return head_mesh(_study)


@st.cache_resource(show_spinner=False)
def results() -> "Results":
    """The results of this process."""
    return Results(RESULTS)


class Results:
    """Probabilities by scan sha256 and checkpoint sha256, never by threshold; the least recently used goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[str, str], Probability] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, study_sha256: str, checkpoint_sha256: str) -> Probability | None:
        """The result, or None when it was never made or has gone."""
        with self._lock:
            key = (study_sha256, checkpoint_sha256)
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, result: Probability) -> None:
        """Keep a finished result."""
        with self._lock:
            self._kept[result.study_sha256, result.checkpoint_sha256] = result
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
