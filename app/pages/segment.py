"""The page "Segment": choose a study, see where the tumour probably is, move the threshold."""

import streamlit as st

from app.decision.opening import opening_slice
from app.decision.validation import validation_for
from app.exports import export_mask, export_probability, file_name
from app.imaging import confined
from app.model.checkpoint import Card
from app.pages import cache
from app.pages.chooser import MINE, choose_study
from app.pages.downloads import MIME, until_fetched
from app.pages.guard import shown_errors
from app.pages.room import open_room
from app.pages.samples import load_samples
from app.pages.segmentation import segment, slice_on_screen
from app.pages.solid import show_solid
from app.study import Probability, Study
from app.viewer import View, levels_loader, scan_loader, viewer

# In the session's state, kept while other pages are open: the sample, and what the hand chose last in each study.
OPENED, VIEWS = "opened-sample", "views"


def render() -> None:
    """Draw the page; whatever goes wrong is shown on it."""
    above, progress = open_room("segment.css")
    with shown_errors():
        _reopen()
        cache.keep_only("")
        study = choose_study()
        if study is None:
            return
        card = cache.card()
        result = cache.result(study, card.sha256)
        with above:  # not where the viewer is: it would move down and be mounted anew when the levels come
            scan_loader(cache.scan_blob(study))
            if result is not None:
                levels_loader(cache.levels_blob(study, result))
        reading_room(study, card, result, opening_slice(study, result, card.threshold), st.session_state["study"])
        if result is None:
            with progress:
                segment(study, first_slice=slice_on_screen(study, card.threshold))
            st.rerun()
        confined.prepare()  # now that nobody waits for a picture


@st.fragment
@shown_errors()
def reading_room(study: Study, card: Card, result: Probability | None, first_slice: int, chosen: str) -> None:
    """The viewer, and what can be done with what it shows; run again alone when the hand has moved something."""
    if st.session_state["study"] != chosen:  # it came in one message with the view, for which the fragment runs alone
        st.rerun()
    actions = st.container(key="actions", horizontal=True, horizontal_alignment="right")
    with st.container(key="reading"):
        views: dict[str, View] = st.session_state.setdefault(VIEWS, {})
        view = viewer(
            study,
            checkpoint_sha256=card.sha256,
            threshold=card.threshold,
            first_slice=first_slice,
            validation=validation_for(card, study),
            resume=views.get(study.sha256),
            link=_link(study),
        )
        if view is not None:
            views[study.sha256] = view
    threshold = card.threshold if view is None else view["threshold"]
    with actions:
        _actions(study, result, threshold)


def _actions(study: Study, result: Probability | None, threshold: float) -> None:
    """3-D and downloads, at the threshold on screen; they wait for the last slice."""
    if st.button("3-D", icon=":material/deployed_code:", key="solid", disabled=result is None) and result is not None:
        show_solid(study, result, threshold)
    with st.popover("Export", icon=":material/download:", disabled=result is None):
        if result is None:
            return
        for content, data in (
            ("mask", lambda: export_mask(result, study, threshold)[1]),
            ("probability", lambda: export_probability(result, study)[1]),
        ):
            name = file_name(study, content)
            st.download_button(
                content.capitalize(),
                until_fetched(data, name),  # made when it is asked for
                name,
                MIME,
                on_click="ignore",
                width="stretch",
                key=f"export-{content}",
            )


def _reopen() -> None:
    """Open the sample that was open before another page was, or else the one that the page's address names."""
    sample = st.session_state.get(OPENED, st.query_params.get("study"))
    if "study" not in st.session_state and sample in [known.id for known in load_samples()]:
        st.session_state["study"] = sample


def _link(study: Study) -> str:
    """What the page's address calls the study: a sample by its name; other scans are with their owner alone."""
    chosen: str = st.session_state["study"]
    if chosen == MINE:
        return study.sha256[:12]
    st.session_state[OPENED] = chosen
    return chosen


render()
