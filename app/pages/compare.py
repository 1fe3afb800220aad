"""The page "Compare": two studies, or two checkpoints on one study, side by side and linked."""

from collections.abc import Iterable

import streamlit as st

from app.decision.validation import validation_for
from app.pages import cache
from app.pages.chooser import choose_study
from app.pages.comparison import Side, checkpoint_folders, difference, heading, row
from app.pages.guard import shown_errors
from app.pages.room import open_room
from app.pages.segmentation import segment, slice_on_screen
from app.viewer import levels_loader, scan_loader, viewer

NAMES = ("left", "right")


def render() -> None:
    """Draw the page; whatever goes wrong on a side is shown there, and the other goes on."""
    cache.keep_only(*(f"{name}-" for name in NAMES))
    above, progress = open_room("segment.css", "compare.css")
    sides: dict[str, Side] = {}
    for name, column in zip(NAMES, st.columns(2), strict=True):
        with column, shown_errors():
            if (side := choose_side(name)) is not None:
                sides[name] = side
    with above, shown_errors():
        send(sides.values())
    with shown_errors():
        reading_rooms(sides, {name: st.session_state[f"{name}-study"] for name in sides})
    with progress:
        news = [segment_if_needed(side) for side in sides.values()]
    if any(news):
        st.rerun()


def choose_side(name: str) -> Side | None:
    """Two samples at first, or where there are two checkpoints, both of them on one sample; None while none is open.

    Raises AppError.
    """
    second = name == NAMES[1]
    folders = checkpoint_folders()
    study = choose_study(f"{name}-", int(second and len(folders) == 1))
    folder = next(iter(folders))
    if len(folders) > 1:
        folder = st.selectbox(
            f"Checkpoint {name}",
            list(folders),
            int(second),
            format_func=folders.__getitem__,
            key=f"{name}-checkpoint",
            label_visibility="collapsed",
        )
    if study is None:
        return None
    card = cache.card(folder)
    return Side(name, study, folder, card, cache.result(study, card.sha256))


def send(sides: Iterable[Side]) -> None:
    """Scans and results to the browser, each once."""
    sent = set()
    for side in sides:
        if side.study.sha256 not in sent:
            scan_loader(cache.scan_blob(side.study), key=f"scan-{side.name}")
        if side.result is not None and (side.study.sha256, side.card.sha256) not in sent:
            levels_loader(cache.levels_blob(side.study, side.result), key=f"levels-{side.name}")
        sent |= {side.study.sha256, (side.study.sha256, side.card.sha256)}


@st.fragment
@shown_errors()
def reading_rooms(sides: dict[str, Side], chosen: dict[str, str]) -> None:
    """The two viewers and what is measured under them; run again alone when the hand has moved something."""
    if any(st.session_state[f"{name}-study"] != study for name, study in chosen.items()):
        st.rerun()  # a choice came in one message with a view, for which the fragment runs alone
    thresholds = {}
    with st.container(key="rooms"):
        for name, column in zip(NAMES, st.columns(2), strict=True):
            if name in sides:
                with column:
                    thresholds[name] = reading_room(sides[name])
    st.dataframe([row(side, thresholds[name]) for name, side in sides.items()], hide_index=True, key="table")
    if len(sides) == len(NAMES):
        left, right = (sides[name] for name in NAMES)
        if sentence := difference(left, right, (thresholds["left"], thresholds["right"])):
            st.markdown(sentence)


def reading_room(side: Side) -> float:
    """One viewer under its heading; returns its threshold."""
    st.markdown(heading(side))
    view = viewer(
        side.study,
        checkpoint_sha256=side.card.sha256,
        threshold=side.card.threshold,
        first_slice=side.first_slice,
        validation=validation_for(side.card, side.study),
        key=f"viewer-{side.name}",
        compact=True,
        group="compare",
    )
    return side.card.threshold if view is None else view["threshold"]


def segment_if_needed(side: Side) -> bool:
    """Make the result that is missing, if the other side has not just made it; returns whether there is news."""
    if side.result is not None:
        return False
    with shown_errors():
        if cache.result(side.study, side.card.sha256) is None:
            first = slice_on_screen(side.study, side.card.threshold, f"viewer-{side.name}")
            segment(side.study, side.folder, first_slice=first)
        return True
    return False


render()
