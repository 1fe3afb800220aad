"""What the three planes of colour pictures hold: one grey scan, three sequences, or a drawing on a scan.

The LGG set (Buda 2019, "LGG Segmentation Dataset") keeps pre-contrast, FLAIR and post-contrast in red, green and blue;
where a patient lacks one, its plane is a copy of FLAIR.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.errors import UnsupportedFileError
from app.study import Sequence

_PLANES = ((Sequence.T1, "pre-contrast T1"), (Sequence.FLAIR, "FLAIR"), (Sequence.T1CE, "post-contrast T1"))
_PRE, _FLAIR, _POST = range(3)
_CHROMA_NOISE = 6
"""Levels of 255 by which the planes of a grey picture may differ after JPEG."""
_GREY_SHARE = 0.999
"""Pixels of a grey picture that keep within the noise."""
_DARK = 25
"""Levels of 255 up to which there is no head, only background and noise."""
_NEUTRAL = 2
_DRAWN_ON = 0.4
"""Share of the head in which the planes agree to `_NEUTRAL` levels, from which on colour is an overlay on a grey scan;
three sequences agree by chance, in the LGG set in 22 % at the most."""
_TINTED = 0.995
"""Correlation of all pairs of planes from which on they are one scan in a tint; 0.982 at the most in the LGG set."""


@dataclass(frozen=True, eq=False)
class Plane:
    """One plane of a stack of pictures."""

    pixels: NDArray[np.generic]
    """`(slices, rows, columns)`, as stored."""
    role: Sequence | None
    """None when the picture itself does not say, or the plane has no content of its own."""
    note: str
    """For people: which plane it is; empty for a grey picture."""


def planes_of(name: str, pixels: NDArray[np.generic]) -> tuple[Plane, ...]:
    """Tell what pictures `(slices, rows, columns)` or `(slices, rows, columns, 3)` uint8 hold, all slices together.

    Raises UnsupportedFileError for colour that is not three sequences.
    """
    if pixels.ndim == 3:
        return (Plane(pixels, None, ""),)
    planes = np.ascontiguousarray(np.moveaxis(pixels, -1, 0))
    chroma = planes.max(axis=0) - planes.min(axis=0)
    if np.mean(chroma <= _CHROMA_NOISE) >= _GREY_SHARE:
        return (Plane(planes[1], None, ""),)
    _check_three_sequences(name, planes, chroma)
    return tuple(_plane(planes, index) for index in range(3))


def mask_plane(pixels: NDArray[np.generic]) -> NDArray[np.generic]:
    """The values of mask pictures; where they are in colour, the brightest plane."""
    return pixels if pixels.ndim == 3 else pixels.max(axis=-1)


def _plane(planes: NDArray[np.generic], index: int) -> Plane:
    """A plane of `(3, slices, rows, columns)`; one without content of its own has no role."""
    plane, (role, what) = planes[index], _PLANES[index]
    if plane.min() == plane.max():
        missing = "empty"
    elif index != _FLAIR and np.array_equal(plane, planes[_FLAIR]):
        missing = "a copy of FLAIR"
    elif index == _POST and np.array_equal(plane, planes[_PRE]):
        missing = "a copy of T1"
    else:
        missing = ""
    return Plane(plane, None if missing else role, f"plane {index + 1} of 3 ({missing or what})")


def _check_three_sequences(name: str, planes: NDArray[np.generic], chroma: NDArray[np.generic]) -> None:
    head = planes.max(axis=0) > _DARK
    advice = "Give the scan in grey, or as three planes pre-contrast T1, FLAIR, post-contrast T1."
    if np.count_nonzero(chroma[head] <= _NEUTRAL) > _DRAWN_ON * np.count_nonzero(head):
        raise UnsupportedFileError(
            f"{name} is a grey scan with colour drawn on it, which would pass for tumour. {advice}"
        )
    if all(plane.min() < plane.max() for plane in planes) and _least_correlation(planes) > _TINTED:
        raise UnsupportedFileError(f"{name} is a tinted picture: its colours show one scan three times. {advice}")


def _least_correlation(planes: NDArray[np.generic]) -> float:
    """The lowest correlation of two of the planes `(3, slices, rows, columns)` uint8, none of them constant.

    From sums over one slice after the other: in float64 all planes at once would take 24 times their bytes.
    """
    total, products = np.zeros(3), np.zeros((3, 3))
    for pixels in np.moveaxis(planes, 1, 0):
        values = pixels.reshape(3, -1).astype(np.float64)
        total += values.sum(axis=1)
        products += values @ values.T
    count = planes[0].size
    covariance = products / count - np.outer(total, total) / count**2
    deviation = np.sqrt(np.diag(covariance))
    return float((covariance / np.outer(deviation, deviation)).min())
