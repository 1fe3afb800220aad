"""How good the network is on fixed validation slices, unchanged and with all their sequences."""

from collections.abc import Iterator
from math import ceil, nan

import cv2
import keras
import numpy as np
from numpy.typing import NDArray

from app.errors import DatasetError
from app.evaluation.threshold_curve import Scores
from app.model.intensity import CLIP
from app.model.network_input import SIZE
from app.study import Sequence
from app.training.batches import BatchMaker
from app.training.intensity_changes import QUANTA
from app.training.planes import Planes
from app.training.recipe import Recipe

PICTURED = 4
"""Slices that are drawn."""
GREEN, RED = (46, 213, 115), (255, 71, 87)

Pick = tuple[Planes, int]
"""A row of some planes."""


class Monitor:
    """The slices, and the network's scores on them.

    Each set has its share of the recipe in them, each case of a set as many as the others, spread over its slices.
    Raises DatasetError when none of them shows tumour.
    """

    def __init__(self, validation: BatchMaker, recipe: Recipe) -> None:
        self._recipe = recipe
        count = ceil(recipe.validation_slices / recipe.batch) * recipe.batch
        self._picks = spread(validation.planes, validation.chance, count)
        areas = np.array([np.count_nonzero(self._reference(pick)) for pick in self._picks])
        if not areas.any():
            raise DatasetError("No slice that validation looks at shows tumour; hold back more patients.")
        parts = np.array_split(np.arange(count), PICTURED)
        self._pictured = {int(part[areas[part].argmax()]) for part in parts if part.size}

    def look(self, model: keras.Model) -> tuple[Scores, list[NDArray[np.uint8]]]:
        """Scores at probability 0.5, pooled over all pixels; and pictures, `(rows, columns, 3)` each.

        In the pictures the reference's outline is green, that of the prediction red.
        """
        hits = positives = predicted = 0
        pictures = []
        for index, (pick, mask) in enumerate(zip(self._picks, self._masks(model), strict=True)):
            reference = self._reference(pick)
            hits += int(np.count_nonzero(mask & reference))
            positives += int(np.count_nonzero(reference))
            predicted += int(np.count_nonzero(mask))
            if index in self._pictured:
                pictures.append(outlined(self._grey(pick), reference, mask))
        precision = hits / predicted if predicted else nan
        return Scores(hits / positives, precision, 2 * hits / (positives + predicted)), pictures

    def _masks(self, model: keras.Model) -> Iterator[NDArray[np.bool_]]:
        for start in range(0, len(self._picks), self._recipe.batch):
            images = np.stack([self._image(pick) for pick in self._picks[start : start + self._recipe.batch]])
            outputs = model.predict_on_batch(images)
            yield from (outputs[0] if isinstance(outputs, list) else outputs)[..., 0] <= 0.5

    def _image(self, pick: Pick) -> NDArray[np.float32]:
        """`(rows, columns, channels)`, as the network reads it."""
        planes, row = pick
        window, config = self._window, self._recipe.augmentation
        image = np.zeros((config.rows, config.columns, self._recipe.unet.channels), np.float32)
        channels = np.flatnonzero(planes.present)
        for place, index in enumerate(planes.with_neighbours(row, self._recipe.unet.neighbours)):
            if index is not None:
                image[..., len(Sequence) * place + channels] = (
                    planes.images[index][window] / np.float32(QUANTA) + CLIP[0]
                )
        return image

    def _reference(self, pick: Pick) -> NDArray[np.bool_]:
        planes, row = pick
        return np.asarray(planes.targets[row])[self._window] > 0

    def _grey(self, pick: Pick) -> NDArray[np.uint8]:
        """The first sequence that is there, stretched to 0 to 255."""
        planes, row = pick
        plane = planes.images[row][self._window][..., 0].astype(np.float32)
        low, high = plane.min(), np.percentile(plane, 99.5)
        return np.asarray(np.clip((plane - low) * (255 / max(high - low, 1)), 0, 255), np.uint8)

    @property
    def _window(self) -> tuple[slice, slice]:
        """The middle of the plane, as large as a training slice."""
        rows, columns = self._recipe.augmentation.rows, self._recipe.augmentation.columns
        top, left = (SIZE - rows) // 2, (SIZE - columns) // 2
        return slice(top, top + rows), slice(left, left + columns)


def spread(planes: list[Planes], chances: NDArray[np.float64], count: int) -> list[Pick]:
    """`count` slices: of each case in proportion to its chance (they sum to 1), and evenly over its slices."""
    ends = np.cumsum(chances)
    places = (np.arange(count) + 0.5) / count
    cases = np.minimum(np.searchsorted(ends, places, side="right"), len(planes) - 1)
    within = (places - ends[cases]) / chances[cases] + 1
    rows = [int(share * len(planes[case].targets)) for case, share in zip(cases, within, strict=True)]
    return [(planes[case], min(row, len(planes[case].targets) - 1)) for case, row in zip(cases, rows, strict=True)]


def outlined(grey: NDArray[np.uint8], reference: NDArray[np.bool_], mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """A slice with the reference outlined just outside its edge and the prediction just inside."""
    picture = np.repeat(grey[..., np.newaxis], 3, axis=-1)
    around = np.ones((3, 3), np.uint8)
    green, red = reference.astype(np.uint8), mask.astype(np.uint8)
    picture[cv2.dilate(green, around) > green] = GREEN
    picture[red > cv2.erode(red, around)] = RED
    return picture
