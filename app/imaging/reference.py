"""Labels of a reference mask."""

import numpy as np
from numpy.typing import NDArray

from app.errors import StudyError

_BINARY = {0, 255}
_BRATS = {0, 1, 2, 3, 4}
_ADVICE = (
    "A mask holds 0 and 1, 0 and 255, or the BraTS labels 0 to 4, which JPG blurs: give another file, or leave it out."
)


def labels_of(name: str, volume: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Turn the voxels `(z, y, x)` of a reference, all finite, into labels `(z, y, x)` uint8, read-only.

    0 and 255 become 0 and 1; label 3, the enhancing tumour of BraTS 2023 and later, becomes 4 as in earlier years. An
    all-zero mask is sound: a scan without tumour.
    Raises StudyError when the values are not such labels.
    """
    labels = np.empty(volume.shape, np.uint8)
    counts = np.zeros(256, np.intp)
    whole = bool(volume.min() >= 0 and volume.max() <= 255)
    for plane, out in zip(volume, labels, strict=True):
        out[...] = rounded = np.rint(plane).clip(0, 255)
        whole = whole and bool(np.abs(plane - rounded).max() < 1e-3)
        counts += np.bincount(out.ravel(), minlength=256)
    if not whole:
        raise StudyError(f"{name} cannot be a reference mask: its values are not whole labels from 0 to 255. {_ADVICE}")
    values = set(np.flatnonzero(counts).tolist())
    if values <= _BINARY:
        labels = np.minimum(labels, 1)
    elif not values <= _BRATS:
        odd = sorted(values - _BRATS)
        few = ", ".join(map(str, odd[:5])) + (" …" if len(odd) > 5 else "")
        raise StudyError(f"{name} cannot be a reference mask: it holds the values {few}. {_ADVICE}")
    labels[labels == 3] = 4
    labels.setflags(write=False)
    return labels
