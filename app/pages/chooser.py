"""Which study is open: a sample, a saved one, or files that somebody dropped, with the roles of their parts."""

import html

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.uploaded_file_manager import UploadedFile

from app.pages import cache, kept
from app.pages.guard import show_error
from app.pages.parts import draw_parts, roles_of, summary
from app.pages.samples import load_samples
from app.study import Study

MINE = "mine"
FORMATS = (
    "DICOM, also as a zip, NIfTI (.nii, .nii.gz), NRRD, MetaImage (.mha), MGH (.mgz), PNG, JPG or TIFF. "
    "All files of one head together; a mask is optional."
)


def choose_study(side: str = "", first: int = 0) -> Study | None:
    """Draw the choice and read what is chosen.

    Raises InputError for files that cannot be used, RecordsError for a saved study that cannot be opened.

    Args:
        side: begins the keys of the widgets, so that a page can have several choices; "" is the one that offers saved
            studies.
        first: the sample that is open at first, counted from 0.

    Returns:
        None when somebody has to say first what the files are, which the page then asks.
    """
    samples = {sample.id: sample for sample in load_samples()}
    titles = {key: sample.label for key, sample in samples.items()}
    bar = st.container(key=f"{side}bar", horizontal=True, vertical_alignment="center")
    below = st.container(key=f"{side}below")
    selector = bar.container(key=f"{side}selector")
    with bar, st.popover("Open a scan", icon=":material/upload_file:"):
        uploads = _uploads(side)
    if uploads:
        titles[MINE] = f"Your scan: {uploads[0].name}" + (f" and {len(uploads) - 1} more" if uploads[1:] else "")
    elif st.session_state.get(f"{side}study") == MINE:
        st.session_state[f"{side}study"] = next(iter(samples))
    saved = None if side else kept.choice(chosen=st.session_state.get("study") == kept.SAVED)
    if saved is not None:
        titles[kept.SAVED] = saved.title
    with selector:
        chosen = st.selectbox(
            f"Study {side}".strip(" -"),
            list(titles),
            first,
            format_func=titles.__getitem__,
            key=f"{side}study",
            label_visibility="collapsed",
        )
    if saved is not None and chosen == kept.SAVED:
        found = saved.opened()
        _show_notes(kept.notes(found), below)
        return found.study
    if chosen != MINE:
        return cache.sample_study(samples[chosen], side)
    study = _open(uploads, bar, below, side)
    if study is not None:
        _show_notes(study.notes, below)
    return study


def _uploads(side: str) -> list[UploadedFile]:
    """Two places to drop files, one of which takes whole folders."""
    files = st.file_uploader(
        "Drop the files of one study",
        accept_multiple_files=True,
        key=f"{side}files",
        on_change=_open_mine,
        args=(side,),
    )
    folder = st.file_uploader(
        "or its folder", accept_multiple_files="directory", key=f"{side}folder", on_change=_open_mine, args=(side,)
    )
    st.caption(FORMATS)
    return [*files, *folder]


def _open_mine(side: str) -> None:
    if st.session_state[f"{side}files"] or st.session_state[f"{side}folder"]:
        st.session_state[f"{side}study"] = MINE


def _open(uploads: list[UploadedFile], bar: DeltaGenerator, below: DeltaGenerator, side: str) -> Study | None:
    """The study that the files make, with the roles that somebody gave their parts."""
    parts = cache.parts(uploads, side)
    roles = roles_of(parts, side)
    opened = cache.opened(uploads, roles, side)
    if opened.problem is not None:
        with below:
            show_error(opened.problem)
            draw_parts(parts, side)
        return None
    with bar, st.popover(summary(parts, roles), icon=":material/checklist:", key=f"{side}sequences"):
        draw_parts(parts, side)
    return opened.study


def _show_notes(notes: tuple[str, ...], below: DeltaGenerator) -> None:
    """What has to be told, such as how the files were read: the first in sight, the others on a click."""
    if not notes:
        return
    first, *others = (html.escape(note) for note in notes)
    more = f"<span>{len(others)} more</span>" if others else ""
    lines = "".join(f"<li>{note}</li>" for note in others)
    below.html(f'<details class="notes" role="note"><summary>{first} {more}</summary><ul>{lines}</ul></details>')
