"""Where the network looked when it called a lesion tumour: Seg-Grad-CAM.

A feature of one layer counts as much as the tumour logit of the lesion rises with it, on average over the plane; the
map is what all features come to at each place, where it is above zero.

Sources: Vinogradova, Dibrov, Myers, "Towards interpretable semantic segmentation via gradient-weighted class activation
mapping", AAAI 2020; after Selvaraju et al., "Grad-CAM: visual explanations from deep networks via gradient-based
localization", ICCV 2017.
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from app.model.inference import BATCH, Progress, slice_order
from app.model.network_input import NetworkInput, prepare
from app.study import LEVELS, Study

MOST_SLICES = 96
"""Slices of a lesion that are looked at, around the one with most of it; one takes about twice as long as to
segment it."""

Look = Callable[[NDArray[np.float32], NDArray[np.float32]], NDArray[np.float32]]
"""`(n, rows, columns, channels)` planes and `(n, rows, columns)` weights of the pixels in question to a map of the
latter shape, 0 or more."""


def stream_map(study: Study, lesion: NDArray[np.bool_], neighbours: int, look: Look) -> Iterator[Progress]:
    """Map what counted for a lesion, batch by batch; `levels` are the map, and stay 0 up to the last step.

    The map is made of the logits of single slices, before they are smoothed. Each slice explains the mean logit of its
    own pixels, so that one with little of the lesion can be compared with one with much. Outside the head it is 0: to
    the features there the average over the plane gives a weight that the lesion gave to others.

    Args:
        study: any.
        lesion: `(z, y, x)` on the study's grid.
        neighbours: slices on each side that the network wants to see.
        look: what `looker.looker` made of the network.

    Yields:
        `levels` `(z, y, x)`: 200 at the highest place of all slices, 0 in slices without the lesion.
    """
    network_input = prepare(study)
    values = np.zeros(study.shape, np.uint8)
    order = _slices(lesion, network_input.head_slices)
    if not order.size:
        yield Progress(values, 0, 0)
    seen: list[NDArray[np.float32]] = []
    for start in range(0, len(order), BATCH):
        indices = order[start : start + BATCH]
        filled = np.resize(indices, min(BATCH, len(order)))
        heat = look(network_input.planes(filled, neighbours), _shares(lesion, network_input, filled))
        seen.extend(heat[: len(indices)])
        if len(seen) == len(order):
            _write(values, order, seen, network_input)
        yield Progress(values, len(seen), len(order))


def _slices(lesion: NDArray[np.bool_], head_slices: NDArray[np.intp]) -> NDArray[np.intp]:
    """Those with some of the lesion, ascending; where there are more than `MOST_SLICES`, around the fullest one."""
    voxels = np.count_nonzero(lesion, axis=(1, 2))
    holding = head_slices[voxels[head_slices] > 0]
    return np.sort(slice_order(holding, int(voxels.argmax()))[:MOST_SLICES])


def _shares(lesion: NDArray[np.bool_], network_input: NetworkInput, indices: NDArray[np.intp]) -> NDArray[np.float32]:
    """How much each pixel within the window counts, `(n, rows, columns)`; 1 in all for each slice."""
    to_plane, window = network_input.geometry.to_plane, network_input.window
    planes = np.stack([to_plane(lesion[index].astype(np.float32), 0.0)[window] for index in indices])
    totals = planes.sum(axis=(1, 2), keepdims=True)
    shares: NDArray[np.float32] = np.divide(planes, totals, out=np.zeros_like(planes), where=totals > 0)
    return shares


def _write(
    values: NDArray[np.uint8], indices: NDArray[np.intp], seen: list[NDArray[np.float32]], network_input: NetworkInput
) -> None:
    """Bring the maps onto the study's grid, on one scale."""
    highest = max(float(_on_grid(network_input, index, heat).max()) for index, heat in zip(indices, seen, strict=True))
    if highest > 0:
        for index, heat in zip(indices, seen, strict=True):
            values[index] = np.floor(_on_grid(network_input, index, heat) * (LEVELS / highest))


def _on_grid(network_input: NetworkInput, index: int, heat: NDArray[np.float32]) -> NDArray[np.float32]:
    """`(y, x)`, 0 outside the head; what is dark within the head belongs to it."""
    head = ndimage.binary_fill_holes(network_input.head[index])
    return np.where(head, np.maximum(network_input.on_grid(heat), 0), np.float32(0))
