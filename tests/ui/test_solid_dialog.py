"""The window with the tumour in 3-D."""

import numpy as np
from streamlit.testing.v1 import AppTest

from app import NOTICE
from app.study import Probability, Sequence, Source, Study

IMAGE = np.zeros((6, 8, 10), np.float32)
IMAGE[1:5, 1:7, 1:9] = 50
LEVELS = np.zeros(IMAGE.shape, np.uint8)
LEVELS[2:4, 2:4, 2:7] = 90


def page(study, result, threshold):
    from app.pages.solid import show_solid

    show_solid(study, result, threshold)


def shown(*, spacing: tuple[float, float, float] | None, affine: np.ndarray | None = None) -> AppTest:
    study = Study("Head one", {Sequence.T2: IMAGE}, Source("picture", IMAGE.shape, affine), spacing)
    result = Probability(LEVELS, study.sha256, "c")
    at = AppTest.from_function(page, args=(study, result, 0.4)).run()
    assert not at.exception and not at.error
    return at


def test_it_names_study_threshold_volume_and_notice() -> None:
    at = shown(spacing=(10.0, 1.0, 1.0), affine=np.eye(4))
    assert [c.value for c in at.caption] == [f"Head one: threshold **0.400**, 0.2 ml in all. {NOTICE}"]
    (chart,) = at.get("plotly_chart")
    assert chart.proto.alt == "The tumour of Head one in 3-D at threshold 0.400: 0.2 ml"
    assert "tumour, 0.2 ml" in chart.proto.spec


def test_it_says_what_a_file_does_not_know() -> None:
    (caption,) = shown(spacing=None).caption
    assert "20 voxels in all" in caption.value and "size of a voxel is unknown" in caption.value
    assert "left and right" in caption.value
