"""Made-up heads: bright ellipses on black, uneven enough that no flip or shift goes unnoticed."""

import numpy as np

from app.study import Sequence, Source, Study


def ellipse(shape, box):
    """True inside the ellipse that fills `box`, (first row, last row + 1, first column, last column + 1)."""
    top, bottom, left, right = box
    y, x = np.ogrid[: shape[0], : shape[1]]
    rows, columns = (2 * y + 1 - top - bottom) / (bottom - top), (2 * x + 1 - left - right) / (right - left)
    return rows**2 + columns**2 <= 1


def head(shape, box, bright=100.0):
    """A `(y, x)` picture: an ellipse that grows brighter downwards, black around it."""
    ramp = np.linspace(0.5, 1.0, shape[0])[:, np.newaxis]
    return np.where(ellipse(shape, box), bright * ramp, 0).astype(np.float32)


def study_of(images, spacing=(1.0, 1.0, 1.0), reference=None):
    """A study of `(z, y, x)` images by sequence, or of one as FLAIR."""
    if not isinstance(images, dict):
        images = {Sequence.FLAIR: images}
    shape = next(iter(images.values())).shape
    return Study("made up", images, Source("picture", shape), spacing, reference)
