"""Further looks at a study: planes changed in ways that training taught the network to bear, its answer changed back.

Source: Wang, Li, Aertsen, Deprest, Ourselin, Vercauteren, "Aleatoric uncertainty estimation with test-time augmentation
for medical image segmentation with convolutional neural networks", Neurocomputing 338, 2019. Nothing is drawn at
random: the same study gets the same looks.
"""

from collections.abc import Callable, Iterator
from collections.abc import Sequence as ListOf
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.model.calibration import Calibration
from app.model.inference import Forward, Network, Progress, stream_levels
from app.model.intensity import CLIP
from app.study import Study

VERSION = 1
"""Counts changes to this file that change what the looks see; what was measured with other looks speaks of those."""
TURN, SMALLER, CONTRAST = 10.0, 0.9, 1.2
"""Degrees, factor of the size, factor of the normalised intensities: well within what training draws."""

Change = Callable[[NDArray[Any]], NDArray[Any]]
"""`(n, rows, columns)`, with or without channels, to the same shape."""


@dataclass(frozen=True)
class Look:
    """One way to look again."""

    title: str
    """For people: "mirrored"."""
    there: Change
    """What is done to the planes, `(n, rows, columns, channels)` float32."""
    back: Change
    """What is done to the answer, `(n, rows, columns)`: float32 logits interpolated, uint8 classes from the nearest."""

    def of(self, network: Network) -> Network:
        """The network, looking this way."""
        return replace(network, forward=partial(_look, network.forward, self))


@dataclass(frozen=True, eq=False)
class LooksProgress(Progress):
    """How far several looks are; `levels` are those of the look under way, `done` and `total` count for all of them."""

    looks: tuple[NDArray[np.uint8], ...] = ()
    """The levels of the looks that are finished, in the order of `LOOKS`."""


def mirrored(planes: NDArray[Any]) -> NDArray[Any]:
    """Left and right exchanged; its own inverse, exactly."""
    return np.ascontiguousarray(planes[:, :, ::-1])


def stronger_contrast(planes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Intensities further from their mean, 0; so a sequence that is not there stays so."""
    stronger: NDArray[np.float32] = planes * np.float32(CONTRAST)
    return np.clip(stronger, *CLIP, out=stronger)


def moved(planes: NDArray[Any], *, degrees: float, scale: float) -> NDArray[Any]:
    """Turned about the middle and scaled: float32 bilinear, uint8 from the nearest; beyond the edge as at the edge.

    The inverse has the opposite angle and the reciprocal scale.
    """
    n, rows, columns, *channels = planes.shape
    flat = planes.reshape(n, rows * columns, -1)
    places, weights = _corners(rows, columns, degrees, scale)
    if planes.dtype == np.uint8:
        answer = flat[:, places[weights.argmax(axis=0), np.arange(rows * columns)]]
    else:
        answer = np.zeros(flat.shape, planes.dtype)
        for place, weight in zip(places, weights, strict=True):
            answer += flat[:, place] * weight[:, np.newaxis]
    return answer.reshape(n, rows, columns, *channels)


LOOKS = (
    Look("mirrored", mirrored, mirrored),
    Look(
        f"turned by {TURN:.0f}°",
        partial(moved, degrees=TURN, scale=1.0),
        partial(moved, degrees=-TURN, scale=1.0),
    ),
    Look(
        f"{round(100 * (1 - SMALLER))} % smaller",
        partial(moved, degrees=0.0, scale=SMALLER),
        partial(moved, degrees=0.0, scale=1 / SMALLER),
    ),
    Look("with more contrast", stronger_contrast, lambda answer: answer),
)
"""Besides the plain look that every result is made of."""


def stream_looks(
    study: Study, network: Network, calibration: Calibration, default_level: int, looks: ListOf[Look] = LOOKS
) -> Iterator[LooksProgress]:
    """Segment a study once for each look, one after another; yields after each batch. See `inference.stream_levels`."""
    finished: tuple[NDArray[np.uint8], ...] = ()
    for number, look in enumerate(looks):
        for step in stream_levels(study, look.of(network), calibration, default_level):
            slices = max(1, step.total)  # a study without a head has its looks too
            done = number * slices + (step.done if step.total else 1)
            if step.done == step.total:
                finished = (*finished, step.levels)
            yield LooksProgress(step.levels, done, len(looks) * slices, looks=finished)


def _look(forward: Forward, look: Look, planes: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    logit, likeliest = forward(look.there(planes))
    return look.back(logit), look.back(likeliest)


@lru_cache(8)
def _corners(rows: int, columns: int, degrees: float, scale: float) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """For each pixel, in rows, the four that it is made of, and by what share: `(4, rows * columns)` each."""
    angle = np.deg2rad(degrees)
    y, x = np.mgrid[:rows, :columns].reshape(2, -1) - np.array([[rows - 1], [columns - 1]]) / 2
    source_y = (np.cos(angle) * y + np.sin(angle) * x) / scale + (rows - 1) / 2
    source_x = (np.cos(angle) * x - np.sin(angle) * y) / scale + (columns - 1) / 2
    source_y, source_x = source_y.clip(0, rows - 1), source_x.clip(0, columns - 1)
    top, left = np.floor(source_y).astype(np.intp), np.floor(source_x).astype(np.intp)
    below, right = np.minimum(top + 1, rows - 1), np.minimum(left + 1, columns - 1)
    down, across = source_y - top, source_x - left
    places = np.stack([top * columns + left, top * columns + right, below * columns + left, below * columns + right])
    weights = np.stack([(1 - down) * (1 - across), (1 - down) * across, down * (1 - across), down * across])
    return places, weights.astype(np.float32)
