"""The page "About": what Gliolens is for, and which network is behind it."""

from pathlib import Path

import streamlit as st

from app.pages import cache
from app.pages.guard import shown_errors

PURPOSE = """
## About Gliolens

Gliolens is a second reader for brain-tumour MRI. It marks where a neural network sees tumour, lets you choose how
sure it has to be, and shows what that choice costs in recall and precision.

**For research and demonstration only. It is not a medical device and must not be used for clinical decisions.**

Precision and recall are exact where a reference mask is given. Otherwise they are those of validation patients, whom
the network never saw in training, and are named as such.

Scans stay in the memory of this server until somebody saves one to a patient. Then the scan, the mask and the numbers
are kept in the server's data folder, under the pseudonym that was typed. Words of a DICOM header that name somebody are
never kept; pixels are kept as they are, also where a name is written into the picture or the face can be seen.

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
            f"Trained on {len(card.training)} cases; {len(card.validation)} others were held back."
        )
        st.page_link(
            Path(__file__).with_name("performance.py"),
            label="How it did on validation patients",
            icon=":material/monitoring:",
        )


render()
