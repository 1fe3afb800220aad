"""The inside of the popover "Guarantee": a bound, the threshold that holds it, and what that rests on."""

import streamlit as st

from app.decision.guarantee import Guarantee, guarantee_for
from app.decision.reading import DEFAULT_ALPHA
from app.model.calibration_patients import CalibrationPatients
from app.model.checkpoint import Card
from app.pages.going import send
from app.pages.measured import appearance
from app.study import Study

ALPHA = "guarantee-alpha"
"""Key of the slider; in per cent."""
LEAST, MOST = 1, 20
"""Per cent."""


def alpha_of() -> float:
    """The bound that was chosen last, 0.01 to 0.20; to be asked before the study is read."""
    return _chosen() / 100


def guarantee_on_screen(study: Study, card: Card, patients: CalibrationPatients | None) -> Guarantee:
    """The guarantee for a study at the chosen bound; how the scan looks is measured once."""
    return guarantee_for(card, patients, study, alpha_of(), None if patients is None else appearance(study))


def draw(study: Study, card: Card, patients: CalibrationPatients | None) -> None:
    """The inside of the popover. "Use this threshold" sends the viewer there."""
    st.session_state[ALPHA] = _chosen()
    st.session_state[f"{ALPHA}-kept"] = st.slider(
        "Tumour that may be missed, on average (α)", LEAST, MOST, format="%d %%", key=ALPHA
    )
    guarantee = guarantee_on_screen(study, card, patients)
    if guarantee.offered:
        st.markdown(statement(guarantee))
    else:
        st.markdown(f":gray[{guarantee.reason}]")
    st.button(
        "Use this threshold",
        icon=":material/verified:",
        key="guarantee-use",
        disabled=not guarantee.offered,
        help=None if guarantee.offered else guarantee.reason,
        on_click=_send,
        args=(guarantee.threshold,),
    )
    if guarantee.patients:
        st.caption(assumptions(guarantee))


def statement(guarantee: Guarantee) -> str:
    """What is promised, as Markdown; of a guarantee with a threshold."""
    expected = "" if guarantee.precision is None else f"; expected precision {guarantee.precision:.2f}"
    return (
        f"At **t\\* = {guarantee.threshold:.3f}** at most **{guarantee.alpha * 100:.0f} %** of tumour voxels are "
        f"missed on average, for patients like those {guarantee.who}{expected}. They themselves miss "
        f"{(guarantee.false_negative_rate or 0) * 100:.1f} % there."
    )


def label(guarantee: Guarantee) -> str:
    """The promise in short, as plain text; of a guarantee with a threshold."""
    return (
        f"t* = {guarantee.threshold:.3f}: at most {guarantee.alpha * 100:.0f} % of tumour voxels missed on average, "
        f"for patients like those {guarantee.who}"
    )


def assumptions(guarantee: Guarantee) -> str:
    """What the promise rests on, in short sentences."""
    said = [
        "It is a mean over patients, and not a bound for this one.",
        "It holds if this patient could have been one of the calibration patients, who come from a research data set. "
        "A scan that looks unlike theirs is turned down, but exchanged sequences may go unnoticed.",
    ]
    if guarantee.out_of_fold:
        said.append(
            "Several networks predicted them, each of which had not seen the patient. The theorem is for one network: "
            'what was measured with several is on the page "Performance".'
        )
    if guarantee.unlikeness is not None:
        share = f"{guarantee.unlikeness * 100:.0f} %"
        said.append(f"Of patients like them, {share} look as unlike the others as this scan or more.")
    return " ".join(said)


def _send(threshold: float | None) -> None:
    send(threshold=threshold)


def _chosen() -> int:
    """Per cent; while another page is open, Streamlit forgets the slider, and the copy knows."""
    chosen: int = st.session_state.get(ALPHA, st.session_state.get(f"{ALPHA}-kept", round(DEFAULT_ALPHA * 100)))
    return chosen
