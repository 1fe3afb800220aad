"""Which study is open: a sample, or files that somebody dropped, with the roles of their parts to correct."""

import streamlit as st

from app.imaging import REFERENCE, Part, Role, ScanFile, inspect
from app.pages.cache import Roles, sample_study, uploaded_study
from app.pages.samples import load_samples
from app.study import Sequence, Study

MINE = "mine"
LEFT_OUT = "leave out"
FORMATS = "NIfTI (.nii, .nii.gz), PNG, JPG or TIFF. Several files of one head make one study; a mask is optional."


def choose_study(side: str = "", first: int = 0) -> Study:
    """Draw the choice and read what is chosen; raises InputError for files that cannot be used.

    Args:
        side: begins the keys of the widgets, so that a page can have several choices.
        first: the sample that is open at first, counted from 0.
    """
    samples = {sample.id: sample for sample in load_samples()}
    titles = {key: sample.label for key, sample in samples.items()}
    bar = st.container(key=f"{side}bar", horizontal=True, vertical_alignment="center")
    selector = bar.container(key=f"{side}selector")
    with bar, st.popover("Open a scan", icon=":material/upload_file:"):
        uploads = st.file_uploader(
            "Drop the files of one study",
            accept_multiple_files=True,
            key=f"{side}files",
            on_change=_open_mine,
            args=(side,),
            help=FORMATS,
        )
        st.caption(FORMATS)
        roles_place = st.container()
    if uploads:
        titles[MINE] = f"Your scan: {uploads[0].name}" + (f" and {len(uploads) - 1} more" if uploads[1:] else "")
    elif st.session_state.get(f"{side}study") == MINE:
        st.session_state[f"{side}study"] = next(iter(samples))
    with selector:
        chosen = st.selectbox(
            f"Study {side}".strip(" -"),
            list(titles),
            first,
            format_func=titles.__getitem__,
            key=f"{side}study",
            label_visibility="collapsed",
        )
    if chosen != MINE:
        return sample_study(samples[chosen])
    files = [ScanFile(upload.name, upload.getvalue()) for upload in uploads]
    parts = inspect(files)
    with roles_place:
        roles = _choose_roles(parts, side)
    for part in parts:
        if part.role is None and roles[part.file, part.index] is None:
            st.warning(f"{part.label} is left out: say under “Open a scan” which sequence it is.")
    return uploaded_study(files, roles)


def _open_mine(side: str) -> None:
    if st.session_state[f"{side}files"]:
        st.session_state[f"{side}study"] = MINE


def _choose_roles(parts: tuple[Part, ...], side: str) -> Roles:
    """One box for each part, set to what it was recognised as."""
    options: list[Role | None] = [*Sequence, REFERENCE, None]
    return {
        (part.file, part.index): st.selectbox(
            part.label,
            options,
            index=options.index(part.role),
            format_func=lambda role: LEFT_OUT if role is None else "reference mask" if role == REFERENCE else str(role),
            key=f"{side}role-{part.file}-{part.index}",
        )
        for part in parts
    }
