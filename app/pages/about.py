"""The page "About": what Gliolens is for, and which network is behind it."""

import streamlit as st

from app.model.checkpoint import Curve
from app.pages import cache
from app.pages.guard import shown_errors
from app.pages.opening import DATASET_TITLES, sequences_text, threshold_curve

PURPOSE = """
## About Gliolens

Gliolens is a second reader for brain-tumour MRI. It marks where a neural network sees tumour, lets you choose how
sure it has to be, and shows what that choice costs in recall and precision.

**For research and demonstration only. It is not a medical device and must not be used for clinical decisions.**

Precision and recall are exact where a reference mask is given. Otherwise they are those of validation patients, whom
the network never saw in training, and are named as such. Scans stay in the memory of this server; nothing is stored.

Pictures (PNG, JPG, TIFF) carry no size of a pixel: the head is taken to fill a field of 240 mm, and no volume in
millilitres is given.
"""


def render() -> None:
    """Draw the page."""
    st.markdown(PURPOSE)
    with shown_errors():
        card = cache.card()
        st.markdown("### The network")
        st.markdown(
            f"Checkpoint `{card.sha256}`, default threshold **{card.threshold:.3f}**. {card.threshold_reason} "
            f"Trained on {len(card.training)} cases; {len(card.validation)} others were held back, and the real "
            "patients among them give the scores below, at the default threshold."
        )
        st.dataframe([_row(curve, card.threshold) for curve in card.curves], hide_index=True)


def _row(curve: Curve, threshold: float) -> dict[str, object]:
    scores = threshold_curve(curve).at(threshold)
    return {
        "validation patients": f"{curve.patients} {DATASET_TITLES.get(curve.dataset, curve.dataset)}",
        "sequences": sequences_text(curve.sequences),
        "recall": round(scores.recall, 3),
        "precision": round(scores.precision, 3),
        "Dice": round(scores.dice, 3),
    }


render()
