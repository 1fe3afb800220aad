"""How a scan looks to the network, in a few numbers: whether it is like other scans is judged by them.

They are of the head as a whole, after the network's own normalisation and on its own pixels: what a tumour of usual
size changes little, and another contrast, another scanner, noise or another part of the body much.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from app.model.network_input import NetworkInput, prepare
from app.study import Sequence, Study

SLICES = 32
"""Looked at, evenly spaced over the head."""
MIDDLE = (0.2, 0.9)
"""Where in the order of the head's slices they are from, 0 the lowest: the ends show neck, eyes or the very top."""
QUARTILES = ("dark", "middle", "bright")
"""What the quartiles of the intensity inside the head are called, the lowest first."""
FINEST = 0.01
"""Added to the roughness before its logarithm is taken, in standard deviations."""
GRAINS = {
    **dict.fromkeys(QUARTILES, 0.05),
    "roughness": 0.05,
    "size": 0.05,
    "height": 0.05,
    "spacing": 0.05,
    "slices": 0.1,
}
"""By the last word of a feature: differences below this are never taken to matter. In standard deviations of the
intensity inside the head for quartiles, and in shares of the value for the others, which are logarithms."""

Appearance = dict[str, float]
"""Feature to value; `FLAIR dark`, `head size`."""


def appearance_of(study: Study) -> Appearance:
    """The features of a study.

    For each sequence: the quartiles of the intensity inside the head (`QUARTILES`), in standard deviations from its
    mean, and the logarithm of the median difference between neighbouring pixels ("roughness"). For the head: the
    logarithms of the width of a square of its median area in pixels ("size"), and of its height and the distance
    between slices in mm ("height", "spacing"), or where the spacing is unknown of its number of slices ("slices").
    """
    network_input = prepare(study)
    found: Appearance = {}
    indices = _middle(network_input.head_slices)
    planes, head = network_input.planes(indices), _head(network_input, indices)
    for channel, sequence in enumerate(Sequence):
        if sequence in study.images:
            found |= {f"{sequence} {name}": value for name, value in _looks(planes[..., channel], head).items()}
    return found | _head_features(study, len(network_input.head_slices), head)


def grains(names: tuple[str, ...]) -> NDArray[np.float64]:
    """`(d,)`: the least deviation that each feature is taken to have. Raises KeyError for one that is not known."""
    return np.array([GRAINS[name.rpartition(" ")[2]] for name in names])


def _middle(slices: NDArray[np.intp]) -> NDArray[np.intp]:
    first, last = (round(share * (len(slices) - 1)) for share in MIDDLE)
    inside = slices[first : last + 1]
    return inside[np.unique(np.linspace(0, len(inside) - 1, min(SLICES, len(inside))).round().astype(np.intp))]


def _head(network_input: NetworkInput, indices: NDArray[np.intp]) -> NDArray[np.bool_]:
    """`(n, rows, columns)`: inside the outline of the head, with what is dark in it, within the network's window."""
    rows, columns = (part.stop - part.start for part in network_input.window)
    head = np.zeros((len(indices), rows, columns), bool)
    for row, index in enumerate(indices):
        plane = network_input.geometry.to_plane(network_input.head[index].astype(np.float32), 0.0)
        head[row] = ndimage.binary_fill_holes(plane[network_input.window] > 0.5)
    return head


def _looks(plane: NDArray[np.float32], head: NDArray[np.bool_]) -> Appearance:
    both = head[..., 1:] & head[..., :-1]
    steps = np.abs(np.diff(plane, axis=-1))[both]
    if not steps.size:
        return dict.fromkeys((*QUARTILES, "roughness"), 0.0)
    quartiles = dict(zip(QUARTILES, map(float, np.percentile(plane[head], (25, 50, 75))), strict=True))
    return quartiles | {"roughness": float(np.log(np.median(steps) + FINEST))}


def _head_features(study: Study, slices: int, head: NDArray[np.bool_]) -> Appearance:
    area = float(np.median(head.sum(axis=(1, 2)))) if len(head) else 0.0
    size = {"head size": np.log(max(1.0, area)) / 2}
    if study.spacing is None:
        return size | {"head slices": np.log(max(1, slices))}
    return size | {"head height": np.log(max(1, slices) * study.spacing[0]), "head spacing": np.log(study.spacing[0])}
