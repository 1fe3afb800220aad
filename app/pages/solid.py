"""The tumour in 3-D, in a window over the page."""

import numpy as np
import streamlit as st

from app import NOTICE
from app.pages import cache
from app.pages.as_text import as_text
from app.pages.guard import shown_errors
from app.study import Probability, Study
from app.viewer.solid import solid_figure, volume_text

HEIGHT = 600
CONFIG = {"displaylogo": False, "modeBarButtons": [["toImage", "resetCameraDefault3d"]]}


@st.dialog("The tumour in 3-D", width="large", icon=":material/deployed_code:")
def show_solid(study: Study, result: Probability, threshold: float) -> None:
    """Make the figure of a mask and show it, with its threshold, its volume and the notice."""
    with shown_errors():
        volume = volume_text(int(np.count_nonzero(result.mask(threshold))), study)
        st.plotly_chart(
            solid_figure(study, result, threshold, cache.head(study)),
            height=HEIGHT,
            key="solid-figure",
            alt=f"The tumour of {study.name} in 3-D at threshold {threshold:.3f}: {volume}",
            config=CONFIG,
        )
        st.caption(f"{as_text(study.name)}: threshold **{threshold:.3f}**, {volume} in all. {_caveats(study)}{NOTICE}")


def _caveats(study: Study) -> str:
    unit = "" if study.spacing is not None else "The size of a voxel is unknown: it is drawn as a cube. "
    ends = "" if study.source.affine is not None else "The file does not say where left and right are. "
    return unit + ends
