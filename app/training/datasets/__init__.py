"""The data sets that a network is trained and scored on, one reader a layout.

for case in DATASETS["lgg"].cases(Path("kaggle_3m")):
    study = case.study()
"""

from collections.abc import Mapping

from app.study import Sequence
from app.training.datasets.case import Case, Dataset
from app.training.layouts import LAYOUTS

__all__ = ["DATASETS", "Case", "Dataset"]

_ALL = tuple(Sequence)
_LGG = (Sequence.FLAIR, Sequence.T1, Sequence.T1CE)

DATASETS: Mapping[str, Dataset] = {
    dataset.name: dataset
    for dataset in (
        Dataset("brats", "BraTS", True, _ALL, LAYOUTS["brats"]),
        Dataset("brats-h5", "BraTS slices (h5)", True, _ALL, LAYOUTS["brats-h5"]),
        Dataset("lgg", "LGG", False, _LGG, LAYOUTS["lgg"]),
        Dataset("figshare", "figshare", False, (Sequence.T1CE,), LAYOUTS["figshare"]),
        Dataset("simulated", "Simulated", True, _ALL, LAYOUTS["simulated"]),
    )
}
"""Every data set that is known, by the name of its layout."""
