"""What the page of `viewer_extras_app` asks of the viewer: where to go, which diameters, which maps."""

import numpy as np
from hands import START
from numpy.typing import NDArray
from viewer_studies import DEFAULT_THRESHOLD

from app.study import Study
from app.viewer import Interval, Mark

GUARANTEE, PROMISE = 0.21, "At most 5 % of tumour voxels are missed on average."
INTERVAL = Interval(1.234, 56.78, "90 % interval", DEFAULT_THRESHOLD, "Over 8 flips")

MARKS = (
    Mark(START, (30, 14), (38, 30), "19.3 mm", 1, strong=True),
    Mark(START, (40, 20), (28, 24), "12.8 mm", 1),
    Mark(START + 1, (34, 15), (34, 29), "15.4 mm", 2),
)
"""Of the study "right", at the default threshold. Columns are 1.1 mm wide, rows 1.0 mm high."""

MAP_COLUMNS = {"right": {"first": 50, "second": 36}, "left": {"first": 22}}
"""The column in whose middle each map of a study is highest, by the study and the map's id."""


def map_values(study: Study, column: int) -> NDArray[np.uint8]:
    """200 in the middle of the head's rows at a column, falling off to 0 twelve voxels from there, in every slice."""
    _, rows, columns = np.indices(study.shape)
    away = np.hypot(rows - 40, columns - column)
    return np.floor(200 * np.clip(1 - away / 12, 0, 1)).astype(np.uint8)
