"""Batches: which slices, and what the network is to say about them. Batch k is the same whenever it is asked for."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from app.model.intensity import CLIP
from app.model.unet import CLASSES
from app.training.augmentation import augment
from app.training.cases import QUANTA, Planes
from app.training.recipe import Recipe

Batch = tuple[NDArray[np.float32], NDArray[np.float32]]

ALLOWED = np.vstack([np.eye(CLASSES), [0, 1, 1, 1]]).astype(np.float32)
"""`(5, 4)`: the classes that a target allows; the last row is `ANY_TUMOUR`."""
AHEAD = 6
"""Batches that are made before they are needed."""


class BatchMaker:
    """Draws batches from the planes of each source."""

    def __init__(self, planes: Mapping[str, Sequence[Planes]], recipe: Recipe) -> None:
        self._recipe = recipe
        self._planes = [p for source in planes for p in planes[source]]
        shares = np.array([getattr(recipe, source) for source in planes for _ in planes[source]])
        counts = np.array([len(planes[source]) for source in planes for _ in planes[source]])
        self._chance = shares / counts / (shares / counts).sum()
        self._tumour = [np.flatnonzero((p.targets > 0).any(axis=(1, 2))) for p in self._planes]

    def batch(self, step: int) -> Batch:
        """`(batch, rows, columns, 4)` images and allowed classes of one step."""
        config = self._recipe.augmentation
        images = np.empty((self._recipe.batch, config.rows, config.columns, 4), np.float32)
        targets = np.empty(images.shape[:3], np.uint8)
        for row in range(self._recipe.batch):
            rng = np.random.default_rng([self._recipe.seed, step, row])
            images[row], targets[row] = self._slice(rng)
        return images, ALLOWED[targets]

    def batches(self, first: int, last: int) -> Iterator[Batch]:
        """The batches of steps `first` to `last - 1`, made ahead in threads."""
        with ThreadPoolExecutor(2) as pool:
            waiting = [pool.submit(self.batch, step) for step in range(first, min(first + AHEAD, last))]
            for step in range(first, last):
                batch = waiting.pop(0).result()
                if step + AHEAD < last:
                    waiting.append(pool.submit(self.batch, step + AHEAD))
                yield batch

    def _slice(self, rng: np.random.Generator) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        case = int(rng.choice(len(self._planes), p=self._chance))
        planes, tumour = self._planes[case], self._tumour[case]
        with_tumour = tumour.size > 0 and rng.random() < self._recipe.tumour_slices
        index = int(rng.choice(tumour)) if with_tumour else int(rng.integers(len(planes.targets)))
        image = planes.images[index].astype(np.float32) / QUANTA + CLIP[0]
        return augment(image, np.asarray(planes.targets[index]), planes.present, self._recipe.augmentation, rng)
