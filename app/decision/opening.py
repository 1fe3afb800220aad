"""Where a study is opened."""

import numpy as np

from app.study import Probability, Study


def opening_slice(study: Study, result: Probability | None, threshold: float) -> int:
    """The slice with most tumour, found or else in the reference; the middle of the study where there is none."""
    for tumour in (None if result is None else result.mask(threshold), study.reference):
        if tumour is not None and tumour.any():
            return int(np.count_nonzero(tumour, axis=(1, 2)).argmax())
    return study.shape[0] // 2
