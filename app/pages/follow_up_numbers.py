"""The numbers under two results of a patient, and the way from a lesion in the table to its place."""

from functools import partial
from typing import Any
from uuid import uuid4

import streamlit as st

from app.decision.follow_up import FollowUp
from app.decision.follow_up_place import Voxel, places_of
from app.decision.follow_up_text import (
    LESIONS,
    NUMBERS,
    RULE,
    category_text,
    lesions_of,
    numbers_of,
)
from app.decision.repeatability import repeatability_text
from app.exports.file_name import safe_name
from app.exports.follow_up_table import follow_up_csv
from app.imaging.grid import grid_of
from app.imaging.rigid import Rigid
from app.pages.audited import noted
from app.pages.downloads import until_fetched
from app.pages.follow_up_pair import Pair
from app.records.who import Act
from app.viewer import Go

GO = "follow-up-go"
"""Where in the session's state is where both viewers were sent last."""


def draw_numbers(pair: Pair, found: FollowUp, rigid: Rigid, *, as_registered: bool) -> None:
    """Values and changes, what the figures say of them, and the lesions; inside a fragment with the viewers."""
    left, right = st.columns([2, 3])
    with left:
        st.markdown("#### What changed")
        st.dataframe(_columns(NUMBERS, numbers_of(found)), hide_index=True, key="follow-up-numbers")
        st.markdown(f"**{category_text(found)}**")
        st.caption(repeatability_text(pair.baseline.result.checkpoint_sha256))
        st.caption(RULE)
    with right:
        st.markdown("#### Lesions")
        if found.matches:
            st.dataframe(
                _columns(LESIONS, lesions_of(found)),
                hide_index=True,
                key=_table(pair, found),
                on_select=partial(_send, pair, found, rigid, as_registered),
                selection_mode="single-row",
            )
            st.caption("Choose a row to go there. Numbers and diameters are those of each scan as it was taken.")
        else:
            st.markdown(f"No lesion at threshold {found.threshold:.3f} on either scan.")
        _download(pair, found, rigid)


def sent(pair: Pair, side: int, *, as_registered: bool) -> Go | None:
    """Where the viewer of the baseline (0) or of the later scan (1) was sent last, while the two were shown like this.

    None where it was not.
    """
    shown, goes = st.session_state.get(GO, ((), ()))
    return goes[side] if shown == _shown(pair, as_registered) else None


def _shown(pair: Pair, as_registered: bool) -> tuple[str, str, bool]:
    return pair.baseline.study.sha256, pair.later.study.sha256, as_registered


def _send(pair: Pair, found: FollowUp, rigid: Rigid, as_registered: bool) -> None:
    state: dict[str, Any] = st.session_state.get(_table(pair, found), {})
    rows = state.get("selection", {}).get("rows", [])
    grids = [grid_of(side.study.source) for side in pair.sides]
    if not rows or grids[0] is None or grids[1] is None:
        return
    before, after = places_of(found, found.matches[rows[0]], (grids[0], grids[1]), rigid)
    first, second = (side.study.shape for side in pair.sides)
    there = _go(before, first) if as_registered else _go(after, second)
    st.session_state[GO] = _shown(pair, as_registered), (_go(before, first), there)


def _go(place: Voxel, shape: tuple[int, int, int]) -> Go:
    z, y, x = place
    return Go(uuid4().hex, slice=min(max(round(z), 0), shape[0] - 1), point=(y, x))


def _download(pair: Pair, found: FollowUp, rigid: Rigid) -> None:
    name = f"{safe_name(pair.baseline.title)}_to_{safe_name(pair.later.title)}_change.csv"
    subject, kind = f"scan {pair.later.study.sha256[:12]}", "follow-up-csv"
    made = until_fetched(
        partial(follow_up_csv, *pair.sides, found, rigid), name, before=partial(noted, Act.EXPORT, subject, kind=kind)
    )
    st.download_button(
        "Change table, CSV", made, name, "text/csv", on_click="ignore", icon=":material/download:", key="follow-up-csv"
    )


def _table(pair: Pair, found: FollowUp) -> str:
    """Its key: what was chosen is forgotten with the lesions that it was chosen from."""
    of = (side.study.sha256[:12] for side in pair.sides)
    return "-".join(("follow-up-lesions", *of, pair.later.result.checkpoint_sha256[:12], f"{found.threshold:.3f}"))


def _columns(names: tuple[str, ...], rows: list[tuple[str, ...]]) -> dict[str, list[str]]:
    return {name: list(cells) for name, *cells in zip(names, *rows, strict=True)}
