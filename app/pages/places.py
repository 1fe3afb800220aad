"""The places of the page "Patients" and the ways between them: the page's address says which one is open."""

from pathlib import Path
from typing import NoReturn

import streamlit as st

SEGMENT = Path(__file__).with_name("segment.py")
"""The page "Segment"."""
PATIENT, BASELINE, LATER = "patient", "baseline", "later"
"""In the address: whose card, and which two segmentations are compared."""
AT_HAND = "patient-at-hand"
"""Where in the session's state is the identifier of the patient last saved to, or whose card was open last."""


def open_list() -> NoReturn:
    """Go to the list."""
    st.query_params.clear()
    st.rerun()


def open_card(patient_id: str) -> NoReturn:
    """Go to a patient's card."""
    st.query_params.from_dict({PATIENT: patient_id})
    st.rerun()


def open_comparison(patient_id: str, baseline_id: str, later_id: str) -> NoReturn:
    """Go to the comparison of two segmentations of a patient."""
    st.query_params.from_dict({PATIENT: patient_id, BASELINE: baseline_id, LATER: later_id})
    st.rerun()
