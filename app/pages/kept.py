"""A saved study, opened again exactly as it was: a third kind of choice beside samples and a visitor's own files."""

from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from uuid import uuid4

import streamlit as st

from app.decision.keeping import Reopened, reopen
from app.errors import CheckpointError, RecordsError
from app.model.checkpoint import Card
from app.pages import cache, lesions
from app.pages.made import made_of
from app.pages.patient_words import day_text
from app.pages.records_room import records
from app.pages.sign_in import actor
from app.records.rows import SegmentationRow
from app.viewer import View

SAVED = "saved"
"""The choice, and the name in the page's address before the identifier of a segmentation."""
OPENING, TITLE, NEW = "saved-opening", "saved-title", "saved-newly"
"""Where in the session's state is what was asked for last, what it is called, and whether it is still to be opened."""
AT_FIRST = "Saved study"
"""What it is called until it has been opened."""
OWN_CARD = (
    "It is shown with its own card. Guarantee, uncertainty and what explains a network are known of the one that is "
    "here now, and are not given for this result."
)
_LINK = f"{SAVED}-"


@dataclass(frozen=True)
class Opening:
    """A saved segmentation that is to be open; opened anew, it is as it was saved, whatever the hand did before."""

    segmentation_id: str
    id: str

    @property
    def link(self) -> str:
        """What the page's address calls it."""
        return f"{_LINK}{self.segmentation_id}"


@dataclass(frozen=True, eq=False)
class Choice:
    """What the box with the studies offers."""

    title: str
    saved: Reopened | None = None
    problem: RecordsError | None = None
    """Why it is not open, though it was chosen."""

    def opened(self) -> Reopened:
        """What was chosen. Raises RecordsError where it cannot be opened."""
        if self.problem is not None:
            raise type(self.problem)(str(self.problem))
        if self.saved is None:
            raise ValueError("It was not chosen.")
        return self.saved


def open_saved(segmentation_id: str) -> NoReturn:
    """Leave for the page "Segment", which opens the segmentation as it was saved."""
    ask_for(segmentation_id)
    st.switch_page(Path(__file__).with_name("segment.py"))


def open_here(segmentation_id: str, popover: str) -> None:
    """Have the page "Segment", on which a popover is open, close that and open the segmentation; for callbacks."""
    st.session_state[popover] = False
    ask_for(segmentation_id)


def ask_for(segmentation_id: str) -> None:
    """Have the page "Segment" open a saved segmentation when it is drawn next, from the records again."""
    if on_screen() is not None:
        cache.belongings().let_go("")
    st.session_state[OPENING] = Opening(segmentation_id, uuid4().hex)
    st.session_state.pop(TITLE, None)
    st.session_state[NEW] = True


def ask_as_linked(link: str) -> bool:
    """The same by what the page's address says, unless that one is asked for already; returns whether it names one."""
    if not link.startswith(_LINK):
        return False
    known = opening()
    if known is None or known.link != link:
        ask_for(link.removeprefix(_LINK))
    return True


def newly_asked() -> bool:
    """Whether something was asked for that is still to be opened."""
    return bool(st.session_state.get(NEW, False))


def viewer_key() -> str:
    """Of the viewer that shows it: another one each time it is opened anew."""
    asked = opening()
    return "viewer" if asked is None else f"viewer-{asked.id}"


def opening() -> Opening | None:
    """What was asked for last."""
    asked: Opening | None = st.session_state.get(OPENING)
    return asked


def choice(*, chosen: bool) -> Choice | None:
    """What to offer, opened where it is chosen; None where nothing saved was asked for."""
    asked = opening()
    if asked is None:
        return None
    if chosen:
        st.session_state[NEW] = False
        try:
            saved = _reopened(asked)
        except RecordsError as error:
            return Choice(_title(), problem=error)
        day = saved.study_row.taken_on
        st.session_state[TITLE] = f"{saved.patient.fields.pseudonym}, {day_text(day) if day else 'day not known'}"
        return Choice(_title(), saved)
    return Choice(_title())


def on_screen() -> Reopened | None:
    """The saved study that the page "Segment" has open; None where it has another kind of study."""
    return cache.belongings().reopened.get("")


def told(row: SegmentationRow) -> None:
    """Note what the records say by now of a saved segmentation that this session has open."""
    cache.belongings().told(row)


def saved_view(saved: Reopened) -> View:
    """What was on screen when it was saved."""
    row = saved.row
    return {
        "study": saved.study.sha256,
        "slice": row.slice,
        "threshold": row.threshold,
        "sequence": row.sequence,
    }


def notes(saved: Reopened) -> tuple[str, ...]:
    """What has to be told of it, a sentence or two each."""
    said = foreign(saved)
    about = () if said is None else (f"{said} {OWN_CARD}",)
    return (*about, *saved.study.notes)


def foreign(saved: Reopened) -> str | None:
    """Why what is known of the shipped network does not hold for a saved result, a sentence; None where it does."""
    try:
        shipped = cache.card()
    except CheckpointError:
        return "Made by a network that is not here now."
    differs = differences(saved.card, shipped)
    return f"Not made by the network that is here now: {differs}." if differs else None


def differences(card: Card, other: Card) -> str:
    """In what two cards name different ways of making a result, in words; empty where in nothing."""
    said = {
        f"another checkpoint ({card.sha256[:8]}, here {other.sha256[:8]})": card.sha256 != other.sha256,
        f"another preprocessing (version {card.preprocessing}, here {other.preprocessing})": card.preprocessing
        != other.preprocessing,
        "another calibration": card.sha256 == other.sha256 and card.calibrations != other.calibrations,
        "another smoothing": card.sha256 == other.sha256 and card.serving != other.serving,
    }
    return " and ".join(words for words, there in said.items() if there)


def _title() -> str:
    title: str = st.session_state.get(TITLE, AT_FIRST)
    return title


def _reopened(asked: Opening) -> Reopened:
    """What is asked for, read from the records when it is not open already. Raises RecordsError."""

    def opened() -> Reopened:
        saved = reopen(records(), actor(), asked.segmentation_id)
        lesions.enter(saved.study, saved.row.smallest)
        return saved

    with st.spinner(cache.READING):
        saved = cache.belongings().reopen(asked.segmentation_id, opened, "")
    made_of(saved.study).keep(saved.result)  # not shared: whatever else the same network made, this is what was saved
    return saved
