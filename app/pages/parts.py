"""What the parts of somebody's files are, to be corrected: one line a series, file, plane or 4-D scan."""

import base64
import html
from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import groupby

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from app.imaging import REFERENCE, Part, Role
from app.pages.as_text import as_text
from app.pages.belongings import Roles
from app.study import Sequence as Mri

LEFT_OUT = "leave out"
MOST_LINES = 4
"""A file with more parts than this is one with frames, of which one is chosen in a single line."""
_OPTIONS: list[Role | None] = [*Mri, REFERENCE, None]


def roles_of(parts: Sequence[Part], side: str = "") -> Roles:
    """What the parts are: as somebody said in the boxes of `draw_parts`, or else as they were recognised."""
    roles: dict[tuple[str, int], Role | None] = {}
    for group in _lines(parts):
        first = _recognised(group)
        role = st.session_state.get(_key(side, "role", first), first.role)
        frame = st.session_state.get(_key(side, "frame", first), first.index + 1)
        roles |= {
            (part.file, part.index): role if part.index == frame - 1 or len(group) == 1 else None for part in group
        }
    return roles


def draw_parts(parts: Sequence[Part], side: str = "") -> None:
    """A line for each part, or for each file with frames, with a box for what it is."""
    with st.container(key=f"{side}parts"):
        seen = any(part.thumbnail is not None for part in parts)
        for group in _lines(parts):
            _line(group, side, pictured=seen)


def summary(parts: Sequence[Part], roles: Roles) -> str:
    """ "4 of 15 used": how many of the lines have a role."""
    groups = list(_lines(parts))
    used = sum(any(roles[part.file, part.index] is not None for part in group) for group in groups)
    return f"{used} of {len(groups)} used"


def _lines(parts: Sequence[Part]) -> Iterator[list[Part]]:
    for _, group in groupby(parts, lambda part: part.file):
        together = list(group)
        yield from [together] if len(together) > MOST_LINES else ([part] for part in together)


def _recognised(group: list[Part]) -> Part:
    """The part of a line that has a role, or else the first."""
    return next((part for part in group if part.role is not None), group[0])


def _line(group: list[Part], side: str, *, pictured: bool) -> None:
    first = _recognised(group)
    *picture, text, frame, role = st.columns([1, 5, 2, 3] if pictured else [6, 2, 3], vertical_alignment="center")
    if first.thumbnail is not None:
        picture[0].html(f'<img class="thumbnail" alt="" src="{_data_url(first.thumbnail)}">')
    text.html(f'<div class="part">{html.escape(first.label)}<br><small>{html.escape(first.details)}</small></div>')
    if len(group) > 1:
        frame.number_input(f"Frame, 1 to {len(group)}", 1, len(group), first.index + 1, key=_key(side, "frame", first))
    role.selectbox(
        f"What is {as_text(first.label)}?",
        _OPTIONS,
        index=_OPTIONS.index(first.role),
        format_func=lambda role: LEFT_OUT if role is None else "reference mask" if role == REFERENCE else str(role),
        key=_key(side, "role", first),
        placeholder=LEFT_OUT,
        label_visibility="collapsed",
    )


def _key(side: str, what: str, part: Part) -> str:
    return f"{side}{what}-{part.file}-{part.index}"


def _data_url(pixels: NDArray[np.uint8]) -> str:
    """The thumbnail in the page itself: an address of its own would answer to everybody."""
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"
