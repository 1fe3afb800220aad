import numpy as np

from app.decision.coverage import SPLITS, coverage_of
from app.exports.coverage_plot import coverage_figure, histogram_of
from app.model.calibration_patients import SHIPPED, PatientGroup
from app.study import Sequence


def group_of(patients):
    """Every other one loses a tenth of the tumour from level 51 on."""
    found = np.full((patients, 201), 100)
    found[::2, 51:] = 90
    return PatientGroup(
        "brats", (Sequence.FLAIR,), tuple(map(str, range(patients))), (SHIPPED,) * patients, found, found,
        np.full(patients, 100), np.zeros((patients, 1)), ("head size",),
    )  # fmt: skip


def test_every_split_is_in_a_bar_between_bound_and_mean():
    measured = coverage_of(group_of(40), 0.1)
    bars, bound, mean = histogram_of(measured)
    assert sum(bars.y) == SPLITS and len(bars.x) == len(bars.width) == 40
    assert (bound.x, mean.x) == ((0.1, 0.1), (measured.mean, measured.mean))
    assert 0 < measured.mean < 0.1


def test_groups_are_rows_and_bounds_columns():
    """With 9 of 12 patients there is a threshold for a bound of 0.1, and none for 0.05."""
    figure = coverage_figure([group_of(12), group_of(40)], (0.05, 0.1))
    assert [note.text for note in figure.layout.annotations] == [
        "12 BraTS patients, FLAIR alone: α = 0.05, no threshold in any split",
        "12 BraTS patients, FLAIR alone: α = 0.10",
        "40 BraTS patients, FLAIR alone: α = 0.05",
        "40 BraTS patients, FLAIR alone: α = 0.10",
    ]
    assert [trace.xaxis for trace in figure.data] == ["x2"] * 3 + ["x3"] * 3 + ["x4"] * 3
    assert [trace.showlegend for trace in figure.data] == [True] * 3 + [False] * 6
