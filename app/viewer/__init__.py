"""The viewer: a browser component that scrolls slices and moves the threshold without asking the server.

The engine carries the program, once a page; loaders carry the large blobs of `payload`, the viewer a few numbers.
Mount engine and loaders outside the page's fragment and the viewer inside it: a change of threshold then sends neither
program nor blob again. Mount the loaders in one container that is always there, so that the viewer keeps its place when
another blob comes: at another place Streamlit mounts it anew, and a choice on its way to Python is lost.
"""

from collections.abc import Callable
from collections.abc import Sequence as ListOf
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app import NOTICE
from app.decision.validation import Validation
from app.evaluation.choose import PRECISION_FLOOR, RECALL_TARGET
from app.study import Sequence, Study
from app.viewer.extras import (
    Go,
    Interval,
    Mark,
    OverlayMap,
    go_data,
    guarantee_data,
    interval_data,
    map_data,
    marks_data,
)
from app.viewer.modules import join_modules
from app.viewer.payload import pack_levels, pack_map, pack_scan

__all__ = [
    "Go",
    "Interval",
    "Mark",
    "OverlayMap",
    "View",
    "chosen_view",
    "engine",
    "levels_loader",
    "map_loader",
    "pack_levels",
    "pack_map",
    "pack_scan",
    "scan_loader",
    "viewer",
]

_HERE = Path(__file__).parent
_JS = join_modules(_HERE / "js", "viewer.js")
_SHIM = (_HERE / "shim.js").read_text("utf-8")
_PARTS = {file.stem: file.read_text("utf-8") for file in (_HERE / "html").glob("*.html")}

_engine = st.components.v2.component("gliolens.engine", js=_JS)
_loader = st.components.v2.component("gliolens.loader", js=_SHIM)
_viewer = st.components.v2.component(
    "gliolens.viewer",
    html=_PARTS["viewer"].format_map(_PARTS | {"picture": _PARTS["picture"].format_map(_PARTS)}),
    css="".join((_HERE / "css" / name).read_text("utf-8") for name in ("picture.css", "decision.css")),
    js=_SHIM,
)


class View(TypedDict):
    """What the hand chose, told once it rests."""

    study: str
    """sha256 of the study that it was chosen in."""
    slice: int
    """Counted from 0, the lowest."""
    threshold: float
    sequence: str


def engine() -> None:
    """Send the viewer's program to the browser; every page with a viewer needs it once. Takes no room on the page."""
    _engine(key="engine", height=1)


def scan_loader(blob: bytes, *, key: str = "scan") -> None:
    """Send a scan, as `pack_scan` made it, to the browser. Takes no room on the page."""
    _loader(data=blob, key=key, height=1)


def levels_loader(blob: bytes, *, key: str = "levels") -> None:
    """Send levels, as `pack_levels` made them, to the browser. Takes no room on the page."""
    _loader(data=blob, key=key, height=1)


def map_loader(blob: bytes, *, key: str = "map") -> None:
    """Send a map, as `pack_map` made it, to the browser. Takes no room on the page."""
    _loader(data=blob, key=key, height=1)


def viewer(
    study: Study,
    *,
    checkpoint_sha256: str,
    threshold: float,
    first_slice: int,
    validation: Validation | None = None,
    resume: View | None = None,
    link: str | None = None,
    compact: bool = False,
    group: str | None = None,
    go: Go | None = None,
    marks: ListOf[Mark] | None = None,
    marks_threshold: float | None = None,
    overlay_map: OverlayMap | None = None,
    guarantee: float | None = None,
    guarantee_label: str = "",
    interval: Interval | None = None,
    key: str = "viewer",
    on_view_change: Callable[[], None] = lambda: None,
) -> View | None:
    """Show a study, with the levels of one checkpoint on it, as soon as the loaders have brought them.

    Args:
        study: what to draw and to name.
        checkpoint_sha256: whose levels to draw; those of another checkpoint or study are never shown.
        threshold: the default, where the slider starts; a multiple of 0.005.
        first_slice: where to start, counted from 0. Followed when it changes, until the hand has chosen a slice.
        validation: shown in place of exact scores when the study has no reference.
        resume: what the hand had chosen when the study was last open, in case the widget's state has gone.
        link: the study's name in the page's address, which then follows the view; a page has at most one such viewer.
        compact: one plane, with the read-outs under it.
        group: viewers of one group follow each other: slice, threshold, sequence, window, zoom and look.
        go: where to go now; followed once for each of its ids.
        marks: diameters, drawn on their slices at the one threshold at which they were measured.
        marks_threshold: that threshold.
        overlay_map: what to show over the picture once `map_loader` has brought it; never on another study.
        guarantee: a threshold with a promise, as a second mark on the slider.
        guarantee_label: the promise in words, for that mark's tooltip.
        interval: of the size, shown at its own threshold alone.
        key: of the widget; its state is `{"view": View}`. A study that is opened again is shown as that state has it.
            Under another key nothing is known of what the hand chose in the same study before.
        on_view_change: called when the hand has come to rest, before the fragment runs again.

    Returns:
        What the hand chose in this study; None before it did.

    Raises:
        ValueError: there are marks without their threshold.
    """
    view = chosen_view(study, resume, key)
    data = _facts(study) | {
        "checkpoint": checkpoint_sha256,
        "threshold": threshold,
        "first_slice": first_slice,
        "view": view,
        "link": link,
        "place": key,
        "compact": compact,
        "group": group,
        "targets": {"recall": RECALL_TARGET, "precision": PRECISION_FLOOR},
        "validation": validation and _scores(validation),
        "go": go_data(go),
        "marks": marks_data(marks, marks_threshold),
        "map": map_data(overlay_map),
        "guarantee": guarantee_data(guarantee, guarantee_label),
        "interval": interval_data(interval),
    }
    _viewer(data=data, key=key, on_view_change=on_view_change)
    return view


def chosen_view(study: Study, resume: View | None = None, key: str = "viewer") -> View | None:
    """What `viewer` returns, to be asked before it is drawn."""
    told: View | None = st.session_state.get(key, {}).get("view")
    return told if told is not None and told["study"] == study.sha256 else resume


def _facts(study: Study) -> dict[str, Any]:
    slices, rows, columns = study.shape
    return {
        "study": study.sha256,
        "name": study.name,
        "notice": NOTICE,
        "slices": slices,
        "rows": rows,
        "columns": columns,
        "sequences": study.sequences,
        "all_sequences": list(Sequence),
        "has_spacing": study.spacing is not None,
        "has_reference": study.reference is not None,
    }


def _scores(validation: Validation) -> dict[str, str | list[float | None]]:
    curve = validation.curve
    return {
        "label": validation.label,
        "recall": _nulls(curve.recall),
        "precision": _nulls(curve.precision),
        "dice": _nulls(curve.dice),
    }


def _nulls(scores: NDArray[np.float64]) -> list[float | None]:
    return [None if np.isnan(score) else float(score) for score in scores]
