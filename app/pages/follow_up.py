"""Two results of a patient side by side: the later scan laid over the baseline, and what changed, in numbers."""

import streamlit as st

from app.decision.follow_up_text import ACCURACY, doubt_text, mismatch_text, quality_text, sequences_text
from app.decision.opening import opening_slice
from app.decision.validation import validation_for
from app.errors import StudyError
from app.imaging.rigid import Rigid
from app.pages import cache
from app.pages.as_text import as_text
from app.pages.follow_up_numbers import draw_numbers, sent
from app.pages.follow_up_pair import (
    PLACES,
    Pair,
    as_scanned,
    ask_again,
    brought,
    compared,
    differs,
    is_complete,
    levels_of,
    open_pair,
    registered,
    run_missing,
)
from app.pages.guard import show_error, shown_errors
from app.study import Probability, Study
from app.viewer import View, levels_loader, scan_loader, viewer
from app.viewer.solid import volume_text

REGISTERED, SCANNED = "As registered", "As scanned"
SHOWN = "follow-up-shown"
"""Key of the switch between the two."""
VIEWERS = ("follow-up-viewer-baseline", "follow-up-viewer-later")
Shown = tuple[Study, Probability]


def draw(baseline_id: str, later_id: str) -> None:
    """Draw the comparison of two saved results of a patient; whatever goes wrong is shown.

    Args:
        baseline_id, later_id: of segmentations, in either order: the days say which is the baseline.
    """
    with shown_errors():
        cache.keep_only(*PLACES)
        pair = open_pair(baseline_id, later_id)
        progress = st.container(key="follow-up-progress")
        if run_missing(pair, progress):
            st.rerun()
        if is_complete(pair):
            with st.container(key="follow-up"):
                _heading(pair)
                if _may_be_compared(pair, baseline_id, later_id):
                    _compare(pair)


def _heading(pair: Pair) -> None:
    baseline, later = (as_text(side.title) for side in pair.sides)
    st.markdown(f"### {baseline} → {later}")
    notes = []
    if pair.swapped:
        notes.append("The earlier scan is the baseline: the two were put in the order of their days.")
    if any(side.day is None for side in pair.sides):
        notes.append("The day of a scan is not known: the two stand in the order in which they were chosen.")
    if pair.again:
        notes.append("Both results are those of the network that is here now; what was saved is unchanged.")
    if not pair.again and differs(pair) is None and pair.baseline.threshold != pair.later.threshold:
        saved = f"{pair.baseline.threshold:.3f} and {pair.later.threshold:.3f}"
        notes.append(
            f"Saved at the thresholds {saved}; here both are shown and measured at one, that of the baseline at first. "
            "The slider moves both."
        )
    if (caveat := sequences_text(*pair.sides)) is not None:
        notes.append(caveat)
    if notes:
        st.caption(" ".join(notes))


def _may_be_compared(pair: Pair, baseline_id: str, later_id: str) -> bool:
    """Say why not, and offer to run both again, where the two were made in different ways."""
    found = differs(pair)
    if found is None:
        return True
    with st.container(border=True, key="follow-up-mismatch"):
        st.markdown(mismatch_text(found))
        st.markdown(
            "The network that is here now can make both again, which takes about a minute each. What was saved stays "
            "as it is."
        )
        if st.button("Run both again", icon=":material/refresh:", type="primary", key="follow-up-run"):
            ask_again(baseline_id, later_id)
            st.rerun()
    return False


def _compare(pair: Pair) -> None:
    rigid = registered(pair)
    if isinstance(rigid, StudyError):
        show_error(rigid)
    as_registered = _switch(rigid)
    baseline, later = (as_scanned(side) for side in pair.sides)
    if as_registered and isinstance(rigid, Rigid):
        later = brought(pair, rigid)
    with st.container(key="follow-up-loaders"):
        for side, shown in zip(("baseline", "later"), (baseline, later), strict=True):
            name = f"{side}-{as_registered}"  # both anew with the switch: the browser keeps two scans, the latest
            scan_loader(cache.scan_blob(shown[0]), key=f"follow-up-scan-{name}")
            levels_loader(levels_of(*shown), key=f"follow-up-levels-{name}")
    _room(pair, rigid, (baseline, later), as_registered)


def _switch(rigid: Rigid | StudyError) -> bool:
    """How the later scan is shown, with how the registration went; returns whether it is as registered."""
    if isinstance(rigid, StudyError):
        st.caption("Both scans are shown as they were scanned; without registration no lesion is matched.")
        return False
    with st.container(horizontal=True, vertical_alignment="center", key="follow-up-switch"):
        chosen = st.segmented_control(
            "The later scan", (REGISTERED, SCANNED), default=REGISTERED, required=True, key=SHOWN,
            label_visibility="collapsed",
        )  # fmt: skip
        st.caption(quality_text(rigid.quality), help=ACCURACY)
    if (doubt := doubt_text(rigid.quality)) is not None:
        st.warning(doubt, icon=":material/warning:")
    return chosen == REGISTERED


@st.fragment
@shown_errors()
def _room(pair: Pair, rigid: Rigid | StudyError, shown: tuple[Shown, Shown], as_registered: bool) -> None:
    """Both viewers and what is measured under them; run again alone when the hand has moved something."""
    with st.container(key="follow-up-rooms"):
        left, right = st.columns(2)
        with left:
            st.markdown(f"**Baseline** · {as_text(pair.baseline.title)}")
            view = _viewer(pair, 0, shown[0], None, as_registered)
        with right:
            st.markdown(_title_of_later(pair, as_registered))
            _viewer(pair, 1, shown[1], view if as_registered else _without_slice(view, shown[1]), as_registered)
    threshold = pair.baseline.threshold if view is None else view["threshold"]
    if isinstance(rigid, Rigid):
        draw_numbers(pair, compared(pair, rigid, threshold), rigid, as_registered=as_registered)
        return
    before, after = (volume_text(int(side.result.mask(threshold).sum()), side.study) for side in pair.sides)
    st.markdown(f"Marked at {threshold:.3f}: {before} at the baseline, {after} later.")


def _viewer(pair: Pair, number: int, shown: Shown, like: View | None, as_registered: bool) -> View | None:
    """One viewer under its title; what the hand chose in it.

    Args:
        pair: what is compared.
        number: 0 of the baseline, 1 of the later scan.
        shown: scan and result, on whatever grid.
        like: what the other viewer shows, where this one has nothing of its own yet.
        as_registered: whether both are on one grid.
    """
    (study, result), side = shown, pair.sides[number]
    first = opening_slice(pair.baseline.study, pair.baseline.result, pair.baseline.threshold)
    if study.shape != pair.baseline.study.shape:
        first = opening_slice(study, result, pair.baseline.threshold)
    sequence = study.sequences[0] if like is None or like["sequence"] not in study.images else like["sequence"]
    return viewer(
        study,
        checkpoint_sha256=result.checkpoint_sha256,
        threshold=pair.baseline.threshold,
        first_slice=first,
        validation=validation_for(side.card, side.study),
        resume=None
        if like is None
        else View(study=study.sha256, slice=like["slice"], threshold=like["threshold"], sequence=str(sequence)),
        go=sent(pair, number, as_registered=as_registered),
        key=VIEWERS[number],
        compact=True,
        group="follow-up",
    )


def _title_of_later(pair: Pair, as_registered: bool) -> str:
    where = " :gray[· on the slices of the baseline; exact sizes stand below]" if as_registered else ""
    return f"**Later** · {as_text(pair.later.title)}{where}"


def _without_slice(view: View | None, shown: Shown) -> View | None:
    """What one viewer shows, for another whose slices lie elsewhere: the slice with most tumour."""
    if view is None:
        return None
    slice = opening_slice(*shown, view["threshold"])
    return View(study=view["study"], slice=slice, threshold=view["threshold"], sequence=view["sequence"])
