"""The page "Segment": choose a study, see where the tumour probably is, move the threshold."""

import streamlit as st

from app.decision.opening import opening_slice
from app.decision.validation import validation_for
from app.imaging import confined
from app.model.checkpoint import Card
from app.pages import cache, kept, measured, record_popovers, saving
from app.pages.backing import backing_of
from app.pages.chooser import MINE, choose_study
from app.pages.findings import Screen, fill, for_viewer, popovers
from app.pages.guard import shown_errors
from app.pages.room import open_room
from app.pages.samples import load_samples
from app.pages.segmentation import segment, slice_on_screen
from app.pages.solid import show_solid
from app.study import Probability, Study
from app.viewer import View, chosen_view, levels_loader, scan_loader, viewer

# In the session's state, kept while other pages are open: the sample or saved study, and what the hand chose last.
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
        saved = kept.on_screen()
        card = cache.card() if saved is None else saved.card
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
        if backing_of(saved).patients is not None and not measured.appearance_is_known(study):
            measured.appearance(study)
            st.rerun()  # with the guarantee, for which this is


@st.fragment
@shown_errors()
def reading_room(study: Study, card: Card, result: Probability | None, first_slice: int, chosen: str) -> None:
    """The viewer, and what can be asked about what it shows; run again alone when the hand has moved something."""
    if st.session_state["study"] != chosen or kept.newly_asked():
        st.rerun()  # a choice came in one message with the view, for which the fragment runs alone
    saved = kept.on_screen()
    views: dict[str, View] = st.session_state.setdefault(VIEWS, {})
    key = "viewer" if saved is None else kept.viewer_key()  # of its own: nothing is known there of what the hand did
    name = study.sha256 if saved is None else key
    before = views.get(name, None if saved is None else kept.saved_view(saved))
    view = chosen_view(study, before, key)
    screen = None if result is None else Screen(study, card, result, view, backing_of(saved))
    with st.container(key="actions", horizontal=True, horizontal_alignment="right"):
        row = popovers(disabled=screen is None)
        _actions(study, screen)
        recorded = record_popovers.popovers(screen, saved)
    with st.container(key="reading"):
        told = for_viewer(screen, row) if screen is not None else {}
        viewer(
            study,
            checkpoint_sha256=card.sha256,
            threshold=card.threshold,
            first_slice=first_slice,
            validation=validation_for(card, study),
            resume=before,
            link=_link(study),
            key=key,
            **told,
        )
    if view is not None:
        views[name] = view
    if screen is not None and (fill(screen, row) or record_popovers.fill(screen, saved, recorded)):
        st.rerun()


def _actions(study: Study, screen: Screen | None) -> None:
    """3-D and files, at the threshold on screen; they wait for the last slice."""
    if st.button("3-D", icon=":material/deployed_code:", key="solid", disabled=screen is None) and screen is not None:
        show_solid(study, screen.result, screen.threshold)
    with st.popover("Export", icon=":material/download:", disabled=screen is None).container(key="asked-files"):
        if screen is not None:
            empty = not measured.reaches(study, screen.result, screen.threshold)
            saving.draw(study, screen.reader(), empty=empty)


def _reopen() -> None:
    """Open what was open before another page was, or else what the page's address names."""
    named = st.query_params.get(kept.SAVED)
    if named is not None:
        del st.query_params[kept.SAVED]  # the viewer writes its own entry
        kept.ask_for(named)
    elif "study" not in st.session_state:
        linked = str(st.session_state.get(OPENED, st.query_params.get("study", "")))
        if kept.ask_as_linked(linked):
            st.session_state["study"] = kept.SAVED
        elif linked in [known.id for known in load_samples()]:
            st.session_state["study"] = linked
    if kept.newly_asked():
        st.session_state["study"] = kept.SAVED


def _link(study: Study) -> str:
    """What the page's address calls the study: samples and saved ones by name; others are with their owner alone."""
    chosen: str = st.session_state["study"]
    if chosen == MINE:
        return study.sha256[:12]
    asked = kept.opening()
    link = asked.link if chosen == kept.SAVED and asked is not None else chosen
    st.session_state[OPENED] = link
    return link


render()
