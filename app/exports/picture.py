"""8-bit grey pictures of the rows and columns of the scan's own picture: PNG, or a multi-page TIFF for a stack.

Pictures have no spacing, so a stack is not written as NIfTI, which would have to make one up.
The same input gives the same bytes.
"""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.imaging import to_source
from app.study import LEVELS, Probability, Study

_WHITE = 255


def mask_picture(probability: Probability, study: Study, threshold: float) -> bytes:
    """The tumour mask: 255 where the probability reaches the threshold, else 0.

    PNG for one picture, TIFF with a page a slice for a stack. Raises ValueError for a threshold outside [0, 1].
    """
    return _picture(to_source(probability.mask(threshold), study.source) * np.uint8(_WHITE))


def probability_picture(probability: Probability, study: Study) -> bytes:
    """The tumour probability: round(level * 255 / 200), so that white is 1.

    Every level has a grey of its own: round(grey * 200 / 255) is the level again. PNG for one picture, TIFF with a
    page a slice for a stack.
    """
    levels = to_source(probability.levels, study.source)
    return _picture(np.rint(levels * float(_WHITE) / LEVELS).astype(np.uint8))


def _picture(grey: NDArray[np.uint8]) -> bytes:
    packed = io.BytesIO()
    if grey.ndim == 2:
        Image.fromarray(grey).save(packed, "PNG")
    else:
        first, *others = (Image.fromarray(page) for page in grey)
        first.save(packed, "TIFF", compression="tiff_adobe_deflate", save_all=True, append_images=others)
    return packed.getvalue()
